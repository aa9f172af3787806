"""Ratios -> figures: shares, rates across sources, and estimated means with their interval. Pure.

The interval of a mean is mean +- 1.96 s / sqrt(n). A group of five has too few facts to tell its own
spread s. Where the metric says within what facts differ by chance alone, s is pooled as `spreads.py`
tells, and the interval keeps the promised 95 %; else s is the standard deviation of all facts of the
answer together: every bucket and every cut of its period, within its filters. Weighted means stand on
the effective sample size (sum w)^2 / sum w^2.
"""

from dataclasses import dataclass

import numpy as np

from ops_dashboard.metrics.definitions import Ratio, Unit, registry
from ops_dashboard.metrics.groups import Groups, Key
from ops_dashboard.metrics.intervals import mean_interval, squares_within, wilson_intervals
from ops_dashboard.metrics.result import Figure


@dataclass(frozen=True)
class Amounts:
    """What the figures of a ratio are made from: float64[g] each, exact integers."""

    part: np.ndarray
    whole: np.ndarray
    n: np.ndarray
    squares: np.ndarray
    weight_squares: np.ndarray
    known: np.ndarray


def n_of(metric: Ratio) -> tuple[str, str]:
    """(source, measure) that counts what a figure rests on."""
    if not metric.n:
        return metric.whole_from, metric.whole
    return (metric.source if registry.source(metric.source).has(metric.n) else metric.whole_from), metric.n


def ratios(metric: Ratio, groups: dict[str, Groups], *, size: float) -> dict[Key, Figure]:
    """The figure of every bucket and cut that either source has; `size` is minor units or seconds in a value.

    part / whole with the interval of its kind; a gap where the whole is nothing or the part not known,
    and not told where an estimated mean rests on too few.
    """
    keys, amounts = _aligned(metric, groups)
    is_told = amounts.whole != 0
    is_known = is_told & (amounts.known != 0) if metric.known_by else is_told
    is_few = is_known & (amounts.n < metric.minimum_n) if metric.squares else np.zeros(len(keys), bool)
    has_value = is_known & ~is_few
    part = amounts.part * (metric.scale / size)
    value = np.divide(part, amounts.whole, out=np.full(len(keys), np.nan), where=has_value)
    low, high = _interval(metric, groups[metric.source], amounts, value, size=size)
    columns = (value, np.where(is_told, amounts.n, 0).astype(np.int64), low, high, is_few, part)
    wholes = np.where(is_told, amounts.whole, 0).astype(np.int64)
    return {
        key: Figure(_or_gap(v), n, _or_gap(lo), _or_gap(hi), is_few=few, part=p, whole=w)
        for key, v, n, lo, hi, few, p, w in zip(keys, *(c.tolist() for c in columns), wholes.tolist(), strict=True)
    }


def _or_gap(value: float) -> float | None:
    return None if value != value else value


def _aligned(metric: Ratio, groups: dict[str, Groups]) -> tuple[list[Key], Amounts]:
    """The buckets and cuts of the part and of the whole, and the amounts of each; zero where a source has none."""
    asked = [
        (metric.source, metric.part),
        (metric.whole_from, metric.whole),
        n_of(metric),
        (metric.source, metric.squares),
        (metric.source, metric.weight_squares),
        (metric.source, metric.known_by),
    ]
    keys, places = _united(groups, list(dict.fromkeys((metric.source, metric.whole_from))))
    columns = []
    for source, measure in asked:
        column = np.zeros(len(keys))
        if measure:
            column[places[source]] = groups[source].sums[measure]
        columns.append(column)
    return keys, Amounts(*columns)


def _united(groups: dict[str, Groups], sources: list[str]) -> tuple[list[Key], dict[str, np.ndarray]]:
    """Every key of the sources once, and for each source the places of its own."""
    if len(sources) == 1:
        (source,) = sources
        return groups[source].keys, {source: np.arange(len(groups[source].keys))}
    place: dict[Key, int] = {}
    places = {
        source: np.array([place.setdefault(key, len(place)) for key in groups[source].keys], np.int64)
        for source in sources
    }
    return list(place), places


def _noise(metric: Ratio, groups: Groups, amounts: Amounts) -> np.ndarray:
    """The variance that chance gives the part of each figure: sum w^2 times that of one fact. NaN: unknown."""
    if metric.spread_by:
        assert groups.noise is not None, f"the amounts of {metric.slug} came without their spread"
        return groups.noise
    weight_squares = amounts.weight_squares if metric.weight_squares else amounts.n
    together = (each.sum(keepdims=True) for each in (amounts.part, amounts.whole, amounts.squares, weight_squares))
    (squares,), (freedom,) = squares_within(*together)
    return weight_squares * (squares / freedom if freedom > 0 else np.nan)


def _interval(
    metric: Ratio, groups: Groups, amounts: Amounts, value: np.ndarray, *, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """The bounds around each value, NaN where there are none."""
    if metric.of_shares:
        low, high = wilson_intervals(amounts.part, amounts.whole)
        return np.where(np.isnan(value), np.nan, low), np.where(np.isnan(value), np.nan, high)
    if not metric.squares:
        return np.full_like(value, np.nan), np.full_like(value, np.nan)
    spread = np.sqrt(_noise(metric, groups, amounts))
    error = np.divide(spread, amounts.whole, out=np.full_like(value, np.nan), where=amounts.whole != 0)
    low, high = mean_interval(value, error * (metric.scale / size))
    return (np.maximum(low, 0.0), np.minimum(high, 1.0)) if metric.unit is Unit.SHARE else (low, high)
