"""The rest of the day after part of it: believed as far as whole days miss their forecast."""

import pytest

from workforce.intraday import credibility, rest_of_day_factor


def test_a_busy_morning_raises_the_rest_as_far_as_it_is_believed() -> None:
    """tau .2 and 100 expected: w = .04 / (.04 + .01) = .8; 150 came: 1.5 ** (.8 x .8) = 1.2963."""
    assert credibility(100, day_sd=0.2) == pytest.approx(0.8)
    assert rest_of_day_factor(150, 100, day_sd=0.2) == pytest.approx(1.2963, abs=1e-4)


def test_a_day_without_a_contact_counts_as_half_of_one() -> None:
    """25 expected: w = .04 / (.04 + .04) = .5; (.5 / 25) ** (.8 x .5) = .2091."""
    assert rest_of_day_factor(0, 25, day_sd=0.2) == pytest.approx(0.2091, abs=1e-4)


@pytest.mark.parametrize(("expected", "day_sd"), [(0, 0.2), (100, 0)])
def test_nothing_expected_or_days_that_never_miss_leave_the_forecast_alone(expected: float, day_sd: float) -> None:
    assert rest_of_day_factor(40, expected, day_sd=day_sd) == 1
