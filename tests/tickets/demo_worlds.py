"""Two invented worlds that the tests of the demo ask about, and their drafts."""

from collections import defaultdict
from datetime import UTC, datetime
from functools import cache

from tickets.connectors.drafts import Draft
from tickets.demo.world import World
from tickets.vocabulary import EventType

NOW = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)


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
def half_year_created() -> tuple[Draft, ...]:
    return tuple(draft for draft in half_year().history() if draft.type is EventType.TICKET_CREATED)


def by_ticket(drafts: tuple[Draft, ...]) -> dict[str, list[Draft]]:
    told = defaultdict(list)
    for draft in drafts:
        told[draft.ticket_ref].append(draft)
    return told
