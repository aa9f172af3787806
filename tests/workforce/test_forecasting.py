"""The forecast: exact where the past is exact, ordered and never negative always, right on days of any length."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.workforce.volumes import HALF_HOUR, HOUR, made_up, next_intervals
from workforce.forecasting import Forecast, forecast
from workforce.series import DAY_S, Series, tabulate, wall
from workforce.uplift import Happening

MONDAY = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())


def regular(values: np.ndarray, step_s: int = HOUR, zone: str = "UTC", start: int = MONDAY) -> Series:
    return Series(start + step_s * np.arange(len(values), dtype=np.int64), values.astype(float), step_s, zone)


def ahead(series: Series, days: int = 28, **more: object) -> Forecast:
    return forecast(series, next_intervals(series, timedelta(days=days)), **more)  # type: ignore[arg-type]


def test_a_week_that_repeats_itself_goes_on() -> None:
    week = np.outer([9, 8, 7, 7, 6, 3, 1], np.random.default_rng(3).integers(20, 400, 24)).ravel()
    told = ahead(regular(np.tile(week, 10)))
    assert told.p50 == pytest.approx(np.tile(week, 4), rel=0.01)


def test_a_constant_goes_on() -> None:
    told = ahead(regular(np.full(30 * 24, 12.0)))
    assert told.p50 == pytest.approx(np.full(28 * 24, 12.0))


def test_nothing_but_zeros_forecasts_zeros() -> None:
    told = ahead(regular(np.zeros(40 * 24)))
    assert told.p50.max() < 1e-6
    assert told.p90.max() < 1e-6


def test_one_value_is_enough() -> None:
    told = ahead(regular(np.array([7.0])), days=2)
    assert np.isfinite(told.p50).all()
    assert told.p50.sum() > 0


def test_three_days_speak_for_weekdays_never_seen() -> None:
    told = ahead(regular(np.full(3 * 24, 10.0)), days=7)
    assert told.p50 == pytest.approx(np.full(7 * 24, 10.0))


def test_closed_weekdays_and_hours_stay_closed() -> None:
    day = np.where((np.arange(24) >= 9) & (np.arange(24) < 17), 30.0, 0.0)
    week = np.concatenate([np.tile(day, 5), np.zeros(48)])
    told = ahead(regular(np.tile(week, 8)))
    assert told.p50 == pytest.approx(np.tile(week, 4))
    assert told.p90[np.tile(week, 4) == 0].max() == 0


def test_hours_without_rows_are_closed_too() -> None:
    full = made_up(days=70, step_s=HOUR)
    hour, weekday = full.at // HOUR % 24, (full.at // DAY_S + 3) % 7
    kept = (hour >= 8) & (hour < 18) & (weekday < 5)
    told = ahead(Series(full.at[kept], full.values[kept], HOUR))
    hour, weekday = told.at // HOUR % 24, (told.at // DAY_S + 3) % 7
    is_open = (hour >= 8) & (hour < 18) & (weekday < 5)
    assert told.p50[~is_open].max() == 0
    assert told.p50[is_open].min() > 0


def test_what_the_calendar_closes_brings_nothing() -> None:
    series = made_up(days=60)
    targets = next_intervals(series, timedelta(days=7))
    is_open = targets // HOUR % 24 >= 12
    told = forecast(series, targets, open_at=is_open)
    assert told.p50[~is_open].max() == told.p90[~is_open].max() == 0
    assert told.p50[is_open].min() > 0


def test_rows_that_are_missing_here_and_there_are_gaps_not_zeros() -> None:
    full = made_up(days=80, mean=100)
    kept = np.random.default_rng(5).random(len(full)) > 0.15
    gappy = Series(full.at[kept], full.values[kept], full.step_s)
    assert ahead(gappy).p50.sum() == pytest.approx(ahead(full).p50.sum(), rel=0.02)


def test_a_scaled_past_scales_the_forecast() -> None:
    series = made_up(days=80, mean=50)
    tripled = Series(series.at, series.values * 3, series.step_s)
    assert ahead(tripled).p50 == pytest.approx(3 * ahead(series).p50)


def test_a_daily_series() -> None:
    week = np.array([100, 90, 80, 85, 70, 30, 10])
    told = ahead(regular(np.tile(week, 12), step_s=DAY_S), days=14)
    assert told.p50 == pytest.approx(np.tile(week, 2), rel=0.01)


def test_a_weekly_series() -> None:
    told = ahead(regular(np.full(30, 500.0), step_s=7 * DAY_S), days=28)
    assert told.p50 == pytest.approx(np.full(4, 500.0))


@pytest.mark.parametrize(
    ("on", "intervals"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 50), (date(2026, 6, 10), 48)]
)
def test_days_of_a_clock_change_have_the_length_they_have(on: date, intervals: int) -> None:
    """The level is that of a day of 48 half-hours; the day has what its own half-hours bring."""
    midnight = int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()) - 70 * DAY_S
    at = midnight + HALF_HOUR * np.arange(70 * 48 - 4, dtype=np.int64)
    busy = ((wall("Europe/Berlin", at) % DAY_S) // HALF_HOUR + 1).astype(float)
    series = Series(at, busy, HALF_HOUR, "Europe/Berlin")
    told = ahead(series, days=4)
    local = wall("Europe/Berlin", told.at)
    rows = local // DAY_S == (on - date(1970, 1, 1)).days
    assert rows.sum() == intervals
    assert told.p50[rows] == pytest.approx((local[rows] % DAY_S) // HALF_HOUR + 1.0, rel=1e-6)
    day = np.flatnonzero(told.days == (on - date(1970, 1, 1)).days)[0]
    assert told.day_p50[day] == pytest.approx(told.p50[rows].sum())


def test_a_table_counts_every_interval_of_days_of_23_and_25_hours_once() -> None:
    at = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) + HALF_HOUR * np.arange(50, dtype=np.int64)
    table = tabulate(Series(at, np.ones(50), HALF_HOUR, "Europe/Berlin"))
    assert table.cells.shape == (1, 48)
    assert table.total[0] == 48


def test_an_event_brings_what_the_last_of_its_type_brought_damped() -> None:
    values = np.full(200, 100.0)
    values[100:118] *= 2
    told = ahead(
        regular(values, step_s=DAY_S),
        days=28,
        happenings=[
            Happening("mailing", date.fromordinal(date(2026, 1, 5).toordinal() + 100)),
            Happening("mailing", date.fromordinal(date(2026, 1, 5).toordinal() + 203)),
        ],
    )
    assert told.p50[:3] == pytest.approx(np.full(3, 100.0), rel=0.01)
    assert told.p50[3:20] == pytest.approx(np.full(17, 100 * 2**0.8), rel=0.02)
    assert told.p50[21:] == pytest.approx(np.full(7, 100.0), rel=0.01)


def test_inside_a_first_event_the_excess_fades() -> None:
    values = np.full(200, 100.0)
    values[190:] *= 3
    event = Happening("outage", date.fromordinal(date(2026, 1, 5).toordinal() + 190))
    told = ahead(regular(values, step_s=DAY_S), days=28, happenings=[event]).p50
    assert 200 < told[0] < 300
    assert (np.diff(told) < 0).all()
    assert told[-1] < 150


def test_a_holiday_is_like_earlier_ones_and_teaches_no_level() -> None:
    values = np.full(120, 100.0)
    values[[20, 50, 80]] = 40
    day = date(2026, 1, 5).toordinal()
    told = ahead(
        regular(values, step_s=DAY_S),
        days=10,
        holidays=frozenset(date.fromordinal(day + each) for each in (20, 50, 80, 125)),
    ).p50
    assert told[5] == pytest.approx(100 * 0.4**0.75, rel=0.01)  # three lessons, drawn to 1 as if by a fourth
    assert np.delete(told, 5) == pytest.approx(np.full(9, 100.0), rel=0.01)


def test_a_holiday_that_was_always_closed_is_closed() -> None:
    values = np.full(120, 100.0)
    values[[20, 50]] = 0
    day = date(2026, 1, 5).toordinal()
    told = ahead(
        regular(values, step_s=DAY_S),
        days=4,
        holidays=frozenset(date.fromordinal(day + each) for each in (20, 50, 122)),
    ).p50
    assert told == pytest.approx([100, 100, 0, 100], rel=0.01)


def test_four_of_five_counts_fall_into_the_band() -> None:
    series = made_up(days=140, mean=12)
    past = series.before(int(series.at[0]) + 112 * DAY_S)
    told = ahead(past)
    came = series.values[len(past) :]
    assert 0.75 < np.mean((came >= told.p10) & (came <= told.p90)) < 0.92


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.floats(0, 1e6), min_size=1, max_size=400),
    step_s=st.sampled_from([900, HALF_HOUR, HOUR, 6 * HOUR, DAY_S]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    start=st.integers(0, 700),
)
@example(values=[3e-258], step_s=900, zone="UTC", start=0)
@example(values=[0.0, 5e-324], step_s=DAY_S, zone="UTC", start=0)
def test_whatever_the_past_quantiles_are_ordered_and_days_are_sums(
    values: list[float], step_s: int, zone: str, start: int
) -> None:
    told = ahead(regular(np.array(values), step_s, zone, MONDAY + start * DAY_S), days=10)
    assert np.isfinite([told.p10, told.p50, told.p90]).all()
    assert (told.p10 >= 0).all()
    assert (told.p10 <= told.p50).all()
    assert (told.p50 <= told.p90).all()
    assert told.day_p50.sum() == pytest.approx(told.p50.sum())
    assert (told.day_p10 <= told.day_p50).all()
    assert (told.day_p50 <= told.day_p90).all()
