"""Rates, throughput and cost at equal case mix. Pure.

Shares are standardised directly. Who is given harder work looks worse: so each group's rate is taken
stratum by stratum (reason by reason) and averaged with the same weights for everyone, the strata's
shares in the work of all groups together. A stratum in which a group has too few cases has no rate
there; its weight is spread over the rest, and `covered` tells how much of all work the comparison
rests on (Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, 19). The variance
is the sum of w^2 p (1 - p) / n, with (x + 1) / (n + 2) for p so that a stratum without a miss is not
taken for certain.

Hours and money are not told by reason, so throughput and cost cannot be. A case weight
serves instead: what a group's mix of reasons takes by the effort that a ticket of each reason takes
of everybody, over what everybody's mix takes. A group whose weight is 1.2 had a fifth harder work.
"""

from dataclasses import dataclass
from math import exp, sqrt

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
    """part, whole: float64[groups, strata] -> float64[groups] each; nan where a group has no rate."""
    weights = whole.sum(axis=0)
    share = weights / weights.sum() if weights.sum() else weights
    told = whole >= fewest
    rate = np.divide(part, whole, out=np.zeros_like(part), where=told)
    covered = (told * share).sum(axis=1)
    n = whole.sum(axis=1)
    adjusted = _over((rate * share).sum(axis=1), covered)
    guess = (part + 1) / (whole + 2)
    variance = np.divide(guess * (1 - guess), whole, out=np.zeros_like(part), where=told)
    half = Z * _over(np.sqrt((variance * share**2).sum(axis=1)), covered)
    return Standardised(
        raw=_over(part.sum(axis=1), n),
        adjusted=adjusted,
        n=n,
        covered=covered,
        low=np.maximum(adjusted - half, 0.0),
        high=np.minimum(adjusted + half, 1.0),
    )


def case_weights(effort: Amounts, cases: Amounts) -> Amounts:
    """effort, cases: float64[groups, strata] -> float64[groups]: how hard each group's mix is; nan without cases.

    `effort` is what the cases took; what one of a stratum takes is asked of all groups together.
    """
    each = _over(effort.sum(axis=0), cases.sum(axis=0))
    usual = _over(effort.sum(keepdims=True).ravel(), cases.sum(keepdims=True).ravel())
    mixes = _over((np.nan_to_num(each) * cases).sum(axis=1), cases.sum(axis=1))
    return _over(mixes, np.broadcast_to(usual, mixes.shape))


def count_interval(rate: float, count: float) -> tuple[float, float]:
    """95 % interval of a rate that rests on a count of events; its denominator is taken as known."""
    spread = exp(Z / sqrt(count))
    return rate / spread, rate * spread


def _over(part: Amounts, whole: Amounts) -> Amounts:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
