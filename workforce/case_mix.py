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
    """`raw` and `adjusted` rates of each group, how many cases they rest on and the work they cover.

    `reference` is what everybody together would have with the same weights, on the same strata: groups that do
    different work are compared with it, not with each other.
    """

    raw: Amounts
    adjusted: Amounts
    n: Amounts
    covered: Amounts
    reference: Amounts
    low: Amounts  # 95 % interval of `adjusted`
    high: Amounts


def standardised(part: Amounts, whole: Amounts, *, fewest: int = FEWEST) -> Standardised:
    """Shares. part, whole: float64[groups, strata] -> float64[groups] each; nan where a group has no rate."""
    guess = (part + 1) / (whole + 2)
    told, half = _averaged(part, whole, guess * (1 - guess), fewest)
    low, high = np.maximum(told["adjusted"] - half, 0.0), np.minimum(told["adjusted"] + half, 1.0)
    return Standardised(**told, low=low, high=high)


def standardised_means(spent: Amounts, cases: Amounts, *, fewest: int = FEWEST) -> Standardised:
    """What a case takes. spent, cases: float64[groups, strata] -> float64[groups] each; the interval is of its log."""
    each = np.divide(spent, cases, out=np.zeros_like(spent), where=cases > 0)
    told, half = _averaged(spent, cases, each**2, fewest)
    factor = np.exp(_over(half, told["adjusted"]))
    return Standardised(**told, low=told["adjusted"] / factor, high=told["adjusted"] * factor)


def allocated(amount: Amounts, effort: Amounts, cases: Amounts) -> Amounts:
    """float64[groups] spread over strata as the group's effort is, of the strata in which it got cases done.

    So what the strata were given adds up to what the group had; nan where it shows no effort.
    """
    there = np.where(cases > 0, effort, 0.0)
    return _over(there, np.broadcast_to(there.sum(axis=1, keepdims=True), there.shape)) * amount[:, None]


def _averaged(part: Amounts, whole: Amounts, variance: Amounts, fewest: int) -> tuple[dict[str, Amounts], Amounts]:
    """What a Standardised tells, and half of its interval's width; whose part is nan is left out of everybody."""
    weights = whole.sum(axis=0)
    share = weights / weights.sum() if weights.sum() else weights
    told = whole >= fewest
    rate = np.divide(part, whole, out=np.zeros_like(part), where=told)
    known = np.where(np.isnan(part), 0.0, whole).sum(axis=0)
    everybody = np.divide(np.nansum(part, axis=0), known, out=np.zeros_like(known), where=known > 0)
    covered, n = (told * share).sum(axis=1), whole.sum(axis=1)
    spread = np.divide(variance, whole, out=np.zeros_like(part), where=told)
    return {
        "raw": _over(part.sum(axis=1), n),
        "adjusted": _over((rate * share).sum(axis=1), covered),
        "reference": _over((everybody * told * share).sum(axis=1), covered),
        "n": n,
        "covered": covered,
    }, Z * _over(np.sqrt((spread * share**2).sum(axis=1)), covered)


def _over(part: Amounts, whole: Amounts) -> Amounts:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
