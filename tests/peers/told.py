"""Peers' tickets as our events: the columns that every adapter fills in the same way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from tickets.states import ATTRIBUTES, UNSET, Events, order
from tickets.vocabulary import ActorKind, EventType, Status

WIDE = {"ticket": np.int64, "at": np.int64, "type": np.uint8, "actor_kind": np.uint8}
AGENT = 1  # peers' cases name no agents; one code stands for whoever it was


@dataclass(frozen=True, kw_only=True)
class Row:
    """One event of a peer's ticket."""

    at: int
    type: EventType
    ticket: int = 0
    actor_kind: ActorKind = ActorKind.SYSTEM
    sets: Mapping[str, int] | None = None


def events(rows: Iterable[Row]) -> Events:
    """The rows as columns; the order told breaks ties of time and type."""
    told = list(rows)
    columns = {name: np.array([getattr(row, name) for row in told]) for name in WIDE}
    columns["actor"] = np.where(columns["actor_kind"] == ActorKind.AGENT, AGENT, 0)
    for name in ATTRIBUTES:
        columns[name] = np.array([(row.sets or {}).get(name, UNSET) for row in told])
    typed = {name: column.astype(WIDE.get(name, np.int32)) for name, column in columns.items()}
    return order(typed, seq=np.arange(len(told)))


def created(at: int, *, ticket: int = 0, **sets: int) -> Row:
    return Row(
        at=at,
        type=EventType.TICKET_CREATED,
        ticket=ticket,
        actor_kind=ActorKind.REQUESTER,
        sets=sets,
    )


def message(at: int, *, by_agent: bool, public: bool = True) -> Row:
    """A message of the requester, a public reply of an agent, or an internal note."""
    kind = EventType.AGENT_REPLY if by_agent else EventType.REQUESTER_MESSAGE
    return Row(
        at=at,
        type=kind if public else EventType.INTERNAL_NOTE,
        actor_kind=ActorKind.AGENT if by_agent else ActorKind.REQUESTER,
    )


def status(at: int, to: Status, *, ticket: int = 0, by: ActorKind = ActorKind.AGENT) -> Row:
    return Row(
        at=at,
        type=EventType.STATUS_CHANGED,
        ticket=ticket,
        actor_kind=by,
        sets={"status": to},
    )


def instant(text: str) -> int:
    """Seconds since the epoch of an ISO instant."""
    return int(datetime.fromisoformat(text).timestamp())


def iso(at: int) -> str:
    """The ISO instant of seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
