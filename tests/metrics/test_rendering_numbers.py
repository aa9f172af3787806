"""Values as people read them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.rendering import numbers


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (252, "4 min 12 s"),
        (2460, "41 min"),
        (3599, "1 h"),
        (11_520, "3 h 12 min"),
        (86_400, "24 h"),
        (190_000, "2 d 5 h"),
        (8_640_000, "100 d"),
        (-252, "−4 min 12 s"),
    ],
)
def test_durations_read_in_two_units(seconds: float, words: str) -> None:
    assert numbers.text(seconds, Unit.SECONDS) == words


def test_business_time_has_no_days_since_an_open_day_has_no_fixed_length() -> None:
    assert numbers.text(190_000, Unit.SECONDS, clock="business") == "52 h 47 min"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.0003, "<0.1 %"), (0.0512, "5.1 %"), (0.9, "90.0 %"), (0.9999, ">99.9 %"), (1, "100 %")],
)
def test_a_share_never_rounds_to_none_or_all(share: float, words: str) -> None:
    assert numbers.text(share, Unit.SHARE) == words


def test_a_count_is_shown_whole_because_it_must_equal_its_rows() -> None:
    assert numbers.text(16_246, Unit.COUNT) == "16,246"
    assert numbers.text(-1204, Unit.COUNT) == "−1,204"


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1.684, "1.68"), (1.7, "1.7"), (123.4, "123"), (1234.5, "1,230"), (999.6, "1,000")]
)
def test_a_mean_has_three_significant_figures(value: float, words: str) -> None:
    assert numbers.text(value, Unit.PER) == words


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_three_figures_are_within_half_a_per_cent(value: float) -> None:
    shown = float(numbers.significant(value).replace("−", "-").replace(",", ""))
    assert shown == pytest.approx(value, rel=0.00501)


@given(st.floats(min_value=0, max_value=1e9), st.sampled_from(list(Unit)))
def test_no_number_shows_an_exponent_or_an_ascii_minus(value: float, unit: Unit) -> None:
    words = numbers.shown(value if unit is not Unit.SHARE else min(value, 1.0), unit).number
    assert "e" not in words.replace("min", "") and "-" not in words


def test_nothing_is_a_dash_and_not_zero() -> None:
    assert numbers.text(None, Unit.SHARE) == "—"


def test_a_round_target_stays_round() -> None:
    assert numbers.goal(0.9, Unit.SHARE) == "90 %"
    assert numbers.goal(0.925, Unit.SHARE) == "92.5 %"


def test_a_column_of_means_has_the_decimals_of_its_largest() -> None:
    assert [numbers.fixed(v, numbers.places_for([12.34, 0.5, None])) for v in (12.34, 0.5, None)] == [
        "12.3",
        "0.5",
        "—",
    ]


def test_periods_name_years_only_where_they_help() -> None:
    assert numbers.days(Period(date(2026, 9, 8), date(2026, 11, 2))) == "8 Sep – 2 Nov 2026"
    assert numbers.days(Period(date(2025, 12, 29), date(2026, 1, 4))) == "29 Dec 2025 – 4 Jan 2026"
    assert numbers.days(Period(date(2026, 1, 4), date(2026, 1, 4))) == "4 Jan 2026"


def test_lengths_count_weeks_where_weeks_fit() -> None:
    assert numbers.length(Period(date(2026, 3, 2), date(2026, 3, 15))) == "2 weeks"
    assert numbers.length(Period(date(2026, 3, 2), date(2026, 3, 8))) == "7 days"
    assert numbers.length(Period(date(2026, 3, 2), date(2026, 3, 2))) == "1 day"


def test_buckets_carry_names() -> None:
    monday = date(2026, 3, 2)
    assert numbers.bucket(monday, Grain.DAY) == "Mon 2 Mar"
    assert numbers.bucket(monday, Grain.WEEK) == "week of 2 Mar"
    assert numbers.bucket(date(2026, 3, 1), Grain.MONTH) == "Mar 2026"


def test_clock_times_are_on_the_wall_of_the_reporting_zone() -> None:
    now = datetime(2026, 7, 1, 20, 0, tzinfo=UTC)
    assert numbers.clock_time(datetime(2026, 7, 1, 19, 5, tzinfo=UTC), "America/Chicago", now=now) == "14:05"
    assert (
        numbers.clock_time(datetime(2026, 6, 30, 19, 5, tzinfo=UTC), "America/Chicago", now=now) == "14:05, 30 Jun 2026"
    )
