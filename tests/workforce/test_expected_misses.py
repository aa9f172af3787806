"""What will be late, worked out by hand; where people are short; how a team is split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce.expected_misses import Shortage, deferred, live, shared, worst_shortage
from workforce.staffing import Assumptions, Kind

PHONE = Assumptions(kind=Kind.LIVE, aht_s=180, target_s=20)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_live_misses_are_those_of_erlang_c() -> None:
    """200 an hour of 180 s: 14 people answer .888350 in 20 s, 15 people .941453."""
    late = live(array(100, 100, 100), array(14, 15, 14.5), interval_s=1800, assumptions=PHONE)
    assert late == pytest.approx([100 * (1 - 0.888350), 100 * (1 - 0.941453), 100 * (1 - 0.9149015)], abs=1e-3)


def test_nobody_there_answers_nothing_in_time_and_no_contact_is_late_where_none_comes() -> None:
    assert live(array(4, 0), array(0, 0), interval_s=1800, assumptions=PHONE).tolist() == [4.0, 0.0]


def test_deferred_work_is_late_in_the_interval_it_was_due() -> None:
    """Ten contacts of half an hour come first and are due two hours on; two people do four of them by then."""
    work, due = array(5, 0, 0, 0), np.array([2, 3, 4, 5])
    late = deferred(work, due, array(1, 1, 1, 1), array(1, 1, 1, 1), aht_s=1800)
    assert late.tolist() == [0, 0, 6, 0]


def test_closed_hours_do_no_work_and_what_is_due_later_is_not_judged() -> None:
    late = deferred(array(1, 1), np.array([1, 2]), array(0, 1), array(3, 3), aht_s=3600)
    assert late.tolist() == [0, 1.0]
    assert deferred(array(9.0), np.array([7]), array(1), array(1), aht_s=60).tolist() == [0]


def test_what_waits_is_done_first_and_what_is_overdue_is_no_news() -> None:
    """Four hours of work wait: two overdue, one due an hour on, one three hours on; one person does them in turn."""
    nothing, due, open_hours = array(0, 0, 0, 0), np.array([2, 3, 4, 4]), array(1, 1, 1, 1)
    waiting = array(2, 1, 0, 1, 0)
    alone = deferred(nothing, due, open_hours, array(1, 1, 1, 1), aht_s=3600, waiting=waiting)
    assert alone.tolist() == [0, 1, 0, 1]
    three = deferred(nothing, due, open_hours, array(3, 3, 3, 3), aht_s=3600, waiting=waiting)
    assert three.tolist() == [0, 0, 0, 0]


def test_what_comes_waits_behind_what_is_there() -> None:
    """One hour comes in each hour, due two hours on; three overdue hours push the first three back too far."""
    late = deferred(
        array(1, 1, 1, 1), np.array([2, 3, 4, 5]), array(1, 1, 1, 1), array(1, 1, 1, 1), aht_s=3600,
        waiting=array(3, 0, 0, 0, 0),
    )  # fmt: skip
    assert late.tolist() == [0, 0, 1, 1]


def test_the_worst_shortage_is_the_run_that_lacks_most() -> None:
    needed, there = array(5, 4, 4, 9, 2, 2, 2), array(4, 4, 4, 6, 1, 1, 3)
    assert worst_shortage(needed, there) == Shortage(first=3, last=5, people=3.0)
    assert worst_shortage(array(2.5, np.nan), array(2, 0)) is None


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(0, 30)), min_size=1, max_size=10))
def test_a_split_team_is_the_whole_team(rows: list[tuple[float, float, float]]) -> None:
    wanted = np.array([[row[0] for row in rows], [row[1] for row in rows]])
    heads = np.array([row[2] for row in rows])
    assert shared(heads, wanted).sum(axis=0) == pytest.approx(heads)
