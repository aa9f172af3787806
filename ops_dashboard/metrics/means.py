"""Ratios -> figures: shares, rates across sources, and estimated means with their interval. Pure.

The interval of a mean is mean +- 1.96 s / sqrt(n), s being the standard deviation of all facts of the
answer together: every bucket and every cut of its period, within its filters. A group of five has too
few facts to tell its own spread; the spread of all is known well, and using it keeps the promised
95 %. Weighted means stand on the effective sample size (sum w)^2 / sum w^2.
"""

from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Ratio, Unit, registry
from ops_dashboard.metrics.groups import Groups, Key
from ops_dashboard.metrics.intervals import effective_n, mean_interval, pooled_sd, wilson
from ops_dashboard.metrics.result import Figure


@dataclass(frozen=True)
class Amounts:
    """What one figure of a ratio is made from."""

    part: int
    whole: int
    n: int
    squares: int = 0
    weight_squares: int = 0
    known: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.part + other.part,
            self.whole + other.whole,
            self.n + other.n,
            self.squares + other.squares,
            self.weight_squares + other.weight_squares,
            self.known + other.known,
        )


def n_of(metric: Ratio) -> tuple[str, str]:
    """(source, measure) that counts what a figure rests on."""
    if not metric.n:
        return metric.whole_from, metric.whole
    return (metric.source if registry.source(metric.source).has(metric.n) else metric.whole_from), metric.n


def ratios(metric: Ratio, groups: dict[str, Groups], *, size: float) -> dict[Key, Figure]:
    """The figure of every bucket and cut that either source has; `size` is minor units or seconds in a value."""
    amounts = _amounts(metric, groups)
    sd = _pooled(metric, list(amounts.values())) if metric.squares else None
    return {key: ratio_figure(metric, found, size=size, sd=sd) for key, found in amounts.items()}


def _amounts(metric: Ratio, groups: dict[str, Groups]) -> dict[Key, Amounts]:
    part = _column(groups, metric.source, metric.part)
    whole = _column(groups, metric.whole_from, metric.whole)
    n = _column(groups, *n_of(metric))
    squares = _column(groups, metric.source, metric.squares)
    weight_squares = _column(groups, metric.source, metric.weight_squares)
    known = _column(groups, metric.source, metric.known_by)
    columns = (part, whole, n, squares, weight_squares, known)
    return {key: Amounts(*(column.get(key, 0) for column in columns)) for key in dict.fromkeys((*part, *whole))}


def _column(groups: dict[str, Groups], source: str, measure: str) -> dict[Key, int]:
    if not measure:
        return {}
    return dict(zip(groups[source].keys, groups[source].sums[measure].tolist(), strict=True))


def _pooled(metric: Ratio, amounts: list[Amounts]) -> float | None:
    together = sum(amounts, start=Amounts(0, 0, 0))
    return pooled_sd(together.part, together.whole, together.squares, _facts(metric, together))


def _facts(metric: Ratio, amounts: Amounts) -> float:
    """The sample size: the facts, or as many of equal weight as the weighted ones are worth."""
    return effective_n(amounts.whole, amounts.weight_squares) if metric.weight_squares else float(amounts.n)


def ratio_figure(metric: Ratio, amounts: Amounts, *, size: float = 1.0, sd: float | None = None) -> Figure:
    """part / whole with the interval of its kind; a gap where the whole is nothing or the part not known,
    and not told where an estimated mean rests on too few."""
    factor = metric.scale / size
    part = amounts.part * factor
    if amounts.whole == 0:
        return Figure(None, 0, part=part)
    if metric.known_by and not amounts.known:
        return Figure(None, amounts.n, part=part, whole=amounts.whole)
    if metric.squares and amounts.n < metric.minimum_n:
        return Figure(None, amounts.n, is_few=True, part=part, whole=amounts.whole)
    value = part / amounts.whole
    low, high = _interval(metric, amounts, value, None if sd is None else sd * factor) or (None, None)
    return Figure(value, amounts.n, low, high, part=part, whole=amounts.whole)


def _interval(metric: Ratio, amounts: Amounts, value: float, sd: float | None) -> tuple[float, float] | None:
    if metric.of_shares:
        return wilson(amounts.part, amounts.whole)
    facts = _facts(metric, amounts)
    if sd is None or facts <= 0:
        return None
    low, high = mean_interval(value, sd, facts)
    return (max(low, 0.0), min(high, 1.0)) if metric.unit is Unit.SHARE else (low, high)
