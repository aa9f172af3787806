"""The timeline of every ticket: its spans, its requester's waits, its resolutions, its facts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.solves import Solves, is_reassignment, is_reopening, is_transfer, solves
from tickets.spans import Spans, spans
from tickets.states import (
    ATTRIBUTES,
    OPEN_END,
    UNSET,
    Codes,
    Events,
    Flags,
    Instants,
    Rows,
    States,
    among,
    order,
    trace,
)
from tickets.vocabulary import GONE, ActorKind, EventType, Status
from tickets.waits import EndedBy, Waits, first_rows, is_human_reply, is_outbound, waits

__all__ = [
    "OPEN_END",
    "UNSET",
    "EndedBy",
    "Events",
    "Solves",
    "Spans",
    "States",
    "Tickets",
    "Timeline",
    "Waits",
    "fold",
    "order",
    "solves",
    "spans",
    "trace",
    "waits",
]

SETTLED_S = 3600  # the team that a ticket counts for is the one that has it an hour after creation


@dataclass(frozen=True, kw_only=True)
class Tickets:
    """Parallel columns, row t is ticket t. Instants are OPEN_END and codes 0 where there is none.

    `created_team` is the team in force SETTLED_S after creation (or now, if younger),
    `created_priority` the one set at creation. `touches` counts the distinct instants at which a
    human agent did something. `first_reply_at` is the first human public reply, and stays OPEN_END
    for `outbound` tickets, which an agent opened by writing to the requester.
    """

    created_at: Instants
    created_team: Codes
    created_priority: Codes
    updated_at: Instants
    first_assigned_at: Instants
    first_reply_at: Instants
    first_reply_agent: Codes
    first_reply_team: Codes
    first_solved_at: Instants
    last_solved_at: Instants
    first_closed_at: Instants
    gone_at: Instants
    over_at: Instants
    solves: Codes
    reopens: Codes
    reassignments: Codes
    transfers: Codes
    public_replies: Codes
    requester_messages: Codes
    internal_notes: Codes
    touches: Codes
    waited: Flags
    priority_changed: Flags
    outbound: Flags
    status: NDArray[np.uint8]
    priority: Codes
    team: Codes
    assignee: Codes
    channel: Codes
    language: Codes
    reason: Codes

    def __len__(self) -> int:
        return len(self.created_at)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Everything that the events of some tickets say."""

    states: States
    spans: Spans
    waits: Waits
    solves: Solves
    tickets: Tickets

    @property
    def replies(self) -> Waits:
        """The waits that a human reply ended."""
        return self.waits.replies


def fold(events: Events) -> Timeline:
    """The timeline of all tickets in `events`, which are in order and at least one."""
    states = trace(events)
    cut, solved = spans(states), solves(states)
    return Timeline(
        states=states,
        spans=cut,
        waits=waits(states),
        solves=solved,
        tickets=_tickets(states, cut, solved),
    )


def _tickets(states: States, cut: Spans, solved: Solves) -> Tickets:
    """One row of facts a ticket."""
    now = {name: getattr(states, name)[states.last] for name in ATTRIBUTES}
    return Tickets(
        **now,
        **_creation(states),
        **_replies(states),
        **_moments(states, solved),
        **_counts(states, solved),
        gone_at=_for_good(cut, GONE),
        over_at=_for_good(cut, GONE | {Status.CLOSED}),
        waited=_any(states, states.status == Status.PENDING),
        priority_changed=_any(states, states.changed["priority"]),
    )


def _creation(states: States) -> dict[str, NDArray[Any]]:
    """What each ticket was like when it came."""
    created = states.at[states.first]
    later = states.at > created[states.events.ticket] + SETTLED_S
    settled = first_rows(later, states.events.ticket, len(created))
    row = np.where(settled < len(states.at), settled, states.last + 1) - 1
    return {
        "created_at": created,
        "created_team": states.team[row],
        "created_priority": states.priority[states.first],
    }


def _replies(states: States) -> dict[str, NDArray[Any]]:
    """The first human reply of each ticket that an agent did not open."""
    reply = first_rows(is_human_reply(states), states.events.ticket, len(states.first))
    outbound = is_outbound(states, reply)
    row = np.where(outbound, len(states.at), reply)
    return {
        "outbound": outbound,
        "first_reply_at": _told(states.at, row, OPEN_END),
        "first_reply_agent": _told(states.events.actor, row, 0),
        "first_reply_team": _told(states.team, row, 0),
    }


def _moments(states: States, solved: Solves) -> dict[str, NDArray[Any]]:
    """When each ticket first or last came to something."""
    ticket, tickets = states.events.ticket, len(states.first)
    firsts, lasts = (np.full(tickets, OPEN_END) for _ in range(2))
    firsts[solved.ticket[solved.nth == 1]] = solved.solved_at[solved.nth == 1]
    lasts[solved.ticket[solved.last]] = solved.solved_at[solved.last]
    assigned = first_rows(states.assignee != 0, ticket, tickets)
    closed = first_rows(states.status == Status.CLOSED, ticket, tickets)
    return {
        "updated_at": states.at[states.last],
        "first_solved_at": firsts,
        "last_solved_at": lasts,
        "first_assigned_at": _told(states.at, assigned, OPEN_END),
        "first_closed_at": _told(states.at, closed, OPEN_END),
    }


def _counts(states: States, solved: Solves) -> dict[str, NDArray[Any]]:
    """How often what happened to each ticket."""
    events = states.events
    by_agent = np.flatnonzero(events.actor_kind == ActorKind.AGENT)
    fresh = np.diff(events.ticket[by_agent], prepend=-1) > 0
    touches = by_agent[fresh | (np.diff(states.at[by_agent], prepend=0) != 0)]
    marked = {
        "reopens": np.flatnonzero(is_reopening(states)),
        "reassignments": np.flatnonzero(is_reassignment(states)),
        "transfers": np.flatnonzero(is_transfer(states)),
        "public_replies": np.flatnonzero(is_human_reply(states)),
        "requester_messages": np.flatnonzero(events.type == EventType.REQUESTER_MESSAGE),
        "internal_notes": np.flatnonzero(events.type == EventType.INTERNAL_NOTE),
        "touches": touches,
    }
    tickets = {name: events.ticket[rows] for name, rows in marked.items()}
    tickets["solves"] = solved.ticket
    return {name: np.bincount(rows, minlength=len(states.first)).astype(np.int32) for name, rows in tickets.items()}


def _for_good(cut: Spans, statuses: frozenset[Status]) -> Instants:
    """When each ticket came to `statuses` to stay; OPEN_END if it did not."""
    away = among(statuses, cut.status)
    rows = np.arange(len(cut))
    here = np.maximum.accumulate(np.where(away, -1, rows))  # the span that was the last one here
    last = np.append(cut.first[1:], len(cut)) - 1
    went = np.minimum(here[last] + 1, last)
    return np.where(away[last], cut.start_at[went], OPEN_END)


def _any(states: States, flags: Flags) -> Flags:
    """Tickets that have a row in `flags`."""
    return np.logical_or.reduceat(flags, states.first)


def _told(column: NDArray[Any], row: Rows, absent: int) -> NDArray[Any]:
    """`column` at each row, `absent` where the row lies past its end."""
    return np.where(row < len(column), column[np.minimum(row, len(column) - 1)], absent).astype(column.dtype)
