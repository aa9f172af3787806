"""How long the demo's people are on support: as much as their work asks for, at a stretch."""

import numpy as np

from workforce.demo import duty

HOUR, MINUTE = 3600, 60
SHIFT = 8 * HOUR


def stretches(share: float, people: int = 20, days: int = 50) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    agent, day = (each.ravel() for each in np.meshgrid(np.arange(people), np.arange(days)))
    start = day * 24 * HOUR + 9 * HOUR
    begin, until = duty.stretches(np.full(len(agent), share), agent, day, start, start + SHIFT)
    return start, begin, until


def test_a_quarter_of_a_shift_is_two_hours_every_day() -> None:
    start, begin, until = stretches(0.25)
    assert set((until - begin).tolist()) == {2 * HOUR}
    assert (begin >= start).all() and (until <= start + SHIFT).all()
    assert set(((begin - start) % (5 * MINUTE)).tolist()) == {0}


def test_stretches_lie_evenly_in_the_shift() -> None:
    """They begin within the first six hours: a sixth of them in each."""
    start, begin, _ = stretches(0.25)
    in_hour = np.bincount((begin - start) // HOUR, minlength=6)
    assert abs(in_hour[:6] / len(begin) - 1 / 6).max() < 0.02


def test_less_than_an_hour_is_an_hour_on_fewer_days() -> None:
    """A 32nd of eight hours is a quarter of an hour: an hour every fourth day."""
    _, begin, until = stretches(1 / 32)
    assert set((until - begin).tolist()) == {0, HOUR}
    assert abs((until > begin).mean() - 0.25) < 0.02


def test_nearly_all_of_a_shift_is_all_of_it() -> None:
    start, begin, until = stretches(0.95)
    assert (begin == start).all() and (until == start + SHIFT).all()
