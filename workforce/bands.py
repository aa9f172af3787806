"""The band around a forecast: how far days miss their level, and how far counts scatter.

Day totals: quantiles of log residuals against the level as it stood before, for each week ahead.
Intervals: a gamma distribution with the mean expected and the variance
dispersion * mean + (day variance + shape variance) * mean^2, which is a negative binomial's.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import gammaincinv, ndtri

from workforce.series import Amounts, Codes, Flags, Table

LOW, HIGH = 0.1, 0.9
WEEKS = 4
ANCHORS = 52  # weeks back
UNKNOWN_SD = 0.25  # before there are residuals to learn from
ENOUGH = 20
SMALL = 50.0  # below this, counts are whole numbers to the eye


class Taught(Protocol):
    """What the band needs of a lesson."""

    @property
    def calm(self) -> Flags: ...

    @property
    def teaches(self) -> Flags: ...

    @property
    def few(self) -> bool: ...

    def level_before(self, day: int) -> float: ...


@dataclass(frozen=True)
class Spread:
    """`low` and `high`: log quantiles of a day's total by week ahead; `sd` theirs, net of counting noise."""

    low: Amounts
    high: Amounts
    sd: Amounts
    dispersion: float
    shape_variance: float

    @property
    def net_sd(self) -> float:
        return float(self.sd[0])


def spread_of(table: Table, logs: Amounts, lesson: Taught, shape: Amounts) -> Spread:
    """Learn the spread. `logs` are deseasonalised day totals less what events explain, NaN where unknown."""
    low, high = _day_quantiles(table, logs, lesson)
    dispersion, shape_variance = _scatter(table, lesson, shape)
    mean = float(np.mean(table.total[lesson.teaches])) if lesson.teaches.any() else 1.0
    gross = ((high - low) / (2 * float(ndtri(HIGH)))) ** 2
    net = np.sqrt(np.maximum(gross - dispersion / max(mean, 1e-9), 0.0))
    return Spread(low, high, net, dispersion, shape_variance)


def interval_band(expected: Amounts, days_ahead: Codes, spread: Spread, *, whole: bool) -> tuple[Amounts, Amounts]:
    """p10 and p90 of each interval, around what is expected; never below nought."""
    week = np.minimum(days_ahead // 7, WEEKS - 1)
    variance = spread.dispersion * expected + (spread.sd[week] ** 2 + spread.shape_variance) * expected**2
    low, high = (_gamma(expected, variance, quantile) for quantile in (LOW, HIGH))
    if whole:
        small = expected < SMALL
        low, high = np.where(small, np.round(low), low), np.where(small, np.round(high), high)
    return np.minimum(low, expected), np.maximum(high, expected)


def day_band(expected: Amounts, days_ahead: Codes, spread: Spread) -> tuple[Amounts, Amounts]:
    """p10 and p90 of each day's total."""
    week = np.minimum(days_ahead // 7, WEEKS - 1)
    low, high = expected * np.exp(spread.low[week]), expected * np.exp(spread.high[week])
    return np.minimum(low, expected), np.maximum(high, expected)


def _gamma(mean: Amounts, variance: Amounts, quantile: float) -> Amounts:
    spreads = (variance > 1e-12 * mean**2) & (mean > 1e-12)
    safe_mean, safe_variance = np.where(spreads, mean, 1.0), np.where(spreads, variance, 1.0)
    value = gammaincinv(safe_mean**2 / safe_variance, quantile) * safe_variance / safe_mean
    return np.asarray(np.where(spreads, value, mean))


def _day_quantiles(table: Table, logs: Amounts, lesson: Taught) -> tuple[Amounts, Amounts]:
    """By week ahead, each at least as wide as the one before."""
    off: list[list[float]] = [[] for _ in range(WEEKS)]
    for back in range(1, ANCHORS + 1):
        anchor = len(table) - 7 * back
        if lesson.calm[: max(anchor, 0)].sum() < 10:
            break
        ahead = logs[anchor : anchor + 7 * WEEKS] - lesson.level_before(anchor)
        for week in range(WEEKS):
            off[week] += [each for each in ahead[7 * week : 7 * week + 7].tolist() if np.isfinite(each)]
    default = UNKNOWN_SD * float(ndtri(HIGH))
    low, high = np.full(WEEKS, -default), np.full(WEEKS, default)
    for week, found in enumerate(off):
        if len(found) >= ENOUGH:
            low[week], high[week] = np.quantile(found, [LOW, HIGH])
        elif week and len(off[week - 1]) >= ENOUGH:
            low[week], high[week] = low[week - 1], high[week - 1]
    low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
    return np.minimum.accumulate(low), np.maximum.accumulate(high)


def _scatter(table: Table, lesson: Taught, shape: Amounts) -> tuple[float, float]:
    """Dispersion and relative variance of cells around their day's total times its shape."""
    rows = np.flatnonzero(lesson.teaches & (table.observed > 0.98))[-56:]
    if not len(rows):
        return 1.0, 0.0
    total = table.cells[rows].sum(axis=1)
    expected = np.nan_to_num(total)[:, None] * shape[table.weekday[rows]]
    errors = float(np.nansum((table.cells[rows] - expected) ** 2))
    if shape.shape[1] == 1:  # a day is its own interval: its noise is all in the level
        return 1.0 if np.all(np.nan_to_num(total) % 1 == 0) and total.std() > 0 else 0.0, 0.0
    whole, squares = float(expected.sum()), float((expected**2).sum())
    if whole <= 0:
        return 1.0, 0.0
    dispersion = min(1.0, errors / whole)
    return dispersion, max(errors - dispersion * whole, 0.0) / squares
