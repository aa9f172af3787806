"""95 % intervals for the figures that carry one."""

from math import hypot

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


def difference_interval(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float] | None:
    """Of a share less that of others, each as part and whole, from their score intervals (Newcombe 1998,
    Statistics in Medicine 17:873, method 10). None when there is nothing to share."""
    first, second = wilson(*one), wilson(*other)
    if first is None or second is None:
        return None
    a, b = one[0] / one[1], other[0] / other[1]
    return a - b - hypot(a - first[0], second[1] - b), a - b + hypot(first[1] - a, b - second[0])


def quantile_ranks(n: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Zero-based ranks whose order statistics enclose the p-quantile with 95 % confidence.

    Normal approximation of the binomial (Conover, Practical Nonparametric Statistics, 3.2).
    """
    half = Z * np.sqrt(n * p * (1 - p))
    return np.floor(n * p - half), np.ceil(n * p + half) - 1


def squares_within(
    part: np.ndarray, whole: np.ndarray, squares: np.ndarray, weight_squares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Squares of distances from the mean of each group, and their degrees of freedom: one over the other is a variance.

    Of sums of w x, w, w x^2 and w^2 (w = 1 where unweighted) by group, float64[g]:
    (W / V) (sum w x^2 - (sum w x)^2 / W) and W^2 / V - 1, with W = sum w and V = sum w^2. W^2 / V is how many
    facts of equal weight tell as much (Kish 1965, Survey Sampling, 11.7).
    """
    one = whole > 0
    whole, weight_squares = np.where(one, whole, 1.0), np.where(one, weight_squares, 1.0)
    distances = np.maximum(squares - part * part / whole, 0.0) * whole / weight_squares
    return np.where(one, distances, 0.0), np.where(one, whole * whole / weight_squares - 1, 0.0)


def mean_interval(mean: np.ndarray, standard_error: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """mean +- z standard errors; NaN where either is not known."""
    half = Z * standard_error
    return mean - half, mean + half
