"""Resolutions: every entry of a ticket into solved or closed, and what had happened until then."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.spans import gave_on
from tickets.states import OPEN_END, Codes, Flags, Instants, Rows, States, among
from tickets.vocabulary import DONE, UNSOLVED, ActorKind, EventType, Status
from tickets.waits import is_human_reply, is_solve

WAITING = UNSOLVED - {Status.PENDING}  # the requester waits
WORKING = WAITING - {Status.HOLD}  # it is the agents' turn


@dataclass(frozen=True, kw_only=True)
class Solves:
    """Parallel columns, one row a resolution, ordered by (ticket, solved_at).

    `solver` is the agent who did it, else the assignee; `nth` counts 1, 2 ... in the ticket.
    `replies`, `reassignments` and `transfers` count from creation to this moment; `wait_s` are the
    calendar seconds since creation in which the requester waited (new, open, hold).
    `reopened_at` is OPEN_END and `reopened_by` UNKNOWN where it held; an automation that reopens at
    the instant of a requester's message does so for the requester.
    """

    ticket: Rows
    solved_at: Instants
    solver: Codes
    solver_kind: NDArray[np.uint8]
    team: Codes
    assignee: Codes
    priority: Codes
    nth: Codes
    last: Flags
    reopened_at: Instants
    reopened_by: NDArray[np.uint8]
    replies: Codes
    reassignments: Codes
    transfers: Codes
    wait_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ticket)


def solves(states: States) -> Solves:
    """Every resolution of every ticket."""
    events = states.events
    rows = np.flatnonzero(is_solve(states))
    ticket = events.ticket[rows]
    fresh = np.diff(ticket, prepend=-1) > 0
    by_agent = (events.actor_kind[rows] == ActorKind.AGENT) & (events.actor[rows] != 0)
    return Solves(
        ticket=ticket,
        solved_at=states.at[rows],
        solver=np.where(by_agent, events.actor[rows], states.assignee[rows]).astype(np.int32),
        solver_kind=events.actor_kind[rows],
        team=states.team[rows],
        assignee=states.assignee[rows],
        priority=states.priority[rows],
        nth=_ordinal(fresh),
        last=np.diff(ticket, append=-1) != 0,
        **_reopening(states, rows),
        replies=_so_far(is_human_reply(states), states)[rows],
        reassignments=_so_far(is_reassignment(states), states)[rows],
        transfers=_so_far(is_transfer(states), states)[rows],
        wait_s=_seconds_in(WAITING, states)[rows],
    )


def is_reassignment(states: States) -> Flags:
    """Events at which an assignee lost the ticket."""
    return gave_on(states.assignee, states.changed["assignee"], to_none=True)


def is_transfer(states: States) -> Flags:
    """Events at which one team gave the ticket to another."""
    return gave_on(states.team, states.changed["team"])


def is_reopening(states: States) -> Flags:
    """Events that take a solved or closed ticket back into the backlog."""
    return among(DONE, states.before) & among(UNSOLVED, states.status)


def _ordinal(fresh: Flags) -> Codes:
    """1, 2, 3 ... starting again at every fresh row."""
    row = np.arange(len(fresh))
    return (row - np.maximum.accumulate(np.where(fresh, row, 0)) + 1).astype(np.int32)


def _reopening(states: States, rows: Rows) -> dict[str, NDArray[Any]]:
    """When and by whom each of the solves at `rows` was undone."""
    events = states.events
    reopened = np.flatnonzero(is_reopening(states))
    place = np.searchsorted(reopened, rows)
    row = np.append(reopened, 0)[place]
    until = np.append(rows[1:], len(events))  # a later reopening belongs to the next solve
    undone = (place < len(reopened)) & (row < until) & (events.ticket[row] == events.ticket[rows])
    return {
        "reopened_at": np.where(undone, states.at[row], OPEN_END),
        "reopened_by": np.where(undone, _on_behalf_of(states)[row], ActorKind.UNKNOWN).astype(np.uint8),
    }


def _on_behalf_of(states: States) -> NDArray[np.uint8]:
    """Who each event goes back to: the requester, where an automation acts at the instant of their message."""
    events = states.events
    wrote = (events.type == EventType.REQUESTER_MESSAGE) & (events.actor_kind == ActorKind.REQUESTER)
    last = np.maximum.accumulate(np.where(wrote, np.arange(len(wrote)), 0))
    at_once = wrote[last] & (events.ticket[last] == events.ticket) & (states.at[last] == states.at)
    automatic = (events.actor_kind == ActorKind.SYSTEM) | (events.actor_kind == ActorKind.BOT)
    return np.where(automatic & at_once, ActorKind.REQUESTER, events.actor_kind)


def _so_far(flags: Flags, states: States) -> Codes:
    """How many events of the ticket `flags` has marked up to each row, that row included."""
    total = np.cumsum(flags, dtype=np.int32)
    start = total[states.first] - flags[states.first]
    return total - start[states.events.ticket]


def _seconds_in(members: frozenset[Status], states: States) -> NDArray[np.int64]:
    """Calendar seconds that the ticket spent in `members` from its creation to each row."""
    gap = np.diff(states.at, append=states.at[-1:])
    gap[states.last] = 0
    total = np.cumsum(np.where(among(members, states.status), gap, 0))
    before = np.concatenate(([0], total[:-1]))
    return before - before[states.first][states.events.ticket]
