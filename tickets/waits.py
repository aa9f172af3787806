"""Episodes in which a requester waited for a word from a human agent."""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from tickets.states import OPEN_END, Codes, Flags, Instants, Rows, States, among
from tickets.vocabulary import DONE, UNSOLVED, ActorKind, EventType

FirstReplyFrom = Literal["creation", "handoff"]
NextReplyStarts = Literal["after_first_reply", "any"]
UpdateStarts = Literal["reply", "creation", "contact"]


class EndedBy(IntEnum):
    """What brought an episode or a run of a promise to its end."""

    STILL = 0
    REPLY = 1
    SOLVE = 2
    MOVE = 3  # the team gave the ticket on
    CANCEL = 4


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Parallel columns, one row an episode, ordered by (ticket, since).

    The first of a ticket runs from creation to the first human public reply; each further one from
    the oldest unanswered requester message to the next such reply, or to a solve. `ended_at` is
    OPEN_END while it lasts, `agent` the author of the reply, `team` the one in force then (or now).
    """

    ticket: Rows
    waiting_since: Instants
    ended_at: Instants
    agent: Codes
    team: Codes
    first: Flags
    ended_by: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ticket)

    def where(self, keep: Flags) -> Self:
        """The rows that `keep` marks."""
        return type(self)(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    @property
    def replies(self) -> Self:
        """Only the episodes that a reply ended."""
        return self.where(self.ended_by == EndedBy.REPLY)


def waits(
    states: States,
    *,
    first_reply_from: FirstReplyFrom = "creation",
    next_reply_starts: NextReplyStarts = "after_first_reply",
) -> Waits:
    """Every episode of every ticket that is not outbound.

    `handoff` starts the first wait at the last moment, before the first reply, at which a bot gave
    the ticket over or a ticket solved by a bot came back. `any` lets requester messages open
    episodes before the first reply too.
    """
    replied = is_human_reply(states)
    firsts = _first_waits(states, replied, first_reply_from)
    nexts = _next_waits(states, replied, next_reply_starts)
    joined = {f.name: np.concatenate((getattr(firsts, f.name), getattr(nexts, f.name))) for f in fields(Waits)}
    rows = np.lexsort((~joined["first"], joined["waiting_since"], joined["ticket"]))
    return Waits(**{name: column[rows] for name, column in joined.items()})


def is_human_reply(states: States) -> Flags:
    """Events that are a public reply by a human agent."""
    events = states.events
    found: Flags = (events.type == EventType.AGENT_REPLY) & (events.actor_kind == ActorKind.AGENT)
    return found


def is_solve(states: States) -> Flags:
    """Events that take an unsolved ticket to solved or closed."""
    return among(UNSOLVED, states.before) & among(DONE, states.status)


def first_rows(flags: Flags, ticket: Rows, tickets: int) -> Rows:
    """Each ticket's first row that `flags` marks; len(flags) where it has none."""
    found = np.full(tickets, len(flags), dtype=np.int64)
    rows = np.flatnonzero(flags)[::-1]
    found[ticket[rows]] = rows
    return found


def is_outbound(states: States, first_reply: Rows) -> Flags:
    """Tickets that an agent opened by writing to the requester: nobody waits for that message."""
    events = states.events
    by_agent: Flags = events.actor_kind[states.first] == ActorKind.AGENT
    created: Flags = events.type[states.first] == EventType.TICKET_CREATED
    reply = np.minimum(first_reply, len(events) - 1)
    at_once: Flags = (first_reply < len(events)) & (states.at[reply] == states.at[states.first])
    return by_agent & created & at_once


def _first_waits(states: States, replied: Flags, first_reply_from: FirstReplyFrom) -> Waits:
    """One episode a ticket, unless it is outbound."""
    tickets = np.arange(len(states.first))
    reply = first_rows(replied, states.events.ticket, len(tickets))
    since = states.at[states.first]
    if first_reply_from == "handoff":
        since = _last_handoff(states, reply, since)
    kept = tickets[~is_outbound(states, reply)]
    return _ended(
        states,
        ticket=kept,
        since=since[kept],
        end=reply[kept],
        ended_by=np.where(reply[kept] < len(replied), EndedBy.REPLY, EndedBy.STILL),
        first=True,
    )


def _last_handoff(states: States, reply: Rows, since: Instants) -> Instants:
    """When each ticket came to humans for the last time before its first reply, else `since`."""
    events = states.events
    to_humans = (events.type == EventType.BOT_HANDOFF) | _back_from_bot(states)
    rows = np.flatnonzero(to_humans)
    rows = rows[rows < reply[events.ticket[rows]]]
    since = since.copy()
    since[events.ticket[rows]] = states.at[rows]  # the latest is written last
    return since


def _back_from_bot(states: States) -> Flags:
    """Reopenings of what a bot had solved."""
    solved = is_solve(states)
    last_solve = np.maximum.accumulate(np.where(solved, np.arange(len(solved)), 0))
    reopened = among(DONE, states.before) & among(UNSOLVED, states.status)
    solved_by_bot: Flags = states.events.actor_kind[last_solve] == ActorKind.BOT
    return reopened & solved_by_bot


def _next_waits(states: States, replied: Flags, next_reply_starts: NextReplyStarts) -> Waits:
    """Episodes that a requester message opened."""
    events = states.events
    asked = events.type == EventType.REQUESTER_MESSAGE
    marks = np.flatnonzero(asked | replied | is_solve(states))
    ticket = events.ticket[marks]
    asks = asked[marks] & ~is_solve(states)[marks]
    fresh = np.diff(ticket, prepend=-1) > 0
    opens = asks & (fresh | ~np.concatenate(([False], asks[:-1])))
    if next_reply_starts == "after_first_reply":
        opens &= marks > first_rows(replied, events.ticket, len(states.first))[ticket]
    answer = _next_row(~asks, marks)
    found = np.minimum(answer, len(events) - 1)
    ended = (answer < len(events)) & (events.ticket[found] == ticket)
    ended_by = np.where(replied[found], EndedBy.REPLY, EndedBy.SOLVE)
    return _ended(
        states,
        ticket=ticket[opens],
        since=states.at[marks[opens]],
        end=np.where(ended, answer, len(events))[opens],
        ended_by=np.where(ended, ended_by, EndedBy.STILL)[opens],
        first=False,
    )


def _next_row(flags: Flags, rows: Rows) -> Rows:
    """For each of `rows` the nearest one at or after it that `flags` marks; OPEN_END if none."""
    following = np.where(flags, rows, OPEN_END)
    return np.minimum.accumulate(following[::-1])[::-1]


def _ended(states: States, *, ticket: Rows, since: Instants, end: Rows, ended_by: NDArray[Any], first: bool) -> Waits:
    """Episodes from `since` to the event rows `end` (past the last one: still waiting)."""
    events = states.events
    row = np.minimum(end, len(events) - 1)
    replied = ended_by == EndedBy.REPLY
    told = np.where(ended_by == EndedBy.STILL, states.last[ticket], row)
    return Waits(
        ticket=ticket,
        waiting_since=since,
        ended_at=np.where(ended_by == EndedBy.STILL, OPEN_END, states.at[row]),
        agent=np.where(replied, events.actor[row], 0).astype(np.int32),
        team=states.team[told],
        first=np.full(len(ticket), first),
        ended_by=ended_by.astype(np.uint8),
    )
