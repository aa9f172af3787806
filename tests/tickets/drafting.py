"""Drafts in few words, and what the fact tables say afterwards."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from tickets.connectors.drafts import Draft
from tickets.intake import Summary, take_in
from tickets.models import Source
from tickets.vocabulary import ActorKind, EventType
from tickets.words import register_source

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FACT_TABLES = ("ticket", "span", "reply", "solve", "worklog", "promise")

BY = {"alice": ActorKind.AGENT, "dave": ActorKind.AGENT, "rita": ActorKind.REQUESTER, "bot": ActorKind.BOT}


def draft(kind: str, minute: int, *, by: str = "", ticket: str = "T1", seq: int = 0, **fields: Any) -> Draft:
    """An event `minute` minutes after MONDAY 09:00 UTC, by one of the cast."""
    return Draft(
        ticket_ref=ticket,
        type=EventType.from_label(kind),
        occurred_at=MONDAY + timedelta(minutes=minute),
        seq=seq,
        actor_ref=by or None,
        actor_kind=BY.get(by, ActorKind.SYSTEM),
        **fields,
    )


def source(slug: str = "helpdesk") -> Source:
    return register_source(slug, kind="events")


def take(drafts: Iterable[Draft], *, slug: str = "helpdesk", **options: Any) -> Summary:
    return take_in(source(slug), drafts, origin="a test", **options)


def at(minute: int) -> datetime:
    """The instant that `draft` gives an event."""
    return MONDAY + timedelta(minutes=minute)


def all_facts() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every fact table, in order."""
    told = {}
    with connection.cursor() as cursor:
        for table in FACT_TABLES:
            cursor.execute(f"SELECT t::text FROM tickets_{table} t ORDER BY 1")
            told[table] = cursor.fetchall()
    return told


# A ticket with something of everything: two waits, a transfer, a reopening, two resolutions.
STORY = (
    draft("ticket_created", 0, by="rita", status="new", priority="high", team="red", channel="email"),
    draft("requester_message", 0, by="rita", seq=1),
    draft("assignee_changed", 10, by="alice", assignee="alice"),
    draft("status_changed", 10, by="alice", status="open", seq=1),
    draft("agent_reply", 20, by="alice", is_public=True),
    draft("status_changed", 20, by="alice", status="pending", seq=1),
    draft("requester_message", 60, by="rita"),
    draft("status_changed", 60, by="rita", status="open", seq=1),
    draft("group_changed", 70, by="alice", team="blue", from_value="red"),
    draft("assignee_changed", 75, by="dave", assignee="dave", from_value="alice"),
    draft("internal_note", 80, by="dave"),
    draft("agent_reply", 90, by="dave", is_public=True),
    draft("status_changed", 90, by="dave", status="solved", seq=1),
    draft("requester_message", 150, by="rita"),
    draft("status_changed", 150, by="rita", status="open", seq=1),
    draft("agent_reply", 180, by="dave", is_public=True),
    draft("status_changed", 180, by="dave", status="solved", seq=1),
    draft("status_changed", 6000, status="closed"),
)
