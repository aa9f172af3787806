"""Head counts per interval: exact by hand, and against counting second by second."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workforce.coverage import Grid, day_grid, staffed, staffed_by

WARSAW = ZoneInfo("Europe/Warsaw")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes by half an hour


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def array(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_two_people_and_half_an_interval() -> None:
    grid = Grid(at("2026-03-02T09:00"), 1800, 3)
    heads = staffed(
        array(at("2026-03-02T09:00"), at("2026-03-02T09:45")),
        array(at("2026-03-02T10:00"), at("2026-03-02T10:30")),
        grid,
    )
    assert heads.tolist() == [1.0, 1.5, 1.0]


def test_a_night_shift_counts_on_both_days() -> None:
    start, end = array(at("2026-03-02T22:00")), array(at("2026-03-03T06:00"))
    days = [staffed(start, end, day_grid(date(2026, 3, day), date(2026, 3, day), ZoneInfo("UTC"))) for day in (2, 3)]
    assert [heads.sum() / 4 for heads in days] == [2.0, 6.0]


def test_the_days_of_a_clock_change_have_92_and_100_quarters() -> None:
    assert day_grid(date(2026, 3, 29), date(2026, 3, 29), WARSAW).count == 92
    assert day_grid(date(2026, 10, 25), date(2026, 10, 25), WARSAW).count == 100
    assert day_grid(date(2026, 10, 26), date(2026, 10, 26), WARSAW).count == 96
    assert day_grid(date(2026, 4, 5), date(2026, 4, 5), LORD_HOWE).count == 98


def test_a_midnight_between_half_hours_starts_at_the_step_before() -> None:
    grid = day_grid(date(2026, 3, 2), date(2026, 3, 2), KATHMANDU, step_s=1800)
    assert datetime.fromtimestamp(grid.first_s, UTC).isoformat() == "2026-03-01T18:00:00+00:00"
    assert grid.count == 49


def test_groups_are_counted_apart() -> None:
    grid = Grid(0, 60, 2)
    told = staffed_by(array(1, 0, 1), array(0, 0, 60), array(60, 120, 120), grid, groups=3)
    assert told.tolist() == [[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]


def test_nobody_is_no_one() -> None:
    assert staffed(array(), array(), Grid(0, 900, 4)).tolist() == [0.0] * 4


stretches = st.lists(st.tuples(st.integers(-50, 250), st.integers(1, 120)), max_size=12)


@given(stretches, st.integers(1, 40), st.integers(1, 8))
def test_it_equals_counting_second_by_second(told: list[tuple[int, int]], step: int, count: int) -> None:
    grid = Grid(0, step, count)
    start = array(*(begin for begin, _ in told))
    end = array(*(begin + long for begin, long in told))
    naive = [
        sum(1 for second in range(i * step, (i + 1) * step) for b, n in told if b <= second < b + n) / step
        for i in range(count)
    ]
    assert np.allclose(staffed(start, end, grid), naive)
