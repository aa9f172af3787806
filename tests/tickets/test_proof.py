"""The proof card tells every second of a promise."""

from datetime import date

import numpy as np

from tests.stories import TEAMS, Story, ticket
from tickets.business_time import Calendar, clock
from tickets.proof import Stretch, proof
from tickets.sla import Policy, Target, promises
from tickets.states import OPEN_END
from tickets.succession import Hours, Succession
from tickets.vocabulary import PromiseKind, Status

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = clock(
    Calendar(
        timezone="UTC",
        weekly=dict.fromkeys(WEEKDAYS, (("09:00", "17:00"),)),
        holidays=frozenset({date(2026, 3, 25)}),  # the Wednesday of the story
    )
)
RESOLUTION = Target(
    kind=PromiseKind.RESOLUTION,
    seconds=4 * HOUR,
    calendar=0,
    pauses_in=frozenset({Status.PENDING}),
)
POLICY = Policy(id=1, order=1, targets=(RESOLUTION,))
TEXT = "Tue 15:00 opened in A · Tue 15:30 pending · 16:00 taken · Thu 11:00 solved"


def card(story: Story, *, now: str = "Fri 00:00", clocks: tuple[Hours, ...] = (OFFICE,)) -> list[Stretch]:
    return proof(story.timeline, [POLICY], clocks, kind=PromiseKind.RESOLUTION, now=story.at(now))


def test_the_card_tells_what_ran_what_paused_what_was_closed_and_why() -> None:
    story = ticket(TEXT)
    assert [(each.start_at, each.why, each.seconds, each.holidays) for each in card(story)] == [
        (story.at("Tue 15:00"), "running", 1800, ()),
        (story.at("Tue 15:30"), "paused", 0, ()),
        (story.at("Tue 16:00"), "running", 3600, ()),
        (story.at("Tue 17:00"), "closed hours", 0, (date(2026, 3, 25),)),
        (story.at("Thu 09:00"), "running", 7200, ()),
    ]


def test_the_card_adds_up_to_the_promise_without_gap() -> None:
    story = ticket(TEXT)
    told = promises(story.timeline, [POLICY], [OFFICE], now=story.at("Fri 00:00"))
    stretches = card(story)
    assert stretches[-1].total == told.business_elapsed_s[0]
    assert stretches[0].start_at == told.started_at[0]
    assert stretches[-1].end_at == told.fulfilled_at[0]
    assert all(one.end_at == other.start_at for one, other in zip(stretches[:-1], stretches[1:], strict=True))
    assert {each.team for each in stretches} == {TEAMS["A"]}


def test_the_card_of_a_promise_that_runs_ends_now() -> None:
    story = ticket("Mon 09:00 opened")
    assert [each.end_at for each in card(story, now="Mon 10:00")] == [story.at("Mon 10:00")]


def test_the_card_of_a_promise_that_was_never_made_is_empty() -> None:
    story = ticket("Mon 09:00 opened")
    kind = PromiseKind.NEXT_REPLY
    assert proof(story.timeline, [POLICY], [OFFICE], kind=kind, now=OPEN_END) == []


def test_the_card_names_the_hours_of_the_version_in_force() -> None:
    story = ticket("Mon 16:00 opened")
    always = clock(Calendar(timezone="UTC", weekly=dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),))))
    versions = Succession([(0, OFFICE), (story.at("Tue 00:00"), always)])
    told = card(story, now="Tue 02:00", clocks=(versions,))
    assert [(each.why, each.seconds) for each in told] == [
        ("running", HOUR),
        ("closed hours", 0),
        ("running", 2 * HOUR),
    ]


def test_the_card_marks_the_time_before_a_policy_applied() -> None:
    story = ticket("Mon 09:00 opened in A · 10:00 moved to B · 11:00 solved")
    for_b = Policy(id=2, order=1, targets=(RESOLUTION,), conditions={"team": frozenset({TEAMS["B"]})})
    told = proof(story.timeline, [for_b], [OFFICE], kind=PromiseKind.RESOLUTION, now=story.at("Tue 00:00"))
    assert [(each.in_force, each.total) for each in told] == [(False, HOUR), (True, 2 * HOUR)]
    assert np.diff([each.start_at for each in told]).tolist() == [HOUR]
