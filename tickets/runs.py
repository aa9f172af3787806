"""The runs of each kind of promise: when its clock began on a ticket and what ended it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.solves import WAITING, WORKING
from tickets.spans import Spans
from tickets.states import OPEN_END, Codes, Flags, Instants, Rows, among
from tickets.timeline import Timeline
from tickets.vocabulary import DONE, GONE, UNSOLVED, EventType, PromiseKind, Status
from tickets.waits import (
    EndedBy,
    FirstReplyFrom,
    NextReplyStarts,
    UpdateStarts,
    Waits,
    is_human_reply,
    is_solve,
    waits,
)

FIELD = 36
EARLIEST = 1 << 33
LATEST = (1 << FIELD) - 1 - EARLIEST
COUNTED = {
    PromiseKind.REQUESTER_WAIT: WAITING,
    PromiseKind.AGENT_WORK: WORKING,
    PromiseKind.PAUSABLE_UPDATE: WAITING,
}


@dataclass(frozen=True)
class Rule:
    """What tells one kind of run from another: the kind and the options that move its ends."""

    kind: PromiseKind
    first_reply_from: FirstReplyFrom = "creation"
    next_reply_starts: NextReplyStarts = "after_first_reply"
    update_starts: UpdateStarts = "reply"

    @property
    def counted(self) -> frozenset[Status]:
        """Statuses in which the kind's clock may run at all."""
        return COUNTED.get(self.kind, UNSOLVED)


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Parallel columns ordered by (ticket, run); `run` counts 1, 2 ... in the ticket.

    `ended_at` is OPEN_END while `ended_by` is STILL; `agent` is the one who fulfilled it, if any.
    """

    ticket: Rows
    run: Codes
    started_at: Instants
    ended_at: Instants
    ended_by: NDArray[np.uint8]
    agent: Codes

    def __len__(self) -> int:
        return len(self.ticket)


def runs(timeline: Timeline, rule: Rule) -> Runs:
    """Every run of `rule` on the tickets of `timeline`.

    A ticket that is gone for good (merged, deleted, spam) cancels what had not ended by then, and
    begins nothing any more. One that is closed for good without a word from a human calls off the
    first reply: nobody waits for it any longer, and no status fulfils it.
    """
    ticket, started_at, ended_at, ended_by, agent = BEGINNINGS[rule.kind](timeline, rule)
    tickets = timeline.tickets
    gone_at = (tickets.over_at if rule.kind is PromiseKind.FIRST_REPLY else tickets.gone_at)[ticket]
    cancelled = ended_at > gone_at
    kept = started_at <= gone_at
    ended_at = np.where(cancelled, gone_at, ended_at)
    ended_by = np.where(cancelled, EndedBy.CANCEL, ended_by).astype(np.uint8)
    return Runs(
        ticket=ticket[kept],
        run=ordinal(ticket[kept]),
        started_at=started_at[kept],
        ended_at=ended_at[kept],
        ended_by=ended_by[kept],
        agent=np.where(cancelled, 0, agent)[kept].astype(np.int32),
    )


def ordinal(ticket: Rows) -> Codes:
    """1, 2, 3 ... within each ticket of a sorted column."""
    row = np.arange(len(ticket))
    fresh = np.diff(ticket, prepend=-1) > 0
    return (row - np.maximum.accumulate(np.where(fresh, row, 0)) + 1).astype(np.int32)


Columns = tuple[Rows, Instants, Instants, NDArray[np.uint8], Codes]


def _first_reply(timeline: Timeline, rule: Rule) -> Columns:
    """Creation (or the handoff to humans) to the first human public reply."""
    told = timeline.waits
    if rule.first_reply_from != "creation":
        told = waits(timeline.states, first_reply_from=rule.first_reply_from)
    return _waits(told.where(told.first))


def _next_reply(timeline: Timeline, rule: Rule) -> Columns:
    """The oldest unanswered requester message to the next human public reply, or a solve."""
    told = timeline.waits
    if rule.next_reply_starts != "after_first_reply":
        told = waits(timeline.states, next_reply_starts=rule.next_reply_starts)
    return _waits(told.where(~told.first))


def _waits(told: Waits) -> Columns:
    return told.ticket, told.waiting_since, told.ended_at, told.ended_by, told.agent


def _first_resolution(timeline: Timeline, rule: Rule) -> Columns:
    """Creation to the first solve."""
    return _until_solved(timeline, timeline.solves.nth == 1)


def _resolution(timeline: Timeline, rule: Rule) -> Columns:
    """Creation to the solve that still holds; a reopened ticket runs on."""
    spans = timeline.spans
    here = np.maximum.accumulate(np.where(among(GONE, spans.status), 0, np.arange(len(spans))))
    last = np.append(spans.first[1:], len(spans)) - 1
    settled = among(DONE, spans.status[here[last]])
    return _until_solved(timeline, timeline.solves.last & settled[timeline.solves.ticket])


def _until_solved(timeline: Timeline, chosen: Flags) -> Columns:
    """One run a ticket, from creation to its solve among `chosen`."""
    solves, tickets = timeline.solves, len(timeline.tickets)
    ended_at = np.full(tickets, OPEN_END)
    agent = np.zeros(tickets, dtype=np.int32)
    ended_at[solves.ticket[chosen]] = solves.solved_at[chosen]
    agent[solves.ticket[chosen]] = solves.solver[chosen]
    ended_by = np.where(ended_at < OPEN_END, EndedBy.SOLVE, EndedBy.STILL)
    return np.arange(tickets), timeline.tickets.created_at, ended_at, ended_by, agent


def _update(timeline: Timeline, rule: Rule) -> Columns:
    """Each word of an agent (or creation, or any contact) to the next one, or a solve.

    A run begins only where the ticket is unsolved once the instant's other changes are in.
    """
    states, events = timeline.states, timeline.states.events
    replied, solved = is_human_reply(states), is_solve(states)
    begins = replied.copy()
    if rule.update_starts != "reply":
        begins[states.first] = True
    if rule.update_starts == "contact":
        begins |= events.type == EventType.REQUESTER_MESSAGE
    marks = np.flatnonzero(begins | solved)
    ticket = events.ticket[marks]
    starts = np.flatnonzero(begins[marks])
    end = np.append(marks[1:], -1)[starts]
    ended = np.append(ticket[1:], -1)[starts] == ticket[starts]
    started_at = states.at[marks[starts]]
    ended_at = np.where(ended, states.at[end], OPEN_END)
    ended_by = np.select([~ended, solved[end] & ~replied[end]], [EndedBy.STILL, EndedBy.SOLVE], EndedBy.REPLY)
    agent = np.where(ended & replied[end], events.actor[end], 0)
    span = span_at(timeline.spans, ticket[starts], started_at)
    kept = (ended_at > started_at) & ~among(DONE, timeline.spans.status[span])
    return ticket[starts][kept], started_at[kept], ended_at[kept], ended_by[kept], agent[kept]


def _ownership(timeline: Timeline, rule: Rule) -> Columns:
    """Each stretch in which one team held the unsolved ticket."""
    spans = timeline.spans
    held = among(UNSOLVED, spans.status) & (spans.team != 0)
    goes_on = held[1:] & held[:-1]
    goes_on &= (spans.ticket[1:] == spans.ticket[:-1]) & (spans.team[1:] == spans.team[:-1])
    start = np.flatnonzero(held & ~np.concatenate(([False], goes_on)))
    last = np.flatnonzero(held & ~np.append(goes_on, False))
    after = np.append(spans.status[1:], Status.NEW)[last]
    ended_by = np.select(
        [spans.end_at[last] == OPEN_END, among(DONE, after), among(GONE, after)],
        [EndedBy.STILL, EndedBy.SOLVE, EndedBy.CANCEL],
        EndedBy.MOVE,
    )
    kept = spans.end_at[last] > spans.start_at[start]
    start, last = start[kept], last[kept]
    nobody = np.zeros(len(start), dtype=np.int32)
    return spans.ticket[start], spans.start_at[start], spans.end_at[last], ended_by[kept], nobody


def span_at(spans: Spans, ticket: Rows, at: Instants) -> Rows:
    """The span in force at `at` in each `ticket`: the last one begun by then."""
    return np.searchsorted(place(spans.ticket, spans.start_at), place(ticket, at), "right") - 1


def place(ticket: Rows, at: Instants) -> Rows:
    """Ticket and instant as one sortable number, good for 2**27 tickets and the years 1698-3875."""
    return (ticket << FIELD) + np.clip(at, -EARLIEST, LATEST) + EARLIEST


BEGINNINGS = {
    PromiseKind.FIRST_REPLY: _first_reply,
    PromiseKind.NEXT_REPLY: _next_reply,
    PromiseKind.FIRST_RESOLUTION: _first_resolution,
    PromiseKind.RESOLUTION: _resolution,
    PromiseKind.REQUESTER_WAIT: _resolution,
    PromiseKind.AGENT_WORK: _resolution,
    PromiseKind.PAUSABLE_UPDATE: _update,
    PromiseKind.PERIODIC_UPDATE: _update,
    PromiseKind.OWNERSHIP: _ownership,
}
