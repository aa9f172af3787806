"""95 % intervals for the figures that carry one."""

from math import sqrt

import numpy as np

Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(part: float, whole: float) -> tuple[float, float] | None:
    """Score interval of a share (Wilson 1927, JASA 22:209). None when there is nothing to share."""
    if whole <= 0:
        return None
    share, spread = part / whole, Z * Z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    low = 0.0 if part <= 0 else max(0.0, centre - half)
    high = 1.0 if part >= whole else min(1.0, centre + half)
    return low, high


def quantile_ranks(n: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Zero-based ranks whose order statistics enclose the p-quantile with 95 % confidence.

    Normal approximation of the binomial (Conover, Practical Nonparametric Statistics, 3.2).
    """
    half = Z * np.sqrt(n * p * (1 - p))
    return np.floor(n * p - half), np.ceil(n * p + half) - 1
