"""Promises judged second by second, one ticket at a time: slow, short, and written without numpy.

Only for clocks that never close, policies by team, targets by priority, and events a few seconds
apart. It stands beside the engine as a second opinion.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest

from tickets.policy import Policy, Target
from tickets.states import UNSET, Events
from tickets.vocabulary import DONE, GONE, UNSOLVED, ActorKind, EventType, PromiseKind, Status

NEVER = None
WAITING = UNSOLVED - {Status.PENDING}
COUNTED = {
    PromiseKind.REQUESTER_WAIT: WAITING,
    PromiseKind.AGENT_WORK: WAITING - {Status.HOLD},
    PromiseKind.PAUSABLE_UPDATE: WAITING,
}
UPDATES = (PromiseKind.PAUSABLE_UPDATE, PromiseKind.PERIODIC_UPDATE)


@dataclass(frozen=True)
class State:
    """What is in force in a second."""

    status: int = Status.NEW
    priority: int = 0
    team: int = 0


@dataclass(frozen=True)
class Mark:
    """An event, the status before it and the state after it."""

    at: int
    type: int
    by_agent: bool
    before: int
    state: State

    @property
    def after(self) -> int:
        return self.state.status

    @property
    def replies(self) -> bool:
        return self.type == EventType.AGENT_REPLY and self.by_agent

    @property
    def solves(self) -> bool:
        return self.before in UNSOLVED and self.after in DONE


Run = tuple[int, int | None, str]  # started, ended, how
Verdict = tuple[int, int, int, str, int, int, int | None, int | None]


def verdicts(events: Events, policies: list[Policy], *, now: int) -> list[Verdict]:
    """(ticket, kind, run, state, elapsed, paused, fulfilled at, due at if missed), in order."""
    told: list[Verdict] = []
    for ticket in sorted(set(events.ticket.tolist())):
        marks, seconds = replay(events, ticket, until=now + 1)
        for kind in sorted({target.kind for policy in policies for target in policy.targets}):
            for number, run in enumerate(RUNS[kind](marks, seconds), start=1):
                over = GONE | {Status.CLOSED} if kind == PromiseKind.FIRST_REPLY else GONE
                verdict = judge(run, kind, seconds, policies, now, gone_for_good(marks, over))
                if verdict is not None:
                    told.append((ticket, kind, number, *verdict))
    return told


def replay(events: Events, ticket: int, *, until: int) -> tuple[list[Mark], list[State]]:
    """The marks of a ticket, and its state in every second from 0 to `until`, changes included."""
    marks, state, alive = [], State(), int(Status.NEW)
    changes: dict[int, State] = {}
    for row in range(len(events)):
        if events.ticket[row] != ticket:
            continue
        before, kind, said = state.status, events.type[row], int(events.status[row])
        gone = {EventType.TICKET_MERGED: Status.MERGED, EventType.TICKET_DELETED: Status.DELETED}
        if kind in gone:
            status = int(gone[kind])
        elif kind == EventType.TICKET_RESTORED or said == UNSET:
            status = alive if kind == EventType.TICKET_RESTORED else before
        else:
            status = before if before in GONE and said in DONE else said
        alive = alive if status in GONE else status
        priority, team = int(events.priority[row]), int(events.team[row])
        state = replace(
            state,
            status=status,
            priority=state.priority if priority == UNSET else priority,
            team=state.team if team == UNSET else team,
        )
        by_agent = events.actor_kind[row] == ActorKind.AGENT
        marks.append(Mark(int(events.at[row]), int(kind), bool(by_agent), before, state))
        changes[int(events.at[row])] = state
    seconds: list[State] = []
    for second in range(until + 1):
        seconds.append(changes.get(second, seconds[-1] if seconds else State()))
    return marks, seconds


def first_reply(marks: list[Mark], seconds: list[State]) -> list[Run]:
    reply = next((mark.at for mark in marks if mark.replies), NEVER)
    outbound = reply == marks[0].at and marks[0].by_agent
    return [] if outbound else [(marks[0].at, reply, "kept" if reply is not None else "still")]


def next_reply(marks: list[Mark], seconds: list[State]) -> list[Run]:
    runs: list[Run] = []
    answered, since = False, NEVER
    for mark in marks:
        if mark.replies or mark.solves:
            if since is not None:
                runs.append((since, mark.at, "kept"))
            answered, since = answered or mark.replies, NEVER
        elif mark.type == EventType.REQUESTER_MESSAGE and answered and since is None:
            since = mark.at
    return runs if since is None else [*runs, (since, NEVER, "still")]


def first_resolution(marks: list[Mark], seconds: list[State]) -> list[Run]:
    solve = next((mark.at for mark in marks if mark.solves), NEVER)
    return [(marks[0].at, solve, "kept" if solve is not None else "still")]


def resolution(marks: list[Mark], seconds: list[State]) -> list[Run]:
    solve = NEVER
    for mark in marks:
        if mark.solves:
            solve = mark.at
        elif mark.after in UNSOLVED and mark.before not in UNSOLVED:
            solve = NEVER
    return [(marks[0].at, solve, "kept" if solve is not None else "still")]


def update(marks: list[Mark], seconds: list[State]) -> list[Run]:
    stops = [mark for mark in marks if mark.replies or mark.solves]
    runs: list[Run] = []
    for mark, following in zip_longest(stops, stops[1:]):
        end = following.at if following else NEVER
        if mark.replies and end != mark.at and seconds[mark.at].status not in DONE:
            runs.append((mark.at, end, "kept" if following else "still"))
    return runs


def ownership(marks: list[Mark], seconds: list[State]) -> list[Run]:
    runs: list[Run] = []
    since = NEVER
    owner = 0
    for mark in marks:
        holder = mark.state.team if mark.after in UNSOLVED else 0
        if since is not None and holder != owner:
            if since < mark.at:
                runs.append((since, mark.at, "gone" if mark.after in GONE else "kept"))
            since = NEVER
        if since is None and holder:
            since, owner = mark.at, holder
    return runs if since is None else [*runs, (since, NEVER, "still")]


RUNS: dict[PromiseKind, Callable[[list[Mark], list[State]], list[Run]]] = {
    PromiseKind.FIRST_REPLY: first_reply,
    PromiseKind.NEXT_REPLY: next_reply,
    PromiseKind.FIRST_RESOLUTION: first_resolution,
    PromiseKind.RESOLUTION: resolution,
    PromiseKind.REQUESTER_WAIT: resolution,
    PromiseKind.AGENT_WORK: resolution,
    PromiseKind.PAUSABLE_UPDATE: update,
    PromiseKind.PERIODIC_UPDATE: update,
    PromiseKind.OWNERSHIP: ownership,
}


def judge(
    run: Run,
    kind: PromiseKind,
    seconds: list[State],
    policies: list[Policy],
    now: int,
    gone_at: int | None,
) -> tuple[str, int, int, int | None, int | None] | None:
    """State, elapsed, paused, fulfilled at, due at if missed; None where nobody promised anything."""
    start, end, how = run
    if gone_at is not None:
        if start > gone_at:
            return None
        if end is None or end > gone_at:
            end, how = gone_at, "gone"
    stop = now if end is None else end
    targets = [target_in(seconds[second], kind, policies) for second in range(start, max(stop, start + 1))]
    if end is None:
        targets.append(target_in(seconds[stop], kind, policies))  # what is in force from now on
    while targets and targets[-1] is None:
        targets.pop()
        stop, how = start + len(targets), "gone"
    if not targets:
        return None
    elapsed, paused, due, missed = 0, 0, NEVER, False
    running = False
    for second, own in enumerate(targets, start=start):
        used = own or next(target for target in targets[second - start :] if target is not None)
        counted = COUNTED.get(kind, UNSOLVED) - used.pauses_in
        running = seconds[second].status in counted
        if own is not None and not missed:
            due = NEVER if elapsed < own.seconds else second if due is None else due
            missed = elapsed > own.seconds or (running and elapsed == own.seconds and second < stop)
        if second < stop:
            elapsed, paused = elapsed + running, paused + (not running)
        if own is not None and due is None and elapsed >= own.seconds:
            due = second + 1
    ends = {"kept": "met", "gone": "cancelled", "still": "running" if running else "paused"}
    state = "missed" if missed else ends[how]
    fulfilled_at = end if how == "kept" or (run[2] == "kept" and end == run[1]) else NEVER
    return state, elapsed, paused, fulfilled_at, due if missed else NEVER


def target_in(state: State, kind: PromiseKind, policies: list[Policy]) -> Target | None:
    """The target in force: of the first policy that holds, for the priority or for all."""
    for policy in sorted(policies, key=lambda policy: policy.order):
        if state.team in policy.conditions.get("team", {state.team}):
            of_kind = {target.priority: target for target in policy.targets if target.kind == kind}
            return of_kind.get(state.priority, of_kind.get(None))
    return None


def gone_for_good(marks: list[Mark], over: frozenset[Status]) -> int | None:
    """When the last stretch began in which the ticket is over, if that still lasts."""
    gone_at = NEVER
    for mark in marks:
        if mark.after not in over:
            gone_at = NEVER
        elif gone_at is None:
            gone_at = mark.at
    return gone_at
