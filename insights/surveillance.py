"""Which themes rose beyond what chance and the day's volume explain. Pure.

A theme's count x in a period with N contacts is taken as negative binomial around r * N, where r is
the theme's usual share of contacts. All contacts are the offset, so a day on which everything
doubles is nobody's alarm. The predictive distribution of the next count has
    mean      r N
    variance  r N + (phi + v) (r N)^2
with phi the dispersion between periods, pooled over themes (a median: a handful of odd themes do
not decide it), and v the relative variance of r itself, so that little history means wide. The
tail beyond x is a Gamma-Poisson one. Past outliers weigh less (Farrington et al. 1996, JRSS A
159:547), and the periods just before the one judged are left out, so that a slow rise does not
hide itself. Over the themes of one period the Benjamini-Hochberg rule (1995, JRSS B 57:289) keeps
the expected share of false alarms among alarms below `q`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_HISTORY = 4  # periods; below it nothing is said
ENOUGH = 6  # periods of history; the gap gives way where it would leave fewer
FEWEST = 3  # an alarm rests on so many at least
PRIOR = 0.5  # a theme never seen has about this many in its whole history (Jeffreys)
OUTLYING = 2.0  # standard deviations beyond which a past period weighs less


class Class(StrEnum):
    """What a theme does in the period judged."""

    ALARM = "alarm"
    WATCH = "watch"
    NOISE = "noise"
    TOO_LITTLE = "too little history"


@dataclass(frozen=True)
class Rule:
    """How far back to look, and when to speak. `window` and `gap` are numbers of periods."""

    window: int = 26
    gap: int = 2
    q: float = 0.10
    watch_p: float = 0.01


WEEKLY = Rule()  # one look a week, as letters take it
# Two looks a day, at the day and at the seven that end with it, share what false alarms one look a week may raise:
# `tests/bench/daily_surveillance.py` counts the alarms that these open.
SEVEN_DAYS = Rule(q=0.04)
DAILY = Rule(window=26 * 7, gap=14, q=0.01, watch_p=0.001)


@dataclass(frozen=True)
class Finding:
    """One theme in one period. `ratio` is observed / expected; `q` the smallest rate of false alarms that flags it.

    What the look could not have seen is part of it: `alarm_at` is the smallest count that would have
    been an alarm, `doubling` the chance that a theme twice as large reaches it in this one period.
    """

    theme: int  # place in the matrix
    observed: int
    expected: float
    low: float  # what 95 % of such periods would show
    high: float
    ratio: float | None
    p: float
    q: float
    status: Class
    is_new: bool  # nothing of it in the history
    is_falling: bool = False  # by the same rule as an alarm, in the other tail
    alarm_at: int = 0
    doubling: float = 0.0


def survey(counts: Counts, contacts: Counts, *, rule: Rule = WEEKLY, known: Counts | None = None) -> list[Finding]:
    """Judge the last period of every theme. `counts` is [theme, period], `contacts` [period], oldest first.

    `known` [theme]: for how many periods, the last one included, a theme has been told apart; all by default.
    What lies before was tagged with other themes: it is no history of none.
    """
    begun = int(np.argmax(contacts > 0))  # before the first contact there is no history, not a calm one
    counts, contacts = counts[:, begun:], contacts[begun:]
    base = _base(counts.shape[1] - 1, rule)
    age = np.arange(counts.shape[1], 0, -1)[base]  # 1 is the period judged
    counted = np.ones((len(counts), len(age)), bool) if known is None else age <= known[:, None]
    past, exposure, observed = counts[:, base].astype(float), contacts[base].astype(float), counts[:, -1]
    past, exposure, counted = past[:, exposure > 0], exposure[exposure > 0], counted[:, exposure > 0]
    found = [_too_little(theme, int(x)) for theme, x in enumerate(observed)]
    judged = np.flatnonzero(counted.sum(axis=1) >= MIN_HISTORY)
    if len(judged) and contacts[-1]:
        rate, spread = usual(past[judged], exposure, counted[judged])
        has_past = (past * counted).sum(axis=1) > 0
        for finding in _judge(judged, observed[judged], rate * float(contacts[-1]), spread, has_past[judged], rule):
            found[finding.theme] = finding
    return found


def _judge(
    themes: Counts, observed: Counts, mean: Floats, spread: Floats, has_past: NDArray[np.bool_], rule: Rule
) -> list[Finding]:
    """What each of these themes does, given what is usual for it: all [theme]."""
    predicted = stats.nbinom(1 / spread, 1 / (1 + spread * mean))
    # Counts are steps: half of the step at x itself (mid-p, Lancaster 1961, JASA 56:223).
    p = np.asarray(predicted.sf(observed) + predicted.pmf(observed) / 2, dtype=float)
    q = adjusted(p)
    low, high = predicted.ppf(0.025), predicted.ppf(0.975)
    falling = adjusted(1 - p) <= rule.q  # of a mid-p the other tail is what is left
    alarms = (observed >= FEWEST) & (q <= rule.q)
    alarm_at = _alarm_at(predicted, (alarms.sum() - alarms + 1) * rule.q / len(observed))
    doubled = stats.nbinom(1 / spread, 1 / (1 + spread * 2 * mean)).sf(alarm_at - 1)
    return [
        Finding(
            theme=int(theme),
            observed=int(observed[row]),
            expected=float(mean[row]),
            low=float(low[row]),
            high=float(high[row]),
            ratio=float(observed[row] / mean[row]) if has_past[row] else None,
            p=float(p[row]),
            q=float(q[row]),
            status=_status(int(observed[row]), float(p[row]), float(q[row]), rule),
            is_new=not has_past[row],
            is_falling=bool(falling[row]),
            alarm_at=int(alarm_at[row]),
            doubling=float(doubled[row]),
        )
        for row, theme in enumerate(themes)
    ]


def _alarm_at(predicted: Any, level: Floats) -> Counts:
    """The smallest counts whose mid-p lies at or below `level`: the one that Benjamini and Hochberg grant
    to the next theme beside those that are alarms already."""
    count = predicted.isf(level)
    is_enough = predicted.sf(count) + predicted.pmf(count) / 2 <= level
    smallest: Counts = np.maximum(np.where(is_enough, count, count + 1), FEWEST).astype(np.int64)
    return smallest


def _base(history: int, rule: Rule) -> slice:
    """The periods to compare with, of `history` ones before the one judged."""
    end = history - min(rule.gap, max(0, history - ENOUGH))
    return slice(max(0, end - rule.window), end)


def usual(past: Floats, exposure: Floats, counted: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Each theme's usual share of contacts, and phi + v (see above), both [theme]; `counted` [theme, period]."""
    weights = counted.astype(float)
    rate, phi = _rates(past, exposure, weights), 0.0
    for _ in range(3):
        phi = dispersion(past, rate[:, None] * exposure, weights)
        mean = rate[:, None] * exposure
        away = np.abs(past - mean) / np.sqrt(mean + phi * mean**2)
        weights = np.where(away > OUTLYING, (OUTLYING / np.maximum(away, OUTLYING)) ** 2, 1.0) * counted
        rate = _rates(past, exposure, weights)
    mean = rate[:, None] * exposure
    of_rate = (weights**2 * (mean + phi * mean**2)).sum(axis=1) / (weights * mean).sum(axis=1) ** 2
    return rate, np.maximum(phi + of_rate, 1e-6)


def dispersion(past: Floats, mean: Floats, weights: Floats) -> float:
    """The median over themes of the moment estimate of phi; 0 when no theme varies more than chance."""
    periods = (weights > 0).sum(axis=1, keepdims=True)
    # The median of a sum of squares lies below its mean: about 2/3 of one period (chi-squared).
    lost = periods / (periods - 1 - 2 / 3)
    # Few periods cannot tell an outlier from the spread itself, so that there all of them count in full.
    counted = np.where(periods >= 2 * ENOUGH, weights, weights > 0)
    each = (counted * ((past - mean) ** 2 * lost - mean)).sum(axis=1) / (counted * mean**2).sum(axis=1)
    telling = mean.mean(axis=1) >= 3  # below that an estimate says nothing
    return max(0.0, float(np.median(each[telling]))) if telling.any() else 0.0


def adjusted(p: Floats) -> Floats:
    """Benjamini-Hochberg: the smallest q at which each would be flagged."""
    order = np.argsort(p)
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    result = np.empty_like(p)
    result[order] = np.minimum(1.0, np.minimum.accumulate(ranked[::-1])[::-1])
    return result


def _rates(past: Floats, exposure: Floats, weights: Floats) -> Floats:
    total: Floats = ((weights * past).sum(axis=1) + PRIOR) / (weights * exposure).sum(axis=1)
    return total


def _status(observed: int, p: float, q: float, rule: Rule) -> Class:
    if observed >= FEWEST and q <= rule.q:
        return Class.ALARM
    return Class.WATCH if p < rule.watch_p and observed >= FEWEST else Class.NOISE


def _too_little(theme: int, observed: int) -> Finding:
    return Finding(theme, observed, 0.0, 0.0, 0.0, None, 1.0, 1.0, Class.TOO_LITTLE, is_new=False)
