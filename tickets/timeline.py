"""The timeline of every ticket: its spans, the waits of its requester, its resolutions, its facts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.solves import Solves, is_reassignment, is_reopening, is_transfer, solves
from tickets.spans import Spans, spans
from tickets.states import (
    OPEN_END,
    UNSET,
    Codes,
    Events,
    Flags,
    Instants,
    Rows,
    States,
    order,
    trace,
)
from tickets.vocabulary import ActorKind, EventType, Status
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
    """The timeline of all tickets in `events`, which must be in order and hold at least one event."""
    states = trace(events)
    told = {"states": states, "spans": spans(states), "waits": waits(states)}
    told["solves"] = solves(states)
    return Timeline(**told, tickets=_tickets(states, told["spans"], told["waits"], told["solves"]))


def _tickets(states: States, cut: Spans, waited: Waits, solved: Solves) -> Tickets:
    """One row of facts a ticket."""
    last = states.last
    flags = ("waited", "priority_changed")
    return Tickets(
        **_creation(states, cut),
        **_firsts(states, waited, solved),
        **_counts(states, solved),
        **{name: column for name, column in zip(flags, _marks(states, cut), strict=True)},
        updated_at=states.at[last],
        gone_at=_gone_at(cut),
        status=states.status[last],
        priority=states.priority[last],
        team=states.team[last],
        assignee=states.assignee[last],
        channel=states.channel[last],
        language=states.language[last],
        reason=states.reason[last],
    )
