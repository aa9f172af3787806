"""Intervals of few reviews, shrinkage, sample sizes."""

import json

import numpy as np
import pytest

from ops_dashboard.environment import PROJECT
from ops_dashboard.metrics.intervals import wilson
from quality.intervals import Estimate, pooled_interval, pooled_sd, sample_size, shrunk, weighted_mean

REFERENCE = PROJECT.parent / "shared" / "cases" / "agreement_reference.json"


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


def test_two_estimates_differ_when_their_intervals_part() -> None:
    low, high = Estimate(0.5, 0.4, 0.6, 9), Estimate(0.8, 0.7, 0.9, 9)
    assert low.differs_from(high) and high.differs_from(low)
    assert not low.differs_from(Estimate(0.65, 0.55, 0.75, 9))


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


def test_shrinkage_draws_small_groups_further_to_the_middle() -> None:
    found = shrunk(np.array([0.2, 0.95, 0.8, 0.4]), np.array([2, 50, 50, 50]), 0.2)
    assert 0.2 < found[0] < 0.8
    assert abs(found[0] - 0.2) > abs(found[3] - 0.4)
    assert found[1] == pytest.approx(0.95, abs=0.02)


def test_means_that_differ_by_chance_alone_become_one() -> None:
    found = shrunk(np.array([0.79, 0.8, 0.81]), np.array([5, 5, 5]), 0.25)
    assert found == pytest.approx([0.8, 0.8, 0.8])


def test_shrinkage_errs_less_than_the_plain_means() -> None:
    rng = np.random.default_rng(0)
    truth = 0.8 + rng.normal(0, 0.03, 200)
    scores = truth[:, None] + rng.normal(0, 0.245, (200, 5))
    plain = scores.mean(axis=1)
    better = shrunk(plain, np.full(200, 5), 0.245)
    assert np.sqrt(((better - truth) ** 2).mean()) < 0.5 * np.sqrt(((plain - truth) ** 2).mean())


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference values are not here")
def test_sample_sizes_are_those_of_the_reference_file() -> None:
    values = json.loads(REFERENCE.read_text())["sample_size"]["values"]
    for words, needed in values.items():
        p, margin, population = (part.split("=")[1] for part in words.split(","))
        size = None if population == "None" else int(population)
        assert sample_size(float(p), float(margin.strip("±p")) / 100, size) == needed


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference values are not here")
def test_shares_have_the_interval_of_the_reference_file() -> None:
    for words, interval in json.loads(REFERENCE.read_text())["wilson"]["recomputed"].items():
        part, whole = map(int, words.split("/"))
        assert wilson(part, whole) == pytest.approx(interval, abs=5e-5)


def test_a_question_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no sample size"):
        sample_size(0.5, 0)
    assert sample_size(0.5, 0.05, 0) == 0
