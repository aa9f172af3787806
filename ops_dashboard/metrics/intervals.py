"""95 % intervals for the figures that carry one."""

from math import sqrt

import numpy as np

Z = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(part: float, whole: float) -> tuple[float, float] | None:
    """Score interval of one share. None when there is nothing to share."""
    low, high = wilson_intervals(np.array([float(part)]), np.array([float(whole)]))
    return (float(low[0]), float(high[0])) if whole > 0 else None


def wilson_intervals(part: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score intervals of shares, float64[n] each (Wilson 1927, JASA 22:209). NaN where there is nothing to share."""
    whole = np.where(whole > 0, whole, np.nan)
    share, spread = part / whole, Z * Z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * np.sqrt(share * (1 - share) / whole + spread / (4 * whole))
    low = np.where(part <= 0, 0.0 * whole, np.maximum(0.0, centre - half))
    high = np.where(part >= whole, 0.0 * whole + 1.0, np.minimum(1.0, centre + half))
    return low, high


def quantile_ranks(n: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Zero-based ranks whose order statistics enclose the p-quantile with 95 % confidence.

    Normal approximation of the binomial (Conover, Practical Nonparametric Statistics, 3.2).
    """
    half = Z * np.sqrt(n * p * (1 - p))
    return np.floor(n * p - half), np.ceil(n * p + half) - 1


def pooled_sd(part: float, whole: float, squares: float, effective_n: float) -> float | None:
    """Standard deviation of all facts of an answer together: sums of w x, w and w x^2 (w = 1 where
    unweighted), with Bessel's correction. None where fewer than two facts tell it."""
    if whole <= 0 or effective_n <= 1:
        return None
    mean = part / whole
    return sqrt(max(squares / whole - mean * mean, 0.0) * effective_n / (effective_n - 1))


def effective_n(weights: np.ndarray, weight_squares: np.ndarray) -> np.ndarray:
    """How many facts of equal weight tell as much (Kish 1965, Survey Sampling, 11.7); 0 where there are none."""
    told = np.zeros_like(weights)
    np.divide(weights * weights, weight_squares, out=told, where=weight_squares != 0)
    return told


def mean_interval(mean: np.ndarray, sd: float, effective_n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """mean +- z sd / sqrt(n), NaN where n = 0. With sd pooled over a large answer it holds its 95 % down
    to n = 5, where the interval from a group's own sd covers 75 to 87 %."""
    half = Z * sd / np.sqrt(np.where(effective_n > 0, effective_n, np.nan))
    return mean - half, mean + half
