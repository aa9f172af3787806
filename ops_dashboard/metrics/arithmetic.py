"""Amounts -> figures, for each kind of metric. Pure."""

from datetime import date

import numpy as np

from ops_dashboard.metrics.currency import minor_units
from ops_dashboard.metrics.definitions import Level, Metric, Quantile, Ratio, Total, Unit
from ops_dashboard.metrics.groups import Groups, Key
from ops_dashboard.metrics.histogram import grouped_quantile
from ops_dashboard.metrics.intervals import quantile_ranks
from ops_dashboard.metrics.means import ratios
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.result import Figure


def figures_of(
    metric: Metric, groups: dict[str, Groups], *, period: Period, grain: Grain, today: date, currency: str = "USD"
) -> dict[Key, Figure]:
    """The figure of every bucket and cut that has facts; for a stock, of every bucket so far."""
    size = size_of(metric.unit, currency)
    match metric:
        case Total():
            return _totals(metric, groups[metric.source], size=size)
        case Ratio():
            return ratios(metric, groups, size=size)
        case Quantile():
            return _quantiles(metric, groups[metric.source])
        case Level():
            return _levels(metric, groups, period=period, grain=grain, today=today)
    raise TypeError(metric)


def size_of(unit: Unit, currency: str) -> float:
    """How much of what facts hold makes one of what is read: 3600 seconds an hour, 100 cents a dollar."""
    if unit is Unit.MONEY:
        return float(minor_units(currency))
    return 3600.0 if unit is Unit.HOURS else 1.0


def _totals(metric: Total, groups: Groups, *, size: float) -> dict[Key, Figure]:
    amounts, counts, drivers = (
        groups.sums[slug].tolist()
        for slug in (metric.measure, metric.n or metric.measure, metric.driver or metric.measure)
    )
    factor = metric.scale / size
    return {
        key: Figure(amount * factor, int(count), part=amount * factor, whole=driver)
        for key, amount, count, driver in zip(groups.keys, amounts, counts, drivers, strict=True)
    }


def _quantiles(metric: Quantile, groups: Groups) -> dict[Key, Figure]:
    group, seconds, weight = groups.durations[metric.measure]
    n = np.bincount(group, weights=weight, minlength=len(groups.keys)).astype(np.int64)
    low_rank, high_rank = quantile_ranks(n, metric.p)
    ranks = np.stack([(n - 1) * metric.p, low_rank, high_rank])
    value, low, high = grouped_quantile(group, seconds, weight, ranks=ranks).tolist()
    return {key: Figure(value[i], int(n[i]), low[i], high[i]) for i, key in enumerate(groups.keys) if n[i]}


def _levels(
    metric: Level, groups: dict[str, Groups], *, period: Period, grain: Grain, today: date
) -> dict[Key, Figure]:
    opening: dict[tuple[int, ...], int] = {}
    for each in groups.values():
        for codes, held in each.opening.items():
            opening[codes] = opening.get(codes, 0) + held
    change: dict[Key, int] = {}
    for sign, measures in ((1, metric.entered), (-1, metric.left)):
        for source, measure in measures:
            amounts = groups[source].sums[measure].tolist()
            for key, amount in zip(groups[source].keys, amounts, strict=True):
                change[key] = change.get(key, 0) + sign * amount
    # A cut that held nothing before and saw nothing come or go is no cut of this stock.
    cuts = sorted({codes for codes, level in opening.items() if level} | {codes for _, codes in change})
    if grain is Grain.TOTAL:
        if period.start > today:
            return {}
        return {(None, codes): _stock(opening.get(codes, 0) + change.get((None, codes), 0)) for codes in cuts}
    figures: dict[Key, Figure] = {}
    for codes in cuts:
        level = opening.get(codes, 0)
        for start in period.buckets(grain):
            if start > today:
                break
            number = (start - date(1970, 1, 1)).days
            level += change.get((number, codes), 0)
            figures[(number, codes)] = _stock(level)
    return figures


def _stock(level: int) -> Figure:
    """A gap where more left than ever entered: what entered is still being counted."""
    return Figure(float(level), level) if level >= 0 else Figure(None, 0)
