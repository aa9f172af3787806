"""Business time against hand-worked sums and a counter that looks at every minute."""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.business_calendar import WEEKDAYS, Windows
from tickets.business_time import (
    ALWAYS,
    NEVER,
    BadInstant,
    Boundary,
    Calendar,
    Clock,
    clock,
    open_intervals,
)

HOUR = 3600
DAY = 24 * HOUR
NINE_TO_FIVE: Windows = (("09:00", "17:00"),)
NIGHT: Windows = (("22:00", "06:00"),)


def at(text: str, zone: str = "UTC") -> int:
    """Unix seconds of a local time; of a repeated one, the first."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def every_day(windows: Windows) -> dict[str, Windows]:
    return dict.fromkeys(WEEKDAYS, windows)


def office(timezone: str = "UTC", windows: Windows = NINE_TO_FIVE) -> Calendar:
    """Open Monday to Friday."""
    return Calendar(timezone, dict.fromkeys(WEEKDAYS[:5], windows))


def open_seconds_of(calendar: Calendar, start: str, end: str) -> int:
    """Open seconds between two local times."""
    span = at(start, calendar.timezone), at(end, calendar.timezone)
    return int(clock(calendar).elapsed(*span))


def due(calendar: Calendar, start: str, seconds: int, boundary: Boundary = "close") -> int:
    started_at = at(start, calendar.timezone)
    return int(clock(calendar).due(started_at, seconds, boundary=boundary))


# Office hours


def test_target_runs_over_the_weekend() -> None:
    # 2024-01-05 is a Friday: half an hour before closing, half an hour on Monday.
    assert due(office(), "2024-01-05 16:30", HOUR) == at("2024-01-08 09:30")


def test_target_from_before_opening_counts_from_the_opening() -> None:
    assert due(office(), "2024-01-03 07:00", 2 * HOUR) == at("2024-01-03 11:00")


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [
        ((), "2016-11-13 21:00"),
        ((date(2016, 11, 13),), "2016-11-14 21:00"),
        ((date(2016, 11, 11), date(2016, 11, 13)), "2016-11-15 21:00"),
    ],
)
def test_each_holiday_moves_a_four_day_target_by_a_day(holidays: tuple[date, ...], expected: str) -> None:
    calendar = Calendar("Europe/Berlin", every_day((("09:00", "21:00"),)), holidays=frozenset(holidays))
    assert due(calendar, "2016-11-09 23:00", 48 * HOUR) == at(expected, "Europe/Berlin")


def test_time_used_up_at_closing_lands_there_or_on_the_next_opening() -> None:
    assert due(office(), "2024-01-05 16:00", HOUR, "close") == at("2024-01-05 17:00")
    assert due(office(), "2024-01-05 16:00", HOUR, "next_open") == at("2024-01-08 09:00")


def test_no_time_from_a_closed_moment_is_used_up_at_the_next_opening() -> None:
    assert due(office(), "2024-01-06 12:00", 0) == at("2024-01-08 09:00")


def test_no_time_from_the_very_close_is_used_up_as_the_boundary_says() -> None:
    assert due(office(), "2024-01-05 17:00", 0, "close") == at("2024-01-05 17:00")
    assert due(office(), "2024-01-05 17:00", 0, "next_open") == at("2024-01-08 09:00")


def test_elapsed_keeps_its_sign() -> None:
    assert open_seconds_of(office(), "2024-01-05 16:00", "2024-01-08 10:00") == 2 * HOUR
    assert open_seconds_of(office(), "2024-01-08 10:00", "2024-01-05 16:00") == -2 * HOUR


def test_back_goes_to_the_opening_and_over_the_weekend() -> None:
    hours = clock(office())
    assert hours.back(at("2024-01-08 10:00"), HOUR) == at("2024-01-08 09:00")
    assert hours.back(at("2024-01-08 10:00"), 2 * HOUR) == at("2024-01-05 16:00")
    assert hours.back(at("2024-01-07 10:00"), 0) == at("2024-01-05 17:00")


def test_open_is_half_open() -> None:
    edges = [at(f"2024-01-05 {time}") for time in ("08:59:59", "09:00", "16:59:59", "17:00")]
    assert clock(office()).is_open(np.array(edges)).tolist() == [False, True, True, False]


def test_next_open_stays_while_open() -> None:
    hours = clock(office())
    assert hours.next_open(at("2024-01-05 16:59:59")) == at("2024-01-05 16:59:59")
    assert hours.next_open(at("2024-01-05 17:00")) == at("2024-01-08 09:00")


# Windows of all kinds


def test_windows_that_touch_or_overlap_count_once() -> None:
    calendar = office(windows=(("09:00", "12:00"), ("12:00", "15:00"), ("14:00", "17:00")))
    starts, ends = open_intervals(calendar, at("2024-01-05"), at("2024-01-06"))
    assert starts.tolist() == [at("2024-01-05 09:00")]
    assert ends.tolist() == [at("2024-01-05 17:00")]


def test_a_whole_day_ends_at_24() -> None:
    calendar = Calendar("UTC", {"mon": (("00:00", "24:00"),)})
    assert open_seconds_of(calendar, "2024-01-01 00:00", "2024-01-08 00:00") == DAY


def test_equal_times_mean_24_hours() -> None:
    calendar = Calendar("UTC", {"mon": (("09:00", "09:00"),)})
    assert due(calendar, "2024-01-01 00:00", DAY) == at("2024-01-02 09:00")


def test_a_night_shift_belongs_to_the_day_it_opens() -> None:
    friday_night = Calendar("UTC", {"fri": NIGHT})
    assert open_seconds_of(friday_night, "2024-01-05 00:00", "2024-01-06 00:00") == 2 * HOUR
    assert open_seconds_of(friday_night, "2024-01-06 00:00", "2024-01-07 00:00") == 6 * HOUR


def test_a_shift_into_a_holiday_is_worked_to_its_end() -> None:
    nights = Calendar("UTC", every_day(NIGHT), holidays=frozenset({date(2024, 1, 6)}))
    # The shift of the 5th runs on to 06:00; none opens on the 6th; the 7th opens at 22:00.
    assert open_seconds_of(nights, "2024-01-05 12:00", "2024-01-07 23:00") == 9 * HOUR


def test_a_shift_into_a_holiday_stops_at_midnight_where_told() -> None:
    nights = Calendar(
        "UTC",
        every_day(NIGHT),
        holidays=frozenset({date(2024, 1, 6)}),
        holiday_truncates_overnight=True,
    )
    assert open_seconds_of(nights, "2024-01-05 12:00", "2024-01-07 23:00") == 3 * HOUR


@pytest.mark.parametrize(("beats", "expected"), [(False, 2 * HOUR), (True, 0)])
def test_an_override_opens_a_holiday_unless_the_holiday_beats_it(beats: bool, expected: int) -> None:
    calendar = Calendar(
        "UTC",
        every_day(NINE_TO_FIVE),
        holidays=frozenset({date(2024, 1, 5)}),
        overrides={date(2024, 1, 5): (("10:00", "12:00"),)},
        holiday_beats_override=beats,
    )
    assert open_seconds_of(calendar, "2024-01-05 00:00", "2024-01-06 00:00") == expected


def test_an_override_without_windows_closes_the_day() -> None:
    calendar = Calendar("UTC", every_day(NINE_TO_FIVE), overrides={date(2024, 1, 5): ()})
    assert open_seconds_of(calendar, "2024-01-05 00:00", "2024-01-06 00:00") == 0


def test_breaks_are_cut_out_of_a_shift_of_the_day_before_too() -> None:
    calendar = Calendar(
        "UTC",
        {"fri": NIGHT},
        breaks={
            date(2024, 1, 5): (("21:00", "22:30"),),
            date(2024, 1, 6): (("02:00", "03:00"), ("05:45", "08:00")),
        },
    )
    starts, ends = open_intervals(calendar, at("2024-01-05"), at("2024-01-08"))
    assert starts.tolist() == [at("2024-01-05 22:30"), at("2024-01-06 03:00")]
    assert ends.tolist() == [at("2024-01-06 02:00"), at("2024-01-06 05:45")]


# Clock changes


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/London", "2024-03-30", 7),
        ("Europe/London", "2024-10-26", 9),
        ("America/New_York", "2024-03-09", 7),
        ("America/New_York", "2024-11-02", 9),
        ("Australia/Lord_Howe", "2024-04-06", 8.5),
        ("Australia/Lord_Howe", "2024-10-05", 7.5),
        ("Africa/Casablanca", "2024-03-09", 9),
        ("Africa/Casablanca", "2024-04-13", 7),
        ("America/Santiago", "2024-04-06", 9),
        ("America/Santiago", "2024-09-07", 7),
        ("Asia/Kolkata", "2024-03-30", 8),
    ],
)
def test_a_night_has_the_hours_the_clock_change_leaves(zone: str, night: str, hours: float) -> None:
    calendar = Calendar(zone, every_day(NIGHT))
    noon = datetime.fromisoformat(f"{night} 12:00")
    elapsed = open_seconds_of(calendar, f"{noon}", f"{noon + timedelta(days=1)}")
    assert elapsed == hours * HOUR


def test_edges_in_the_gap_move_later_by_the_gap() -> None:
    # New York, 2024-03-10: 02:00 EST is 03:00 EDT, so 02:30 is read as 03:30 EDT (07:30 UTC).
    calendar = Calendar("America/New_York", {"sun": (("02:30", "05:00"),)})
    starts, ends = open_intervals(calendar, at("2024-03-10"), at("2024-03-11"))
    assert starts.tolist() == [at("2024-03-10 07:30")]
    assert ends.tolist() == [at("2024-03-10 09:00")]


def test_a_window_turned_round_by_the_gap_never_opens() -> None:
    # 02:45 becomes 03:45 EDT, after the close at 03:15.
    calendar = Calendar("America/New_York", {"sun": (("02:45", "03:15"),)})
    assert open_seconds_of(calendar, "2024-03-10 00:00", "2024-03-11 00:00") == 0


def test_edges_in_a_repeated_hour_mean_its_first_pass() -> None:
    # New York, 2024-11-03: 01:30 EDT is 05:30 UTC, 02:30 EST is 07:30 UTC.
    opening = Calendar("America/New_York", {"sun": (("01:30", "02:30"),)})
    closing = Calendar("America/New_York", {"sun": (("00:30", "01:30"),)})
    assert open_seconds_of(opening, "2024-11-03 00:00", "2024-11-04 00:00") == 2 * HOUR
    assert open_seconds_of(closing, "2024-11-03 00:00", "2024-11-04 00:00") == HOUR


def test_a_date_the_zone_skipped_counts_once() -> None:
    # Samoa went from 2011-12-29 straight to 2011-12-31.
    calendar = Calendar("Pacific/Apia", every_day(NINE_TO_FIVE))
    assert open_seconds_of(calendar, "2011-12-29 00:00", "2012-01-01 00:00") == 16 * HOUR


# The clock as a whole


def test_every_second_counts_on_the_calendar_that_never_closes() -> None:
    hours = clock(ALWAYS)
    instants = np.array([-5, 0, 2**40], dtype=np.int64)
    assert hours.open_seconds(instants).tolist() == instants.tolist()
    assert hours.due(instants, 7).tolist() == (instants + 7).tolist()
    assert hours.elapsed(3, 10) == 7
    assert hours.is_open(instants).all()


def test_whole_days_all_week_are_the_calendar_that_never_closes() -> None:
    assert Calendar("Asia/Tokyo", every_day((("00:00", "24:00"),))).is_unbroken
    assert not Calendar("UTC", every_day((("00:00", "23:59"),))).is_unbroken
    assert not Calendar("UTC", every_day((("00:00", "24:00"),)), holidays=frozenset({date(2024, 1, 1)})).is_unbroken


def test_one_holiday_breaks_an_unbroken_calendar_for_that_day_only() -> None:
    calendar = Calendar("UTC", every_day((("00:00", "24:00"),)), holidays=frozenset({date(2024, 1, 3)}))
    assert open_seconds_of(calendar, "2024-01-01 00:00", "2031-01-01 00:00") == (2557 - 1) * DAY
    assert due(calendar, "2024-01-02 12:00", DAY) == at("2024-01-04 12:00")


def test_a_calendar_that_never_opens_answers_never() -> None:
    hours = clock(Calendar("UTC"))
    assert hours.elapsed(at("2024-01-01"), at("2030-01-01")) == 0
    assert hours.due(at("2024-01-01"), 0) == NEVER
    assert hours.back(at("2024-01-01"), 0) == NEVER


def test_a_calendar_open_on_single_dates_is_used_up_with_them() -> None:
    hours = clock(Calendar("UTC", overrides={date(2024, 1, 5): NINE_TO_FIVE}))
    before, after = at("2023-01-01"), at("2025-01-01")
    assert hours.due(before, 8 * HOUR) == at("2024-01-05 17:00")
    assert hours.due(before, 8 * HOUR, boundary="next_open") == NEVER
    assert hours.due(before, 8 * HOUR + 1) == NEVER
    assert hours.due(after, 0) == NEVER
    assert hours.back(after, 8 * HOUR) == at("2024-01-05 09:00")
    assert hours.back(after, 8 * HOUR + 1) == NEVER
    assert hours.back(before, 0) == NEVER


def test_levels_stay_the_same_while_the_clock_grows() -> None:
    hours = Clock(office("Europe/London"))
    level = hours.open_seconds(at("2024-01-05 12:00"))
    assert hours.elapsed(at("1950-01-02 00:00"), at("1950-01-07 00:00")) == 40 * HOUR
    assert hours.elapsed(at("2199-01-01 00:00"), at("2199-01-08 00:00")) == 40 * HOUR
    assert hours.open_seconds(at("2024-01-05 12:00")) == level
    assert hours.at_level(level) == at("2024-01-05 12:00")


def test_a_target_may_reach_far_beyond_the_compiled_years() -> None:
    mondays = Calendar("UTC", {"mon": (("09:00", "09:01"),)})
    # One minute a week: 2,000 weeks after the first.
    assert due(mondays, "2024-01-01 00:00", 2001 * 60) == at("2024-01-01 09:01") + 2000 * 7 * DAY


def test_shapes_and_scalars_come_back_as_they_went_in() -> None:
    hours = clock(office())
    table = np.full((2, 3), at("2024-01-05 16:00"))
    assert isinstance(hours.due(int(table[0, 0]), HOUR), np.int64)
    assert hours.due(table, HOUR).shape == (2, 3)
    assert hours.elapsed(int(table[0, 0]), table).shape == (2, 3)
    assert hours.elapsed(table[:0], table[:0]).shape == (0, 3)


def test_more_rows_than_a_block_keep_their_order() -> None:
    hours = clock(office())
    start = at("2024-01-01") + np.arange(100_000, dtype=np.int64) * 60
    one_by_one = [int(hours.open_seconds(int(each))) for each in start[::9973]]
    assert hours.open_seconds(start)[::9973].tolist() == one_by_one


@pytest.mark.parametrize("value", [1.5, np.array([1.0]), "2024-01-01", at("1899-12-31")])
def test_anything_but_whole_seconds_of_our_centuries_is_refused(value: object) -> None:
    with pytest.raises(BadInstant):
        clock(office()).open_seconds(value)  # type: ignore[arg-type]


def test_a_negative_target_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 s of open time"):
        clock(office()).due(0, -1)


# Against a counter that looks at every minute

ZONES_AND_CHANGES = [
    ("Europe/London", date(2024, 3, 31)),
    ("Europe/London", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Africa/Casablanca", date(2024, 3, 10)),
    ("Africa/Casablanca", date(2024, 4, 14)),
]
# The wall clock tells by itself which minutes are open as long as no edge lies inside
# an hour that is skipped or repeated; those edges have their own tests above.
EDGES = [minute for minute in range(0, 24 * 60, 15) if not 60 < minute < 180]


def wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


windows = st.lists(
    st.tuples(st.sampled_from(EDGES).map(wall), st.sampled_from([*EDGES, 1440]).map(wall)),
    max_size=3,
).map(tuple)


@st.composite
def calendars(draw: st.DrawFn, zone: str, change: date) -> Calendar:
    """Any weekly hours, with exceptions around the date of a clock change."""
    near = st.integers(-3, 3).map(lambda days: change + timedelta(days=days))
    return Calendar(
        timezone=zone,
        weekly=draw(st.dictionaries(st.sampled_from(WEEKDAYS), windows)),
        holidays=draw(st.frozensets(near, max_size=3)),
        overrides=draw(st.dictionaries(near, windows, max_size=2)),
        breaks=draw(st.dictionaries(near, windows, max_size=2)),
        holiday_truncates_overnight=draw(st.booleans()),
        holiday_beats_override=draw(st.booleans()),
    )


@cache
def minute_of(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def covers(spans: Windows, minute: int) -> bool:
    """Whether a wall-clock minute, counted from the day of these windows, is inside one."""
    for start, end in spans:
        low, high = minute_of(start), minute_of(end)
        if low <= minute < (high if high > low else high + 1440):
            return True
    return False


def is_open_minute(calendar: Calendar, instant: int) -> bool:
    """Told from the wall clock alone: the hours of this date, or a shift of the day before."""
    local = datetime.fromtimestamp(instant, ZoneInfo(calendar.timezone))
    today, minute = local.date(), local.hour * 60 + local.minute
    yesterday = today - timedelta(days=1)

    def hours(day: date) -> Windows:
        holiday = day in calendar.holidays
        if day in calendar.overrides and not (holiday and calendar.holiday_beats_override):
            return calendar.overrides[day]
        return () if holiday else calendar.weekly.get(WEEKDAYS[day.weekday()], ())

    cut_short = calendar.holiday_truncates_overnight and today in calendar.holidays
    late = covers(hours(yesterday), minute + 1440) and not cut_short
    on_break = covers(calendar.breaks.get(today, ()), minute) or covers(
        calendar.breaks.get(yesterday, ()), minute + 1440
    )
    return (covers(hours(today), minute) or late) and not on_break


@pytest.mark.parametrize(("zone", "change"), ZONES_AND_CHANGES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_open_time_equals_a_count_of_open_minutes(zone: str, change: date, data: st.DataObject) -> None:
    calendar = data.draw(calendars(zone, change))
    first = at(f"{change - timedelta(days=2)} 07:45")
    minutes = first + 60 * np.arange(4 * 1440, dtype=np.int64)
    is_open = np.array([is_open_minute(calendar, each) for each in minutes.tolist()])
    counted = np.append(0, np.cumsum(is_open)) * 60
    hours = Clock(calendar)
    assert hours.is_open(minutes).tolist() == is_open.tolist()
    assert hours.elapsed(first, np.append(minutes, minutes[-1] + 60)).tolist() == counted.tolist()


# Algebra

CLOCKS = [
    clock(office("Europe/London", (("09:00", "12:30"), ("13:15", "17:30")))),
    clock(Calendar("America/New_York", every_day((("20:00", "04:00"),)))),
    clock(Calendar("Australia/Lord_Howe", {"sat": (("00:00", "24:00"),), "sun": NIGHT})),
    clock(
        Calendar(
            "Africa/Casablanca",
            every_day((("08:00", "08:07"), ("08:09", "08:10"), ("23:00", "01:00"))),
            holidays=frozenset({date(2024, 4, 10)}),
            breaks={date(2024, 4, 14): (("00:00", "00:59"),)},
        )
    ),
]
hours_of_any_kind = st.sampled_from(CLOCKS)
instants = st.integers(at("2023-06-01"), at("2025-06-01"))
targets = st.integers(0, 40 * HOUR)
boundaries = st.sampled_from(["close", "next_open"])


@given(hours=hours_of_any_kind, a=instants, b=instants, c=instants)
def test_elapsed_adds_up(hours: Clock, a: int, b: int, c: int) -> None:
    assert hours.elapsed(a, b) + hours.elapsed(b, c) == hours.elapsed(a, c)


@given(hours=hours_of_any_kind, start=instants, length=st.integers(0, 10 * DAY))
def test_open_time_neither_runs_backwards_nor_faster_than_time(hours: Clock, start: int, length: int) -> None:
    assert 0 <= hours.elapsed(start, start + length) <= length


@given(hours=hours_of_any_kind, start=instants)
def test_a_second_counts_exactly_while_open(hours: Clock, start: int) -> None:
    assert hours.elapsed(start, start + 1) == int(hours.is_open(start))


@given(hours=hours_of_any_kind, start=instants, seconds=targets, boundary=boundaries)
def test_due_is_the_inverse_of_elapsed(hours: Clock, start: int, seconds: int, boundary: Boundary) -> None:
    due_at = int(hours.due(start, seconds, boundary=boundary))
    assert due_at >= start
    assert hours.elapsed(start, due_at) == seconds


@given(hours=hours_of_any_kind, start=instants, seconds=targets)
def test_due_is_the_first_such_instant_or_the_last(hours: Clock, start: int, seconds: int) -> None:
    first = int(hours.due(start, seconds + 1, boundary="close"))
    last = int(hours.due(start, seconds + 1, boundary="next_open"))
    assert hours.elapsed(start, first - 1) == seconds
    assert hours.elapsed(start, last + 1) == seconds + 2


@given(hours=hours_of_any_kind, end=instants, seconds=targets)
def test_back_is_the_inverse_of_elapsed(hours: Clock, end: int, seconds: int) -> None:
    began_at = int(hours.back(end, seconds))
    assert began_at <= end
    assert hours.elapsed(began_at, end) == seconds


@given(
    hours=hours_of_any_kind,
    rows=st.lists(st.tuples(instants, targets), max_size=20),
    boundary=boundaries,
)
def test_arrays_answer_as_their_rows_do(hours: Clock, rows: list[tuple[int, int]], boundary: Boundary) -> None:
    start = np.array([row[0] for row in rows], dtype=np.int64)
    seconds = np.array([row[1] for row in rows], dtype=np.int64)
    together = hours.due(start, seconds, boundary=boundary).tolist()
    assert together == [int(hours.due(*row, boundary=boundary)) for row in rows]
