"""Templates on the wall clock, in the nights in which it changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce.wall_time import BadPattern, Part, Pattern, place

WARSAW = ZoneInfo("Europe/Warsaw")
NIGHT = Pattern(time(22), 8 * 60, (Part(120, 15, "break"), Part(240, 30, "lunch"), Part(450, 30, "wrap-up")))


def told(pattern: Pattern, day: date) -> list[tuple[str, ...]]:
    return [
        (s.activity, *(datetime.fromtimestamp(x, UTC).strftime("%d %H:%M") for x in (s.start_s, s.end_s)))
        for s in place(pattern, day, WARSAW, plain="work")
    ]


def hours(pattern: Pattern, day: date) -> float:
    parts = place(pattern, day, WARSAW, plain="work")
    return (parts[-1].end_s - parts[0].start_s) / 3600


def test_a_usual_night() -> None:
    assert told(NIGHT, date(2026, 3, 2)) == [
        ("work", "02 21:00", "02 23:00"),
        ("break", "02 23:00", "02 23:15"),
        ("work", "02 23:15", "03 01:00"),
        ("lunch", "03 01:00", "03 01:30"),
        ("work", "03 01:30", "03 04:30"),
        ("wrap-up", "03 04:30", "03 05:00"),
    ]


def test_the_night_that_loses_an_hour_is_seven_hours_and_ends_at_six_on_the_clock() -> None:
    assert hours(NIGHT, date(2026, 3, 28)) == 7
    assert told(NIGHT, date(2026, 3, 28))[-1] == ("work", "29 01:30", "29 04:00")  # the wrap-up lies past the end


def test_the_night_that_gains_an_hour_is_nine_hours() -> None:
    assert hours(NIGHT, date(2026, 10, 24)) == 9
    assert told(NIGHT, date(2026, 10, 24))[-1] == ("work", "25 04:00", "25 05:00")


def test_a_start_that_the_clock_leaves_out_comes_an_hour_later_on_it() -> None:
    begin = place(Pattern(time(2, 30), 60), date(2026, 3, 29), WARSAW, plain="work")[0].start_s
    assert datetime.fromtimestamp(begin, WARSAW).strftime("%H:%M") == "03:30"


def test_a_start_that_comes_twice_is_the_first_one() -> None:
    begin = place(Pattern(time(2, 30), 60), date(2026, 10, 25), WARSAW, plain="work")[0].start_s
    assert datetime.fromtimestamp(begin, UTC).strftime("%H:%M") == "00:30"


@pytest.mark.parametrize(
    "segments",
    [[[0, 500, "x"]], [[-5, 10, "x"]], [[0, 0, "x"]], [[0, 10]], ["x"], [[0, 20, "a"], [10, 20, "b"]], [[0, "1", "x"]]],
)
def test_parts_that_make_no_sense_are_refused(segments: list[object]) -> None:
    with pytest.raises(BadPattern):
        Pattern.of(time(9), 480, segments)  # type: ignore[arg-type]


@given(
    st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 3), date(2026, 10, 25)]),
    st.integers(0, 95),
    st.integers(1, 96),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=4),
    st.sampled_from(["Europe/Warsaw", "America/Chicago", "Australia/Lord_Howe", "Asia/Manila"]),
)
def test_the_parts_tile_the_shift(
    day: date, start: int, quarters: int, parts: list[tuple[int, int]], zone: str
) -> None:
    kept: list[Part] = []
    for offset, long in sorted(parts):
        if offset + long <= quarters * 15 and (not kept or kept[-1].offset + kept[-1].minutes <= offset):
            kept.append(Part(offset, long, "break"))
    pattern = Pattern(time(start // 4, start % 4 * 15), quarters * 15, tuple(kept))
    placed = place(pattern, day, ZoneInfo(zone), plain="work")
    assert all(before.end_s == after.start_s for before, after in zip(placed, placed[1:], strict=False))
    assert all(part.end_s > part.start_s for part in placed)
