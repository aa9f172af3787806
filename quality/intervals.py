"""What a handful of reviews can say: intervals, and how many reviews a question needs.

Scores pile up at the top and fall to 0 at a critical failure, so five of them say little about
their own spread: a t interval covers 87 %, a bootstrap 75 % of the time. Pooling the spread over all
agents of a function covers 95 % (measured by `python -m tests.bench quality`).
"""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.intervals import Z

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval; `n` is the effective number of reviews behind it."""

    mean: float
    low: float
    high: float
    n: float


def pooled_sd(scores: Floats, groups: Ints) -> float | None:
    """Standard deviation within groups, pooled over them; None until some group has two scores."""
    scores = np.asarray(scores, dtype=np.float64)
    n = np.bincount(groups)
    freedom = len(scores) - np.count_nonzero(n)
    if freedom < 1:
        return None
    means = np.bincount(groups, weights=scores) / np.maximum(n, 1)
    return float(sqrt(((scores - means[groups]) ** 2).sum() / freedom))


def pooled_interval(mean: float, n: float, sd: float, *, bounds: tuple[float, float] = (0.0, 1.0)) -> Estimate:
    """mean +- 1.96 sd / sqrt(n), held within `bounds`."""
    half = Z * sd / sqrt(n)
    return Estimate(mean, max(bounds[0], mean - half), min(bounds[1], mean + half), n)


def weighted_mean(scores: Floats, weights: Floats) -> tuple[float, float] | None:
    """Design-weighted mean (Hajek) and effective n (Kish): sum w x / sum w, (sum w)^2 / sum w^2.

    A weight is one over the probability with which the unit was drawn, so a sample that favours
    trouble does not make the whole look worse than it is.
    """
    scores, weights = np.asarray(scores, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    total = weights.sum()
    if not len(scores) or total <= 0:
        return None
    return float((weights * scores).sum() / total), float(total**2 / (weights**2).sum())


def sample_size(share: float, margin: float, population: int | None = None) -> int:
    """Reviews needed to know a share within +- `margin` at 95 %: z^2 p (1 - p) / E^2, finite populations corrected."""
    if not 0 <= share <= 1 or margin <= 0:
        raise ValueError(f"no sample size for a share of {share} within {margin}")
    needed = Z**2 * share * (1 - share) / margin**2
    if population is not None:
        needed = needed / (1 + (needed - 1) / population) if population else 0
    return ceil(needed)
