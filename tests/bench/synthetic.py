"""Drafts of any number of tickets, in the order of their creation, eight events each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tickets.connectors.drafts import Draft
from tickets.vocabulary import ActorKind, EventType

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
EVENTS = 8  # a ticket
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("email", "chat", "web", "phone", "social", "app")

POLICIES = {
    "calendars": [
        {
            "name": "office",
            "timezone": "Europe/London",
            "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        }
    ],
    "policies": [
        {
            "name": "standard",
            "order": 1,
            "calendar": "office",
            "targets": [
                {"kind": "first_reply", "seconds": 4 * 3600},
                {"kind": "next_reply", "seconds": 8 * 3600},
                {"kind": "first_resolution", "seconds": 2 * 86_400, "pauses_in": ["pending"]},
                {"kind": "resolution", "seconds": 3 * 86_400, "pauses_in": ["pending"]},
            ],
        }
    ],
}


ASKED = (
    "It has not worked since {hour}:15, I have tried it twice. Please help!",
    "Hello, I still see error {number} on my Pixel 7 with version 38.2.1",
    "the order is {number}, I paid {hour}.99 and nothing has come",
    "Any news on this?",
    "Please write to r{number}@mail.example.com or call +1 415 555 0132",
    "Where can I see what I was charged for?\n\nThanks\nRita Holm",
)
ANSWERED = (
    "Thank you for the report, we look into it and come back to you within two days.",
    "Hello, please install version 38.2.2 and tell us whether that helps.",
    "We have sent {hour}.99 back, it takes up to five days.",
)


def drafts(tickets: int, *, seed: int = 1, speaks: bool = False) -> Iterator[Draft]:
    """EVENTS drafts a ticket; 40 teams, 800 agents, two years. Half of them are messages, with words if it `speaks`."""
    random, words = Random(seed), Random(seed)
    step = timedelta(days=DAYS) / tickets
    for number in range(tickets):
        for draft in _ticket(f"B{number}", START + number * step, random):
            if speaks and draft.type in (EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY):
                said = words.choice(ASKED if draft.type is EventType.REQUESTER_MESSAGE else ANSWERED)
                text = said.format(hour=words.randrange(10, 24), number=words.randrange(10**6))
                draft = replace(draft, text=text)
            yield draft


def _ticket(ref: str, at: datetime, random: Random) -> Iterator[Draft]:
    agent, team = f"agent {random.randrange(800)}", f"team {random.randrange(40)}"
    requester: dict[str, Any] = {"actor_ref": f"r{random.randrange(1 << 30)}", "actor_kind": ActorKind.REQUESTER}
    by_agent: dict[str, Any] = {"actor_ref": agent, "actor_kind": ActorKind.AGENT}
    yield Draft(
        ticket_ref=ref,
        type=EventType.TICKET_CREATED,
        occurred_at=at,
        status="new",
        team=team,
        priority=random.choice(PRIORITIES),
        channel=random.choice(CHANNELS),
        **requester,
    )
    yield Draft(ticket_ref=ref, type=EventType.REQUESTER_MESSAGE, occurred_at=at, is_public=True, **requester)
    steps: tuple[tuple[EventType, dict[str, Any]], ...] = (
        (EventType.ASSIGNEE_CHANGED, by_agent | {"assignee": agent}),
        (EventType.AGENT_REPLY, by_agent | {"is_public": True}),
        (EventType.STATUS_CHANGED, by_agent | {"status": "pending"}),
        (EventType.REQUESTER_MESSAGE, requester | {"is_public": True}),
        (EventType.AGENT_REPLY, by_agent | {"is_public": True}),
        (EventType.STATUS_CHANGED, by_agent | {"status": "solved"}),
    )
    for kind, told in steps:
        at += timedelta(seconds=random.randrange(60, 40_000))
        yield Draft(ticket_ref=ref, type=kind, occurred_at=at, **told)
