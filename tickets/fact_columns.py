"""What a timeline and its promises say, as the columns of the fact tables. No database here."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import Column, bigint, boolean, instants, integer, smallint
from tickets.event_rows import History
from tickets.policy_versions import ServiceLevels
from tickets.runs import ordinal, span_at
from tickets.sla import ALWAYS_OPEN, NONE, Promises, match, promises
from tickets.solves import WAITING
from tickets.states import OPEN_END, UNSET, Instants, Rows, among
from tickets.timeline import Timeline
from tickets.vocabulary import UNSOLVED, ActorKind, EventType, PromiseState
from tickets.waits import EndedBy

CUTS = ("team", "priority", "channel", "language", "reason")

AUTOMATIC = [ActorKind.BOT.value, ActorKind.SYSTEM.value]

Columns = dict[str, Column]


@dataclass(frozen=True)
class Bench:
    """One batch of tickets with all that its facts are told from; `now` in seconds."""

    history: History
    timeline: Timeline
    levels: ServiceLevels
    now: int

    def subject(self, ticket: Rows) -> Columns:
        """Whose rows they are."""
        return {
            "ticket": bigint(self.history.tickets[ticket]),
            "source": smallint(self.history.source[ticket]),
        }

    def cuts(self, span: Rows, **known: NDArray) -> Columns:
        """The codes in force in each row's span, or `known` better."""
        spans = self.timeline.spans
        return {name: integer(known.get(name, getattr(spans, name)[span])) for name in CUTS}

    def open_seconds(self, ticket: Rows, at: Instants) -> NDArray[np.int64]:
        """Readings of each ticket's own clock: its policy's calendar at creation, else wall time."""
        calendar = self.calendar[ticket]
        told = at.copy()
        for index in np.unique(calendar[calendar != ALWAYS_OPEN]):
            rows = np.flatnonzero(calendar == index)
            told[rows] = self.levels.clocks[index].open_seconds(at[rows])
        return told

    @cached_property
    def calendar(self) -> NDArray[np.int32]:
        """Each ticket's calendar: an index into the clocks, or ALWAYS_OPEN."""
        spans, levels, created_at = self.timeline.spans, self.levels, self.timeline.tickets.created_at
        created = span_at(spans, np.arange(len(created_at)), created_at)
        policy = match(levels.policies, spans, source=self.history.source)[created]
        return np.append(levels.calendar_of, ALWAYS_OPEN)[np.where(policy == NONE, -1, policy)]


def ticket_columns(bench: Bench) -> Columns:
    """One row a ticket; its ref is not among what events say."""
    told, history = bench.timeline.tickets, bench.history
    return {
        "id": bigint(history.tickets),
        "source": smallint(history.source),
        "requester": _unless_unset(history.requester),
        "created_team": integer(told.created_team),
        "status": smallint(told.status),
        "status_since": instants(_status_since(bench.timeline)),
        **{name: integer(getattr(told, name)) for name in (*CUTS, "assignee")},
        **{
            f"{name}_at": instants(getattr(told, f"{name}_at"))
            for name in (
                "created",
                "updated",
                "first_assigned",
                "first_reply",
                "first_solved",
                "last_solved",
                "first_closed",
            )
        },
        "waiting_since": instants(_waiting_since(bench.timeline)),
        "last_requester_message_at": instants(
            _last_at(bench.timeline, bench.timeline.states.events.type == EventType.REQUESTER_MESSAGE)
        ),
        "last_agent_touch_at": instants(
            _last_at(bench.timeline, bench.timeline.states.events.actor_kind == ActorKind.AGENT)
        ),
        **{
            name: integer(getattr(told, name))
            for name in (
                "public_replies",
                "requester_messages",
                "internal_notes",
                "touches",
                "reopens",
                "reassignments",
                "transfers",
            )
        },
        "has_waited": boolean(told.waited),
        "priority_changed": boolean(told.priority_changed),
        "merged_into": _unless_unset(history.merged_into),
        "follow_up_of": _unless_unset(history.follow_up_of),
        "events": integer(history.count),
    }


def span_columns(bench: Bench) -> Columns:
    """One row a span."""
    spans = bench.timeline.spans
    row = np.arange(len(spans))
    return {
        **bench.subject(spans.ticket),
        **bench.cuts(row),
        "seq": integer(row - spans.first[spans.ticket]),
        "start_at": instants(spans.start_at),
        "end_at": instants(spans.end_at),
        "status": smallint(spans.status),
        "assignee": integer(spans.assignee),
        "entered": smallint(spans.entered),
        "left": smallint(spans.left),
        "is_reassigned": boolean(spans.reassigned),
        "is_transferred": boolean(spans.transferred),
    }


def reply_columns(bench: Bench) -> Columns:
    """One row an answered wait."""
    replies = bench.timeline.replies
    since, at = replies.waiting_since, replies.ended_at
    opened, answered = (bench.open_seconds(replies.ticket, each) for each in (since, at))
    return {
        **bench.subject(replies.ticket),
        **bench.cuts(span_at(bench.timeline.spans, replies.ticket, at), team=replies.team),
        "nth": integer(ordinal(replies.ticket)),
        "waiting_since": instants(since),
        "replied_at": instants(at),
        "agent": integer(replies.agent),
        "is_first": boolean(replies.first),
        "wait_s": bigint(at - since),
        "wait_business_s": bigint(answered - opened),
    }


def solve_columns(bench: Bench) -> Columns:
    """One row a resolution."""
    solves, tickets = bench.timeline.solves, bench.timeline.tickets
    span = span_at(bench.timeline.spans, solves.ticket, solves.solved_at)
    created_at = tickets.created_at[solves.ticket]
    opened = bench.open_seconds(solves.ticket, created_at)
    solved = bench.open_seconds(solves.ticket, solves.solved_at)
    automatic = np.isin(solves.solver_kind, AUTOMATIC)
    return {
        **bench.subject(solves.ticket),
        **bench.cuts(span, team=solves.team, priority=solves.priority),
        "nth": integer(solves.nth),
        "created_at": instants(created_at),
        "solved_at": instants(solves.solved_at),
        "solver": integer(np.where(automatic, 0, solves.solver)),
        "is_automatic": boolean(automatic),
        "is_first": boolean(solves.nth == 1),
        "is_last": boolean(solves.last),
        "reopened_at": instants(solves.reopened_at),
        "reopened_by": smallint(solves.reopened_by),
        "replies": integer(solves.replies),
        "reassignments": integer(solves.reassignments),
        "resolution_s": bigint(solves.solved_at - created_at),
        "resolution_business_s": bigint(solved - opened),
        "wait_s": bigint(solves.wait_s),
        "wait_business_s": bigint(_business_wait(bench)[span]),
    }


def worklog_columns(bench: Bench) -> Columns:
    """One row an event that logged time."""
    states = bench.timeline.states
    rows = np.flatnonzero(bench.history.logged_s)
    ticket = states.events.ticket[rows]
    by_agent = (states.events.actor_kind[rows] == ActorKind.AGENT) & (states.events.actor[rows] != 0)
    return {
        **bench.subject(ticket),
        **{name: integer(getattr(states, name)[rows]) for name in CUTS},
        "nth": integer(ordinal(ticket)),
        "logged_at": instants(states.at[rows]),
        "agent": integer(np.where(by_agent, states.events.actor[rows], states.assignee[rows])),
        "seconds": integer(bench.history.logged_s[rows]),
    }


def promise_columns(bench: Bench) -> Columns:
    """One row a promise. One that runs is decided when it falls due, unless something happens."""
    levels = bench.levels
    told = promises(bench.timeline, levels.policies, levels.clocks, now=bench.now, source=bench.history.source)
    cancelled = told.state == PromiseState.CANCELLED
    running = told.state == PromiseState.RUNNING
    decided_at = np.where(cancelled, OPEN_END, np.where(running, told.due_at, told.decided_at))
    cut_at = np.maximum(np.minimum(told.decided_at - 1, bench.now), told.started_at)
    return {
        **bench.subject(told.ticket),
        **bench.cuts(told.span),
        "kind": smallint(told.kind),
        "run": integer(told.run),
        "policy": integer(levels.policy_ids[told.policy]),
        "calendar": integer(levels.calendar_ids(told.calendar, cut_at)),
        "target_s": bigint(told.target_s),
        "started_at": instants(told.started_at),
        "due_at": instants(told.due_at),
        "fulfilled_at": instants(told.fulfilled_at),
        "cancelled_at": instants(np.where(cancelled, told.decided_at, OPEN_END)),
        "decided_at": instants(decided_at),
        "state": smallint(told.state),
        "elapsed_s": bigint(told.elapsed_s),
        "business_elapsed_s": bigint(told.business_elapsed_s),
        "paused_s": bigint(told.paused_s),
        "overshoot_s": _overshoot(told),
        "owner": integer(told.owner),
    }


def _overshoot(told: Promises) -> Column:
    """Seconds over the target on the promise's own clock, of those kept late."""
    late = (told.state == PromiseState.MISSED) & (told.fulfilled_at < OPEN_END)
    return bigint(np.where(late, told.used_s - told.target_s, 0), null=~late)


def _business_wait(bench: Bench) -> NDArray[np.int64]:
    """Open seconds in new, open or hold from the ticket's creation to the start of each span."""
    spans = bench.timeline.spans
    opened = bench.open_seconds(spans.ticket, spans.start_at)
    spent = np.where(among(WAITING, spans.status), np.append(np.diff(opened), 0), 0)
    spent[np.append(spans.first[1:], len(spans)) - 1] = 0  # what lasts still has no end
    before = np.cumsum(spent) - spent
    return before - before[spans.first][spans.ticket]


def _status_since(timeline: Timeline) -> Instants:
    """Since when each ticket has had its status."""
    return _last_at(timeline, timeline.states.changed["status"], default=timeline.tickets.created_at)


def _last_at(timeline: Timeline, flags: NDArray, *, default: Instants | None = None) -> Instants:
    """When each ticket's last event marked by `flags` happened; OPEN_END where none did."""
    states = timeline.states
    told = np.full(len(timeline.tickets), OPEN_END) if default is None else default.copy()
    rows = np.flatnonzero(flags)
    told[states.events.ticket[rows]] = states.at[rows]
    return told


def _waiting_since(timeline: Timeline) -> Instants:
    """Since when the requester of each unsolved ticket has waited for a word."""
    waits, tickets = timeline.waits, timeline.tickets
    told = np.full(len(tickets), OPEN_END)
    still = waits.ended_by == EndedBy.STILL
    told[waits.ticket[still]] = waits.waiting_since[still]
    return np.where(among(UNSOLVED, tickets.status), told, OPEN_END)


def _unless_unset(values: NDArray[np.int64]) -> Column:
    return bigint(values, null=values == UNSET)
