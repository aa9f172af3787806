"""What a shipped change did to a count: a rate ratio with an interval, and a verdict. Pure.

Work starts because something spiked, and what spiked comes down by itself. So the weeks just before
shipping are left out: the rate after is compared with a base of 26 weeks that ends 8 weeks before.
    ratio = (sum of counts after / sum of contacts after) / (the same in the base)
is the estimate of a count regression with the contacts as offset and one step. Its variance on the
log scale is, per side, that of the sum of residuals over the squared expected sum, where weeks that
move together are allowed for (Newey & West 1987, Econometrica 55:703; Bartlett weights, residuals of
both sides pooled) and which never falls below that of independent negative binomial counts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

BASE_WEEKS = 26
LEFT_OUT = 8  # weeks before shipping
AFTER_WEEKS = 8
FEWEST_BASE = 8  # weeks of base; with fewer nothing can be told
LAGS = 3  # weeks that may move together
WEEK = timedelta(days=7)

Weeks = NDArray[np.int64]


class Verdict(StrEnum):
    TOO_EARLY = "too early"
    CANNOT_TELL = "cannot tell"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True)
class Effect:
    """`ratio` after / base with its 95 % interval; None where there is nothing to divide."""

    verdict: Verdict
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    weeks_after: int = 0
    base_count: int = 0
    base_contacts: int = 0
    after_count: int = 0
    after_contacts: int = 0


@dataclass(frozen=True)
class Windows:
    """The days compared, fixed by the day of shipping. Last days included."""

    base_start: date
    base_end: date
    after_start: date
    after_end: date


def windows(shipped_on: date) -> Windows:
    """Whole weeks counted from the day of shipping, which is the first day after."""
    base_end = shipped_on - LEFT_OUT * WEEK
    return Windows(
        base_start=base_end - BASE_WEEKS * WEEK,
        base_end=base_end - timedelta(days=1),
        after_start=shipped_on,
        after_end=shipped_on + AFTER_WEEKS * WEEK - timedelta(days=1),
    )


def effect(
    base: Weeks, base_contacts: Weeks, after: Weeks, after_contacts: Weeks, *, lower_is_better: bool = True
) -> Effect:
    """The effect, week by week counts and contacts of both sides; only complete weeks."""
    sums = tuple(int(side.sum()) for side in (base, base_contacts, after, after_contacts))
    told = {"base_count": sums[0], "base_contacts": sums[1], "after_count": sums[2], "after_contacts": sums[3]}
    weeks = len(after)
    if len(base) < FEWEST_BASE or not sums[0] or not sums[1] or not weeks or not sums[3]:
        verdict = Verdict.TOO_EARLY if weeks < AFTER_WEEKS else Verdict.CANNOT_TELL
        return Effect(verdict, weeks_after=weeks, **told)
    # Nothing left of it is not minus infinity: half an event stands for none.
    ratio = max(sums[2], 0.5) / sums[3] * sums[1] / sums[0]
    half = _half_width(base, base_contacts, after, after_contacts)
    low, high = exp(log(ratio) - half), exp(log(ratio) + half)
    return Effect(
        _verdict(weeks, low, high, lower_is_better=lower_is_better),
        ratio if sums[2] else 0.0,
        low if sums[2] else 0.0,
        high,
        weeks,
        **told,
    )


def _verdict(weeks: int, low: float, high: float, *, lower_is_better: bool) -> Verdict:
    if weeks < AFTER_WEEKS:
        return Verdict.TOO_EARLY
    if low <= 1 <= high:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if (high < 1) is lower_is_better else Verdict.WORSE


def _half_width(base: Weeks, base_contacts: Weeks, after: Weeks, after_contacts: Weeks) -> float:
    """Half of the 95 % interval of the log ratio."""
    sides = [_expected(base, base_contacts), _expected(after, after_contacts)]
    residuals = [(x - m) / m for x, m in zip((base, after), sides, strict=True)]
    weeks = len(base) + len(after)
    # Two rates were fitted, so that two weeks' worth of freedom is gone.
    spread = sum(float((r**2).sum()) for r in residuals) / (weeks - 2)
    chance = sum(float((1 / m).sum()) for m in sides) / weeks
    phi = max(0.0, spread - chance)
    together = 1 + 2 * sum(
        (1 - lag / (LAGS + 1)) * max(0.0, _correlation(residuals, lag)) for lag in range(1, LAGS + 1)
    )
    variance = sum(_variance(m, phi, together) for m in sides)
    return float(stdtrit(weeks - 2, 0.975)) * sqrt(variance)


def _expected(counts: Weeks, contacts: Weeks) -> NDArray[np.float64]:
    """What each week shows at the side's rate; a side without a count keeps half an event."""
    mean: NDArray[np.float64] = max(int(counts.sum()), 0.5) * contacts / contacts.sum()
    return np.maximum(mean, 1e-9)


def _variance(mean: NDArray[np.float64], phi: float, together: float) -> float:
    """Of the log of a side's rate: chance, and what moves beyond it, together with its neighbours."""
    return float((mean + phi * together * mean**2).sum() / mean.sum() ** 2)


def _correlation(residuals: list[NDArray[np.float64]], lag: int) -> float:
    """Of residuals `lag` weeks apart, within each side."""
    squares = sum(float((r**2).sum()) for r in residuals)
    products = sum(float((r[lag:] * r[:-lag]).sum()) for r in residuals if len(r) > lag)
    return products / squares if squares else 0.0
