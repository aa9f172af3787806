"""Two invented worlds that the tests of the demo ask about, and what they tell."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from tickets.connectors.drafts import Draft
from tickets.demo.world import World
from tickets.vocabulary import ActorKind, EventType

NOW = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)


class Line(NamedTuple):
    """An event of the half year, without its words: some 300,000 are kept."""

    ticket_ref: str
    type: EventType
    occurred_at: datetime
    actor_kind: ActorKind
    actor_ref: str | None
    status: str | None


@dataclass
class HalfYear:
    """What 24,000 tickets tell, heard once: every event, creations and worklogs whole, what requesters wrote first."""

    lines: list[Line] = field(default_factory=list)
    created: list[Draft] = field(default_factory=list)
    worklogs: list[Draft] = field(default_factory=list)
    first_words: dict[str, str] = field(default_factory=dict)

    def hear(self, draft: Draft) -> None:
        self.lines.append(
            Line(draft.ticket_ref, draft.type, draft.occurred_at, draft.actor_kind, draft.actor_ref, draft.status)
        )
        if draft.type is EventType.TICKET_CREATED:
            self.created.append(draft)
        elif draft.type is EventType.WORKLOG_ADDED:
            self.worklogs.append(draft)
        elif draft.type is EventType.REQUESTER_MESSAGE:
            self.first_words.setdefault(draft.ticket_ref, draft.text or "")


@cache
def small_world() -> World:
    return World(seed=7, tickets=900, weeks=6, now=NOW)


@cache
def small_history() -> tuple[Draft, ...]:
    return tuple(small_world().history())


@cache
def half_year() -> World:
    return World(seed=1, tickets=24_000, weeks=26, now=NOW)


@cache
def half_year_told() -> HalfYear:
    told = HalfYear()
    for draft in half_year().history():
        told.hear(draft)
    return told


def by_ticket(drafts: tuple[Draft, ...]) -> dict[str, list[Draft]]:
    told = defaultdict(list)
    for draft in drafts:
        told[draft.ticket_ref].append(draft)
    return told
