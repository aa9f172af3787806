"""Tickets that no story would tell: any events in any order, crowded into few instants."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tickets.states import UNSET, Events, order
from tickets.vocabulary import ActorKind, EventType

KINDS = [
    EventType.REQUESTER_MESSAGE,
    EventType.AGENT_REPLY,
    EventType.STATUS_CHANGED,
    EventType.ASSIGNEE_CHANGED,
    EventType.GROUP_CHANGED,
    EventType.PRIORITY_CHANGED,
    EventType.TICKET_MERGED,
    EventType.TICKET_DELETED,
    EventType.TICKET_RESTORED,
]
Row = tuple[int, int, int, int]


@st.composite
def events(draw: st.DrawFn) -> Events:
    """A few tickets of a few events each, crowded into few instants."""
    row = st.tuples(st.integers(0, 6), st.sampled_from(KINDS), st.integers(1, 6), st.integers(0, 3))
    tickets: list[list[Row]] = draw(st.lists(st.lists(row, max_size=8), min_size=1, max_size=3))
    rows = [
        (number, *each) for number, told in enumerate(tickets) for each in [(0, EventType.TICKET_CREATED, 1, 0), *told]
    ]
    ticket_, at, kind, status, holder = (np.array(column) for column in zip(*rows, strict=True))
    by_requester = np.isin(kind, [EventType.TICKET_CREATED, EventType.REQUESTER_MESSAGE])
    unset = np.full(len(rows), UNSET, np.int32)
    columns: dict[str, NDArray[Any]] = {
        "ticket": ticket_.astype(np.int64),
        "at": at.astype(np.int64),
        "type": kind.astype(np.uint8),
        "actor": np.ones(len(rows), np.int32),
        "actor_kind": np.where(by_requester, ActorKind.REQUESTER, ActorKind.AGENT).astype(np.uint8),
        "status": np.where(kind == EventType.STATUS_CHANGED, status, UNSET).astype(np.int32),
        "priority": np.where(kind == EventType.PRIORITY_CHANGED, holder, UNSET).astype(np.int32),
        "team": np.where(kind == EventType.GROUP_CHANGED, holder, UNSET).astype(np.int32),
        "assignee": np.where(kind == EventType.ASSIGNEE_CHANGED, holder, UNSET).astype(np.int32),
    }
    columns |= dict.fromkeys(("channel", "language", "reason"), unset)
    return order(columns, seq=np.arange(len(rows)))
