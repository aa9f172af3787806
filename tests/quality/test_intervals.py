"""Intervals of few reviews, sample sizes."""

import numpy as np
import pytest

from quality.intervals import pooled_interval, pooled_sd, sample_size, weighted_mean


def test_the_pooled_spread_is_that_within_groups() -> None:
    # Group 0: 1, 3 (squares 2); group 1: 10, 10, 13 (squares 6); 8 over 3 degrees of freedom.
    found = pooled_sd(np.array([1.0, 3, 10, 10, 13]), np.array([0, 0, 1, 1, 1]))
    assert found == pytest.approx((8 / 3) ** 0.5)


def test_groups_of_one_have_no_spread_to_pool() -> None:
    assert pooled_sd(np.array([1.0, 2.0]), np.array([0, 1])) is None
    assert pooled_sd(np.zeros(0), np.zeros(0, dtype=np.int64)) is None


def test_the_interval_is_two_standard_errors_held_within_bounds() -> None:
    found = pooled_interval(0.8, 5, 0.245)
    assert found.low == pytest.approx(0.8 - 1.959964 * 0.245 / 5**0.5)
    assert found.high == 1.0


def test_weights_bring_back_the_mean_of_the_whole() -> None:
    """Half of the sample from a tenth of the population, where scores are 40 and not 90."""
    scores, weights = np.array([0.4, 0.4, 0.9, 0.9]), np.array([5.0, 5, 45, 45])
    found = weighted_mean(scores, weights)
    assert found is not None
    mean, effective = found
    assert mean == pytest.approx(0.1 * 0.4 + 0.9 * 0.9)
    assert effective == pytest.approx(100**2 / (2 * 25 + 2 * 2025))
    assert scores.mean() == pytest.approx(0.65)


def test_equal_weights_are_no_weights() -> None:
    found = weighted_mean(np.array([1.0, 0.0, 0.5]), np.full(3, 7.0))
    assert found is not None
    assert found == pytest.approx((0.5, 3))
    assert weighted_mean(np.zeros(0), np.zeros(0)) is None


def test_a_question_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no sample size"):
        sample_size(0.5, 0)
    assert sample_size(0.5, 0.05, 0) == 0
