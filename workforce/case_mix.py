"""Shares, and time or money per case, at equal case mix: direct standardisation. Pure.

Who is given harder work looks worse: so each group's rate is taken stratum by stratum (cases alike) and
averaged with the same weights for everyone, the strata's shares in the cases of all groups together. A
stratum in which a group has too few cases has no rate there; its weight is spread over the rest, and
`covered` tells how much of all work the comparison rests on (Fleiss, Levin and Paik 2003, Statistical
Methods for Rates and Proportions, 19).

The variance is the sum of w^2 v / n. Of a share v = p (1 - p), with (x + 1) / (n + 2) for p so that a
stratum without a miss is not taken for certain. Of what a case takes v = m^2: what was spent is taken as
known, and the number of cases that it sufficed for as a count of chance (Fay and Feuer 1997).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.intervals import Z

Amounts = NDArray[np.float64]
FEWEST = 5  # cases that a group needs in a stratum


@dataclass(frozen=True)
class Standardised:
    """`raw` and `adjusted` rates of each group, how many cases they rest on and the work they cover."""

    raw: Amounts
    adjusted: Amounts
    n: Amounts
    covered: Amounts
    low: Amounts  # 95 % interval of `adjusted`
    high: Amounts


def standardised(part: Amounts, whole: Amounts, *, fewest: int = FEWEST) -> Standardised:
    """Shares. part, whole: float64[groups, strata] -> float64[groups] each; nan where a group has no rate."""
    guess = (part + 1) / (whole + 2)
    raw, adjusted, n, covered, half = _averaged(part, whole, guess * (1 - guess), fewest)
    return Standardised(
        raw, adjusted, n, covered, low=np.maximum(adjusted - half, 0.0), high=np.minimum(adjusted + half, 1.0)
    )


def standardised_means(spent: Amounts, cases: Amounts, *, fewest: int = FEWEST) -> Standardised:
    """What a case takes. spent, cases: float64[groups, strata] -> float64[groups] each; the interval is of its log."""
    each = np.divide(spent, cases, out=np.zeros_like(spent), where=cases > 0)
    raw, adjusted, n, covered, half = _averaged(spent, cases, each**2, fewest)
    factor = np.exp(_over(half, adjusted))
    return Standardised(raw, adjusted, n, covered, low=adjusted / factor, high=adjusted * factor)


def allocated(amount: Amounts, effort: Amounts, cases: Amounts) -> Amounts:
    """float64[groups] spread over strata as the group's effort is, of the strata in which it got cases done.

    So what the strata were given adds up to what the group had; nan where it shows no effort.
    """
    there = np.where(cases > 0, effort, 0.0)
    return _over(there, np.broadcast_to(there.sum(axis=1, keepdims=True), there.shape)) * amount[:, None]


def _averaged(
    part: Amounts, whole: Amounts, variance: Amounts, fewest: int
) -> tuple[Amounts, Amounts, Amounts, Amounts, Amounts]:
    """Raw and adjusted rates, cases, the work covered, and half of the interval's width."""
    weights = whole.sum(axis=0)
    share = weights / weights.sum() if weights.sum() else weights
    told = whole >= fewest
    rate = np.divide(part, whole, out=np.zeros_like(part), where=told)
    covered = (told * share).sum(axis=1)
    n = whole.sum(axis=1)
    spread = np.divide(variance, whole, out=np.zeros_like(part), where=told)
    half = Z * _over(np.sqrt((spread * share**2).sum(axis=1)), covered)
    return _over(part.sum(axis=1), n), _over((rate * share).sum(axis=1), covered), n, covered, half


def _over(part: Amounts, whole: Amounts) -> Amounts:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
