"""Open seconds across versions of a calendar."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stories import seconds, ticket
from tickets.business_time import Boundary, Calendar, clock
from tickets.sla import Policy, Target, promises
from tickets.succession import Succession
from tickets.vocabulary import PromiseKind

HOUR = 3600
WEEK = ("mon", "tue", "wed", "thu", "fri")


def hours(opens: str, closes: str) -> Calendar:
    return Calendar(timezone="UTC", weekly=dict.fromkeys(WEEK, ((opens, closes),)))


OLD, NEW = clock(hours("09:00", "17:00")), clock(hours("09:00", "12:00"))
CLOSED = clock(Calendar(timezone="UTC", holidays=frozenset()))
BOTH = Succession([(0, OLD), (seconds("Wed 00:00"), NEW)])


def at(*moments: str) -> np.ndarray:
    return np.array([seconds(moment) for moment in moments])


def test_each_version_counts_while_it_is_valid() -> None:
    days = at("Mon 00:00", "Wed 00:00", "Fri 00:00")
    assert np.diff(BOTH.open_seconds(days)).tolist() == [2 * 8 * HOUR, 2 * 3 * HOUR]


def test_a_promise_that_lives_through_a_new_version_is_due_by_both() -> None:
    story = ticket("Tue 16:00 opened")
    policy = Policy(
        id=1,
        order=1,
        targets=(Target(kind=PromiseKind.RESOLUTION, seconds=5 * HOUR, calendar=0),),
    )
    told = promises(story.timeline, [policy], [BOTH], now=story.at("Tue 16:30"))
    assert told.due_at.tolist() == at("Thu 10:00").tolist()


def test_a_level_reached_at_the_turn_lands_before_it_or_after_it_by_the_boundary() -> None:
    level = BOTH.open_seconds(at("Tue 17:00"))
    assert BOTH.at_level(level, "close").tolist() == at("Tue 17:00").tolist()
    assert BOTH.at_level(level, "next_open").tolist() == at("Wed 09:00").tolist()


def test_a_version_that_never_opens_lets_time_stand_still() -> None:
    shut = Succession([(0, OLD), (seconds("Tue 00:00"), CLOSED), (seconds("Thu 00:00"), OLD)])
    level = shut.open_seconds(at("Mon 17:00"))
    assert shut.open_seconds(at("Wed 12:00")).tolist() == level.tolist()
    assert shut.at_level(level, "close").tolist() == at("Mon 17:00").tolist()
    assert shut.at_level(level, "next_open").tolist() == at("Thu 09:00").tolist()


def test_the_parts_of_a_time_name_the_version_in_force() -> None:
    start, end = seconds("Tue 12:00"), seconds("Wed 12:00")
    turn = seconds("Wed 00:00")
    assert list(BOTH.between(start, end)) == [(start, turn, OLD), (turn, end, NEW)]


def test_versions_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="one after another"):
        Succession([(0, OLD), (9, NEW), (5, OLD)])


@given(
    st.lists(st.integers(0, 14 * 24), min_size=1, max_size=5),
    st.sampled_from(["close", "next_open"]),
)
def test_at_level_is_the_inverse_of_open_seconds(moments: list[int], boundary: Boundary) -> None:
    instants = seconds("Mon 00:00") + HOUR * np.array(sorted(moments))
    level = BOTH.open_seconds(instants)
    assert (BOTH.open_seconds(BOTH.at_level(level, boundary)) == level).all()
    assert (np.diff(level) >= 0).all()
