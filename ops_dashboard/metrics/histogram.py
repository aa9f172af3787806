"""A mergeable histogram of durations: buckets grow by a constant factor, counts add.

With growth g = (1 + a) / (1 - a) every duration in a bucket lies within a relative error a of the
bucket's representative, so any quantile does too (Masson, Rim, Lee: DDSketch, VLDB 2019, section 2).
Bucket 0 holds durations of 0 s (and less, which facts do not produce), bucket 1 holds 1 s.
"""

import numpy as np

ACCURACY = 0.01
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GROWTH = np.log(GROWTH)
BUCKETS = 1200  # up to 2**34 s; facts hold durations below 2**31 s

PAIRS = np.dtype([("measure", "<u2"), ("bucket", "<u2"), ("count", "<u4")])


def bucket_of(seconds: np.ndarray) -> np.ndarray:
    """Bucket of each duration. seconds: int64[n] -> uint16[n]"""
    positive = np.maximum(seconds, 1)
    index = np.ceil(np.log(positive) / _LOG_GROWTH - 1e-9).astype(np.int64) + 1
    return np.where(seconds <= 0, 0, index).astype(np.uint16)


def seconds_of(bucket: np.ndarray) -> np.ndarray:
    """Representative duration of each bucket, within ACCURACY of all it holds. float64[n]"""
    upper = np.exp((bucket.astype(np.float64) - 1) * _LOG_GROWTH)
    middle = np.where(bucket <= 1, 1.0, upper * 2 / (GROWTH + 1))
    return np.where(bucket == 0, 0.0, middle)


def _is_sorted(group: np.ndarray, value: np.ndarray) -> bool:
    """By group, then by value."""
    step = np.diff(group)
    return bool(np.all((step > 0) | ((step == 0) & (np.diff(value) >= 0))))


def grouped_quantile(group: np.ndarray, value: np.ndarray, weight: np.ndarray, *, ranks: np.ndarray) -> np.ndarray:
    """Values at fractional ranks of each group, interpolated linearly between order statistics.

    group: int64[n] in 0..g-1, value: float64[n], weight: int64[n] counts.
    ranks: float64[k, g] zero-based, clipped into each group -> float64[k, g], nan for empty groups.
    """
    groups = ranks.shape[1]
    if not _is_sorted(group, value):
        order = np.argsort(value, kind="stable") if groups == 1 else np.lexsort((value, group))
        value, weight, group = value[order], weight[order], group[order]
    size = np.bincount(group, weights=weight, minlength=groups).astype(np.int64)
    base = np.cumsum(size) - size
    reached = np.cumsum(weight)
    answer = np.full(ranks.shape, np.nan)
    filled = size > 0
    rank = np.clip(ranks[:, filled], 0, size[filled] - 1)
    floor = np.floor(rank).astype(np.int64)
    below = value[np.searchsorted(reached, base[filled] + floor, side="right")]
    ceil = np.minimum(floor + 1, size[filled] - 1)
    above = value[np.searchsorted(reached, base[filled] + ceil, side="right")]
    answer[:, filled] = below + (above - below) * (rank - floor)
    return answer
