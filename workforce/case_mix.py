"""Rates at equal case mix: direct standardisation. Pure.

Who is given harder work looks worse. Each group's rate is taken stratum by stratum (reason by reason)
and averaged with the same weights for everyone: the strata's shares in the work of all groups
together. A stratum in which a group has too few cases has no rate there; its weight is spread over
the rest, and `covered` tells how much of all work the comparison rests on.
Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, 19.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.float64]
FEWEST = 5  # cases that a group needs in a stratum


@dataclass(frozen=True)
class Standardised:
    """`raw` and `adjusted` rates of each group, how many cases they rest on and the work they cover."""

    raw: Amounts
    adjusted: Amounts
    n: Amounts
    covered: Amounts


def standardised(part: Amounts, whole: Amounts, *, fewest: int = FEWEST) -> Standardised:
    """part, whole: float64[groups, strata] -> float64[groups] each; nan where a group has no rate."""
    weights = whole.sum(axis=0)
    share = weights / weights.sum() if weights.sum() else weights
    told = whole >= fewest
    rate = np.divide(part, whole, out=np.zeros_like(part), where=told)
    covered = (told * share).sum(axis=1)
    n = whole.sum(axis=1)
    return Standardised(
        raw=_over(part.sum(axis=1), n), adjusted=_over((rate * share).sum(axis=1), covered), n=n, covered=covered
    )


def _over(part: Amounts, whole: Amounts) -> Amounts:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
