"""The stored events of some tickets, in order, as the columns that the timeline folds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import MICRO, POSTGRES_EPOCH_S, Column, Fixed
from tickets.partitions import copy_events
from tickets.states import ATTRIBUTES, RANK, UNSET, Events
from tickets.vocabulary import ActorKind, EventType
from tickets.worklogs import logged_seconds

Ids = NDArray[np.int64]

_LAYOUT = {
    "ticket": ">i8",
    "dedupe_key": "V16",
    "occurred_at": ">i8",
    "seq": ">i4",
    "type": ">i2",
    "source": ">i2",
    "actor_kind": ">i2",
    "actor": ">i8",
    "requester": ">i8",
    "other_ticket": ">i8",
    "status": ">i2",
    **dict.fromkeys(ATTRIBUTES[1:], ">i4"),
}
_ROWS = np.dtype(list(_LAYOUT.items()))
_NULLABLE = ("actor", "requester", "other_ticket", *ATTRIBUTES)


@dataclass(frozen=True, kw_only=True)
class History:
    """The events of `tickets` (their numbers, ascending; row t is ticket t of `events`).

    `requester`, `merged_into` and `follow_up_of` are numbers, UNSET where there is none.
    """

    tickets: Ids
    events: Events
    source: NDArray[np.int32]
    requester: Ids
    merged_into: Ids
    follow_up_of: Ids
    logged_s: NDArray[np.int64]  # by each event
    count: NDArray[np.int64]


def read_history(cursor: CursorWrapper, tickets: Ids, *, begun: NDArray | None = None) -> History:
    """Every stored event of `tickets`; one without events is left out.

    `begun` are rows that need not be read: all events of those of the tickets that they tell of.
    """
    if begun is None or not len(begun):
        rows = _stored(cursor, tickets)
    else:
        rest = np.setdiff1d(tickets, begun["ticket"])
        rows = np.concatenate((begun, _plain(_stored(cursor, rest)))) if len(rest) else begun
    rows = rows[_order(rows)]
    return _told(rows, logged_seconds(cursor, rows["ticket"], rows["type"]))


def rows_of(columns: Mapping[str, Column], keep: NDArray[np.bool_]) -> NDArray:
    """Rows of the event table as they would be read back: those of its new columns that `keep` marks."""
    rows = np.empty(np.count_nonzero(keep), dtype=_ROWS)
    for name, dtype in _LAYOUT.items():
        column = columns[name]
        assert isinstance(column, Fixed)
        told = np.ascontiguousarray(column.wire).view(dtype)[:, 0]
        rows[name] = (told if column.null is None else np.where(column.null, UNSET, told))[keep]
    return rows


def _stored(cursor: CursorWrapper, tickets: Ids) -> NDArray:
    names = ", ".join(f"coalesce({name}, {UNSET}::{_cast(name)})" if name in _NULLABLE else name for name in _LAYOUT)
    return copy_events(cursor, names, tickets.tolist(), _LAYOUT)


def _plain(rows: NDArray) -> NDArray:
    """Rows as read, without the lengths between their values."""
    told = np.empty(len(rows), dtype=_ROWS)
    for name in _LAYOUT:
        told[name] = rows[name]
    return told


def _cast(name: str) -> str:
    return {">i2": "smallint", ">i4": "integer", ">i8": "bigint"}[_LAYOUT[name]]


def _order(rows: NDArray) -> NDArray[np.int64]:
    """By ticket, instant, type rank, the source's own position, and at last the event's key.

    The key makes the order the same however the events arrived.
    """
    key = np.ascontiguousarray(rows["dedupe_key"]).view(">u8").reshape(-1, 2)[:, 0]
    rank = RANK[rows["type"]]
    keys = (key, rows["seq"], rank, rows["occurred_at"], rows["ticket"])
    return np.lexsort([np.ascontiguousarray(each).astype(each.dtype.newbyteorder("=")) for each in keys])


def _told(rows: NDArray, logged_s: NDArray[np.int64]) -> History:
    """The history that sorted rows tell."""
    number = rows["ticket"].astype(np.int64)
    tickets, first, count = np.unique(number, return_index=True, return_counts=True)
    ticket = np.repeat(np.arange(len(tickets)), count)
    kind = rows["type"].astype(np.uint8)
    actor_kind = rows["actor_kind"].astype(np.uint8)
    actor = np.where(actor_kind == ActorKind.AGENT, np.maximum(rows["actor"], 0), 0)
    other = rows["other_ticket"].astype(np.int64)
    return History(
        tickets=tickets,
        events=Events(
            ticket=ticket,
            at=rows["occurred_at"].astype(np.int64) // MICRO + POSTGRES_EPOCH_S,
            type=kind,
            actor=actor.astype(np.int32),
            actor_kind=actor_kind,
            **{name: rows[name].astype(np.int32) for name in ATTRIBUTES},
        ),
        source=rows["source"][first].astype(np.int32),
        requester=_first_told(rows["requester"].astype(np.int64), ticket, len(tickets)),
        merged_into=_last_told(np.where(kind == EventType.TICKET_MERGED, other, UNSET), ticket, len(tickets)),
        follow_up_of=_last_told(np.where(kind == EventType.FOLLOW_UP_CREATED, other, UNSET), ticket, len(tickets)),
        logged_s=logged_s,
        count=count,
    )


def _first_told(column: Ids, ticket: NDArray[np.int64], tickets: int) -> Ids:
    """Each ticket's first value that is not UNSET."""
    return _last_told(column[::-1], ticket[::-1], tickets)


def _last_told(column: Ids, ticket: NDArray[np.int64], tickets: int) -> Ids:
    """Each ticket's last value that is not UNSET."""
    told = np.full(tickets, UNSET, dtype=np.int64)
    rows = np.flatnonzero(column != UNSET)
    told[ticket[rows]] = column[rows]
    return told
