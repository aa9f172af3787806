import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.histogram import ACCURACY, bucket_of, grouped_quantile, seconds_of

durations = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=200)


@given(durations)
def test_every_duration_is_within_one_per_cent_of_its_bucket(seconds: list[int]) -> None:
    exact = np.array(seconds, dtype=np.int64)
    shown = seconds_of(bucket_of(exact))
    assert (np.abs(shown - exact) <= ACCURACY * exact + 1e-9).all()


def test_buckets_are_exact_at_powers_and_grow_with_the_duration() -> None:
    seconds = np.unique(np.r_[np.arange(0, 5000), np.geomspace(1, 2**31 - 1, 20_000).astype(np.int64)])
    buckets = bucket_of(seconds).astype(np.int64)
    assert (np.diff(buckets) >= 0).all()
    assert bucket_of(np.array([0, 1], dtype=np.int64)).tolist() == [0, 1]


@given(durations, st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
def test_the_quantile_of_single_durations_is_numpys_linear_one(seconds: list[int], p: float) -> None:
    value = np.array(seconds, dtype=np.float64)
    got = grouped_quantile(
        np.zeros(len(value), np.int64),
        value,
        np.ones(len(value), np.int64),
        ranks=np.array([[(len(value) - 1) * p]]),
    )
    assert got[0, 0] == pytest.approx(np.quantile(value, p), rel=1e-12, abs=1e-9)


def test_each_group_has_its_own_quantile_and_an_empty_group_has_none() -> None:
    group = np.array([2, 0, 2, 0, 2])
    value = np.array([30.0, 5.0, 10.0, 7.0, 20.0])
    got = grouped_quantile(group, value, np.ones(5, np.int64), ranks=np.array([[0.5, 0.0, 1.0]]))
    (got,) = got
    assert got[0] == 6.0  # halfway between 5 and 7
    assert np.isnan(got[1])
    assert got[2] == 20.0


def test_a_weight_stands_for_that_many_equal_durations() -> None:
    got = grouped_quantile(np.zeros(2, np.int64), np.array([1.0, 100.0]), np.array([9, 1]), ranks=np.array([[8.5]]))
    assert got[0, 0] == 50.5  # ranks 8 and 9 of 1,1,1,1,1,1,1,1,1,100
