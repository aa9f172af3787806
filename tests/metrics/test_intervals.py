import numpy as np
import pytest

from ops_dashboard.metrics.intervals import difference_interval, quantile_ranks, wilson


def test_wilson_agrees_with_a_published_example() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 81/263 and 15/148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_wilson_stays_inside_the_unit_interval_at_the_edges() -> None:
    # Newcombe 1998, table I, method 3: 0/20 and 1/29.
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(20, 20) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)


def test_there_is_no_share_of_nothing() -> None:
    assert wilson(0, 0) is None
    assert difference_interval((1, 2), (0, 0)) is None


def test_the_interval_of_a_difference_agrees_with_published_examples() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 0/10 - 0/20.
    assert difference_interval((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference_interval((9, 10), (3, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert difference_interval((0, 10), (0, 20)) == pytest.approx((-0.1611, 0.2775), abs=5e-5)


def test_order_statistics_enclose_the_median_of_a_hundred() -> None:
    # n p -+ 1.96 sqrt(n p q) = 50 -+ 9.8: zero-based ranks 40 and 59.
    low, high = quantile_ranks(np.array([100]), 0.5)
    assert (low[0], high[0]) == (40, 59)
