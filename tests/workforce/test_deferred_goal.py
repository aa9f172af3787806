"""Deferred work from its backlog on, and for a goal that lets some of it be late; worked out by hand."""

import numpy as np
import pytest

from workforce.deferred import Goal, enough_agents, even_agents, late_work


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


OPEN = np.ones(8)
PEAK = array(10, 0, 0, 0, 0, 0, 0, 0)


def test_what_waits_is_due_when_it_is_due_and_what_is_overdue_with_what_comes_first() -> None:
    """Four hours overdue are due with the next work, two hours on: two people; then one for two hours more."""
    due = np.array([2, 3, 4, 4])
    got = even_agents(np.zeros(4), due, np.ones(4), array(4, 0, 0, 0, 2))
    assert got == pytest.approx(array(2, 2, 1, 1))


@pytest.mark.parametrize(
    ("share", "agents", "late_h"),
    [
        (1.0, array(5, 5, 0, 0, 0, 0, 0, 0), 0.0),
        (0.9, array(5, 5, 0, 0, 0, 0, 0, 0), 0.0),  # three hours instead of two would make a third of it late
        (0.6, array(10 / 3, 10 / 3, 10 / 3, 0, 0, 0, 0, 0), 10 / 3),
        (0.5, array(2.5, 2.5, 2.5, 2.5, 0, 0, 0, 0), 5.0),
    ],
)
def test_a_peak_is_flattened_as_far_as_the_goal_lets_work_be_late(
    share: float, agents: np.ndarray, late_h: float
) -> None:
    goal = Goal(deadline_h=2, share=share)
    got = enough_agents(PEAK, OPEN, goal)
    assert got == pytest.approx(agents)
    assert late_work(PEAK, goal.due(OPEN), OPEN, got) == pytest.approx(late_h)


def test_all_work_is_done_in_the_end_whatever_the_goal() -> None:
    rng = np.random.default_rng(3)
    work, waiting = rng.gamma(1, 2, 96), np.concatenate([[6.0], rng.gamma(1, 1, 8), np.zeros(88)])
    open_hours = np.tile(np.repeat([0.0, 0.5], 24), 2)
    for share in (0.5, 0.8, 0.95):
        goal = Goal(deadline_h=4, share=share, business=True, bin_hours=0.5)
        got = enough_agents(work, open_hours, goal, waiting)
        assert float((got * open_hours).sum()) == pytest.approx(work.sum() + waiting.sum())
        due = goal.due(open_hours)
        late = late_work(work, due, open_hours, got, waiting)
        none_late = late_work(work, due, open_hours, even_agents(work, due, open_hours, waiting), waiting)
        assert late <= max((1 - share) * (work.sum() + waiting[1:].sum()), none_late) + 1e-6
