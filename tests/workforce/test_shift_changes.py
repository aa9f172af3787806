"""What can be done to a shift, and how two tellings of a week differ."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce.shift_changes import BadShift, Segment, Told, difference, merged, moved, overlap, resized, with_activity

WORK, BREAK, MEETING = 1, 2, 3
HOUR = 3600


def told(*parts: tuple[int, int, int], key: str = "a", agent: int = 7) -> Told:
    """A shift of parts (activity, from hour, to hour) since the epoch."""
    segments = tuple(Segment(activity, start * HOUR, end * HOUR) for activity, start, end in parts)
    return Told(key, agent, date(1970, 1, 1), "UTC", segments)


DAY = told((WORK, 9, 12), (BREAK, 12, 13), (WORK, 13, 17))


def test_a_meeting_splits_the_work_around_it() -> None:
    assert with_activity(DAY, 14 * HOUR, 15 * HOUR, MEETING) == told(
        (WORK, 9, 12), (BREAK, 12, 13), (WORK, 13, 14), (MEETING, 14, 15), (WORK, 15, 17)
    )


def test_work_laid_over_the_break_makes_one_stretch() -> None:
    assert with_activity(DAY, 12 * HOUR, 13 * HOUR, WORK) == told((WORK, 9, 17))


def test_an_absence_is_laid_over_all_of_it() -> None:
    assert with_activity(DAY, 0, 100 * HOUR, 4).segments == (Segment(4, 9 * HOUR, 17 * HOUR),)


def test_outside_the_shift_nothing_can_be_laid() -> None:
    with pytest.raises(BadShift):
        with_activity(DAY, 17 * HOUR, 18 * HOUR, MEETING)


def test_longer_is_filled_with_plain_work_and_shorter_is_cut() -> None:
    assert resized(DAY, 8 * HOUR, 18 * HOUR, plain=WORK) == told((WORK, 8, 12), (BREAK, 12, 13), (WORK, 13, 18))
    assert resized(DAY, 12 * HOUR, 14 * HOUR, plain=WORK) == told((BREAK, 12, 13), (WORK, 13, 14))


def test_resized_to_where_it_never_was_it_is_plain_work() -> None:
    assert resized(DAY, 20 * HOUR, 22 * HOUR, plain=WORK).segments == (Segment(WORK, 20 * HOUR, 22 * HOUR),)


def test_moved_over_a_clock_change_it_keeps_its_times_on_the_clock() -> None:
    zone = "Europe/Warsaw"
    begin = int(datetime(2026, 3, 27, 9, tzinfo=ZoneInfo(zone)).timestamp())
    shift = Told("a", 7, date(2026, 3, 27), zone, (Segment(WORK, begin, begin + 8 * HOUR),))
    there = moved(shift, to=date(2026, 3, 30), agent=8, zone=zone)
    assert datetime.fromtimestamp(there.start_s, UTC).isoformat() == "2026-03-30T07:00:00+00:00"
    assert (there.on, there.agent, there.end_s - there.start_s) == (date(2026, 3, 30), 8, 8 * HOUR)


def test_moved_into_the_night_that_loses_an_hour_it_is_an_hour_shorter() -> None:
    zone = "Europe/Warsaw"
    begin = int(datetime(2026, 3, 2, 22, tzinfo=ZoneInfo(zone)).timestamp())
    shift = Told("a", 7, date(2026, 3, 2), zone, (Segment(WORK, begin, begin + 8 * HOUR),))
    assert moved(shift, to=date(2026, 3, 28), agent=7, zone=zone).end_s % 86_400 == 4 * HOUR  # 06:00 in summer time


@pytest.mark.parametrize(
    "parts", [(), ((WORK, 9, 9),), ((WORK, 9, 10), (BREAK, 11, 12)), ((WORK, 0, 30),), ((WORK, 9, 12), (BREAK, 11, 13))]
)
def test_what_is_no_shift_is_refused(parts: tuple[tuple[int, int, int], ...]) -> None:
    with pytest.raises(BadShift):
        told(*parts)


def test_two_shifts_of_one_agent_may_touch_but_not_overlap() -> None:
    early, late = told((WORK, 6, 10)), told((WORK, 10, 14), key="b")
    assert overlap([late, early]) is None
    assert overlap([told((WORK, 6, 11), key="c"), late]) is not None
    assert overlap([told((WORK, 6, 11), key="c", agent=8), late]) is None


def test_a_difference_names_what_came_went_and_changed() -> None:
    kept, gone, came = told((WORK, 9, 10), key="k"), told((WORK, 11, 12), key="g"), told((WORK, 13, 14), key="c")
    longer = told((WORK, 9, 11), key="k")
    found = difference([kept, gone], [longer, came])
    assert (found.added, found.removed, found.changed, found.count) == ((came,), (gone,), ((kept, longer),), 3)
    assert difference([kept], [kept]).count == 0


def test_the_journal_gives_the_same_shift_back() -> None:
    assert Told.from_document(DAY.document()) == DAY


minutes = st.integers(0, 600)


@given(st.lists(st.tuples(minutes, st.integers(1, 200), st.integers(1, 4)), max_size=6))
def test_whatever_is_laid_over_it_a_shift_stays_tiled_and_as_long(acts: list[tuple[int, int, int]]) -> None:
    shift = told((WORK, 0, 10))
    minute_by_minute = [WORK] * 600
    for start, long, activity in acts:
        if start < 600:
            shift = with_activity(shift, start * 60, (start + long) * 60, activity)
            minute_by_minute[start : min(start + long, 600)] = [activity] * (min(start + long, 600) - start)
    replayed = [s.activity for s in shift.segments for _ in range(s.start_s, s.end_s, 60)]
    assert replayed == minute_by_minute
    assert merged(shift.segments) == shift.segments
