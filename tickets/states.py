"""Ticket events as columns, and the state of each ticket after every one of them.

Everything is folded at once over all tickets: a value is carried forward inside its ticket with one
running maximum over row numbers, so the cost is a few passes per attribute whatever the number of
tickets.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.vocabulary import DONE, GONE, UNSOLVED, EventType, Status

Codes = NDArray[np.int32]
Instants = NDArray[np.int64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

OPEN_END = int(np.iinfo(np.int64).max)  # an instant that has not come
UNSET = -1  # this event leaves the attribute alone; 0 sets it to none
ATTRIBUTES = ("status", "priority", "team", "assignee", "channel", "language", "reason")
IMPLIED_STATUS = {
    EventType.TICKET_MERGED: Status.MERGED,
    EventType.TICKET_DELETED: Status.DELETED,
    EventType.MARKED_SPAM: Status.SPAM,
}
RANK = np.array([EventType(code).rank if code in set(EventType) else 2 for code in range(256)])


@dataclass(frozen=True, kw_only=True)
class Events:
    """Parallel columns, one row an event, ordered by (ticket, at, type rank, sequence).

    `ticket` counts 0..T-1 without gaps, `at` is seconds since the epoch (UTC); an attribute is a
    code, 0 for none, UNSET where the event does not touch it.
    """

    ticket: Rows
    at: Instants
    type: NDArray[np.uint8]
    actor: Codes
    actor_kind: NDArray[np.uint8]
    status: Codes
    priority: Codes
    team: Codes
    assignee: Codes
    channel: Codes
    language: Codes
    reason: Codes

    def __len__(self) -> int:
        return len(self.ticket)


@dataclass(frozen=True, kw_only=True)
class States:
    """What was in force just after each event; `first` is each ticket's first row.

    `before` is the status just before the event (NEW before the first, so that a ticket that
    arrives solved still enters the backlog), `changed` the attributes that this event altered.
    `at` is never earlier than the creation of the ticket.
    """

    events: Events
    at: Instants
    first: Rows
    before: NDArray[np.uint8]
    status: NDArray[np.uint8]
    priority: Codes
    team: Codes
    assignee: Codes
    channel: Codes
    language: Codes
    reason: Codes
    changed: dict[str, Flags]

    @property
    def last(self) -> Rows:
        """Each ticket's last row."""
        return np.append(self.first[1:], len(self.at)) - 1


def order(columns: dict[str, NDArray[Any]], *, seq: NDArray[np.int64]) -> Events:
    """Events from columns in any order; `seq` is the position that the source gave the event."""
    rank = RANK[columns["type"]]
    rows = np.lexsort((seq, rank, columns["at"], columns["ticket"]))
    return Events(**{field.name: columns[field.name][rows] for field in fields(Events)})


def trace(events: Events) -> States:
    """The state of every ticket after each of its events."""
    first = np.flatnonzero(np.diff(events.ticket, prepend=-1))
    is_first = np.zeros(len(events), dtype=bool)
    is_first[first] = True
    status = _status(events, is_first)
    carried = {name: carry(getattr(events, name), is_first) for name in ATTRIBUTES[1:]}
    before = np.where(is_first, Status.NEW, _previous(status)).astype(np.uint8)
    changed = {name: ~is_first & (column != _previous(column)) for name, column in carried.items()}
    return States(
        events=events,
        at=np.maximum(events.at, created_at(events, first)[events.ticket]),
        first=first,
        before=before,
        status=status,
        changed=changed | {"status": status != before},
        **carried,
    )


def carry(column: NDArray[Any], is_first: Flags, *, default: int = 0) -> NDArray[Any]:
    """`column` with every UNSET replaced by the last value set in the ticket, else `default`."""
    rows = np.where((column != UNSET) | is_first, np.arange(len(column)), 0)
    np.maximum.accumulate(rows, out=rows)
    carried = column[rows]
    return np.where(carried == UNSET, column.dtype.type(default), carried)


def created_at(events: Events, first: Rows) -> Instants:
    """The instant of each ticket's creation event, or of its first event where it has none."""
    instants = events.at[first].copy()
    rows = np.flatnonzero(events.type == EventType.TICKET_CREATED)[::-1]
    instants[events.ticket[rows]] = events.at[rows]  # the earliest is written last
    return instants


def among(members: frozenset[Status], status: NDArray[Any]) -> Flags:
    """Which of `status` are `members`."""
    table = np.zeros(len(Status) + 1, dtype=bool)
    table[[int(member) for member in members]] = True
    found: Flags = table[status]
    return found


def _status(events: Events, is_first: Flags) -> NDArray[np.uint8]:
    """Status after each event.

    A gone ticket (merged, deleted, spam) comes back by TICKET_RESTORED, to the status it had, or by
    an unsolved status; a source that closes the tickets it merges does not bring them back.
    """
    set_to = _implied(events)
    set_to[is_first & (set_to == UNSET)] = Status.NEW
    restored = (events.type == EventType.TICKET_RESTORED) & (set_to == UNSET)
    said = np.where(set_to == UNSET, 0, set_to)
    gone, done = among(GONE, said), among(DONE, said)
    if not gone.any():
        return carry(set_to, is_first).astype(np.uint8)
    away = np.full(len(events), UNSET, dtype=np.int32)
    away[gone] = 1
    away[among(UNSOLVED, said) | restored | (is_first & ~gone)] = 0
    away = carry(away, is_first).astype(bool)
    alive = carry(np.where(gone | (done & away), UNSET, set_to), is_first, default=Status.NEW)
    dead = carry(np.where(gone, set_to, UNSET), is_first, default=Status.NEW)
    return np.where(away, dead, alive).astype(np.uint8)


def _implied(events: Events) -> Codes:
    """The status that each event sets, by itself or by its type."""
    set_to = events.status.astype(np.int32)
    for kind, status in IMPLIED_STATUS.items():
        set_to[events.type == kind] = status
    return set_to


def _previous(column: NDArray[Any]) -> NDArray[Any]:
    """`column` one row down; the first value is its own predecessor."""
    return np.concatenate((column[:1], column[:-1]))
