"""Promises judged stretch by stretch, written from the definitions of the kinds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.facts import Promise
from tests.oracle.levels import CONDITIONS, Levels, Terms, matched_at
from tests.oracle.replay import Moment, State, Stretch, gone_at
from tickets.connectors.drafts import Draft
from tickets.vocabulary import ActorKind, EventType

BACKLOG = ("new", "open", "pending", "hold")
COUNTED = {
    "requester_wait": ("new", "open", "hold"),
    "agent_work": ("new", "open"),
    "pausable_update": ("new", "open", "hold"),
}
KINDS = (
    "first_reply",
    "next_reply",
    "first_resolution",
    "resolution",
    "requester_wait",
    "agent_work",
    "pausable_update",
    "periodic_update",
    "ownership",
)


@dataclass(frozen=True)
class Run:
    """From `start` to `end` (None: still); kept when ended as promised, else called off. `by` kept it."""

    start: int
    end: int | None
    is_kept: bool
    by: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of a run in one state. `judges` tells that the terms were in force and not only borrowed."""

    start: int
    end: int | None
    state: State
    terms: Terms
    judges: bool
    runs: bool


def promises(ref: str, seen: Sequence[Moment], cut: Sequence[Stretch], *, levels: Levels, now: int) -> list[Promise]:
    """Every promise made on one ticket."""
    told = []
    for kind in KINDS:
        went_at = gone_at(cut, or_closed=kind == "first_reply")
        runs = [run for run in _runs(kind, seen, cut) if went_at is None or run.start <= went_at]
        for number, run in enumerate(runs, start=1):
            if went_at is not None and (run.end is None or run.end > went_at):
                run = Run(run.start, went_at, is_kept=False)
            parts, lapsed_at = _parts(kind, run, seen, cut, levels)
            if parts:
                told.append(_judged(ref, kind, number, run, parts, lapsed_at, now))
    return told


# -- runs


def _runs(kind: str, seen: Sequence[Moment], cut: Sequence[Stretch]) -> Iterator[Run]:
    match kind:
        case "first_reply":
            return _first_reply(seen)
        case "next_reply":
            return _next_reply(seen)
        case "first_resolution":
            return _first_resolution(seen)
        case "resolution" | "requester_wait" | "agent_work":
            return _resolution(seen)
        case "pausable_update" | "periodic_update":
            return _update(seen)
    return _ownership(seen)


def _first_reply(seen: Sequence[Moment]) -> Iterator[Run]:
    """Creation to the first human public reply; nobody waits for one that opened the ticket."""
    replies = [moment for moment in seen if moment.is_reply]
    first = seen[0]
    opened_by_us = first.draft.type is EventType.TICKET_CREATED and first.draft.actor_kind is ActorKind.AGENT
    if replies and opened_by_us and replies[0].at == first.at:
        return
    if replies:
        yield Run(first.at, replies[0].at, is_kept=True, by=replies[0].draft.actor_ref or "")
    else:
        yield Run(first.at, None, is_kept=False)


def _next_reply(seen: Sequence[Moment]) -> Iterator[Run]:
    """The oldest unanswered requester message after the first reply, to the next one or a solve."""
    has_reply, since = False, None
    for moment in seen:
        if since is not None and (moment.is_reply or moment.is_solve):
            by = moment.draft.actor_ref or "" if moment.is_reply else ""
            yield Run(since, moment.at, is_kept=True, by=by)
            since = None
        if moment.is_reply:
            has_reply = True
        elif has_reply and since is None and moment.draft.type is EventType.REQUESTER_MESSAGE:
            since = moment.at
    if since is not None:
        yield Run(since, None, is_kept=False)


def _first_resolution(seen: Sequence[Moment]) -> Iterator[Run]:
    solves = [moment for moment in seen if moment.is_solve]
    end = solves[0] if solves else None
    yield Run(seen[0].at, end.at if end else None, is_kept=end is not None, by=_solver(end))


def _resolution(seen: Sequence[Moment]) -> Iterator[Run]:
    """Creation to the solve that holds: the last one, unless the ticket came back."""
    end = None
    for moment in seen:
        if moment.is_solve:
            end = moment
        elif moment.after.is_in_backlog:
            end = None
    yield Run(seen[0].at, end.at if end else None, is_kept=end is not None, by=_solver(end))


def _solver(moment: Moment | None) -> str:
    """The agent who solved, else the assignee."""
    if moment is None:
        return ""
    draft: Draft = moment.draft
    is_agent = draft.actor_kind is ActorKind.AGENT and draft.actor_ref
    return draft.actor_ref or "" if is_agent else moment.after.assignee


def _update(seen: Sequence[Moment]) -> Iterator[Run]:
    """Each public reply that leaves the ticket unsolved, to the next one or a solve."""
    marks = [moment for moment in seen if moment.is_reply or moment.is_solve]
    for place, mark in enumerate(marks):
        after = marks[place + 1] if place + 1 < len(marks) else None
        if not mark.is_reply or mark.at_last.is_done:
            continue
        if after is None:
            yield Run(mark.at, None, is_kept=False)
        elif after.at > mark.at:
            by = after.draft.actor_ref or "" if after.is_reply else ""
            yield Run(mark.at, after.at, is_kept=True, by=by)


def _ownership(seen: Sequence[Moment]) -> Iterator[Run]:
    """Each time a team held the unsolved ticket: until it gave it on or solved it."""
    since = None
    for place, moment in enumerate(seen):
        after = moment.after
        before = moment.before if place else State()
        holds = after.is_in_backlog and after.team != ""
        if since is not None and (not holds or before.team != after.team):
            if moment.at > since:
                yield Run(since, moment.at, is_kept=not after.is_gone)
            since = None
        if holds and since is None:
            since = moment.at
    if since is not None:
        yield Run(since, None, is_kept=False)


# -- verdicts


def _parts(
    kind: str, run: Run, seen: Sequence[Moment], cut: Sequence[Stretch], levels: Levels
) -> tuple[list[Part], int | None]:
    """A run cut by the states of its ticket, and when it was left without a policy for good.

    Before a policy came the next one's terms count, but cannot be missed yet.
    """
    overlaps = [s for s in cut if (run.end is None or s.at < run.end) and (s.until is None or s.until > run.start)]
    if not overlaps:  # of no length: it lies in the state that its instant ends in
        overlaps = [[s for s in cut if s.at <= run.start][-1]]
    targets = [_target(kind, s, seen, levels) for s in overlaps]
    parts: list[Part] = []
    for place, stretch in enumerate(overlaps):
        target = next((each for each in targets[place:] if each), None)
        if target is None:
            return parts, max(stretch.at, run.start)
        terms = levels.of(target)
        status = stretch.state.status
        ends = [at for at in (stretch.until, run.end) if at is not None]
        parts.append(
            Part(
                start=max(stretch.at, run.start),
                end=min(ends, default=None),
                state=stretch.state,
                terms=terms,
                judges=targets[place] is not None,
                runs=status in COUNTED.get(kind, BACKLOG) and status not in terms.pauses_in,
            )
        )
    return parts, None


def _target(kind: str, stretch: Stretch, seen: Sequence[Moment], levels: Levels) -> Mapping[str, Any] | None:
    """The target in force in a stretch; one that goes by creation judges as if no priority had changed."""
    state = stretch.state
    as_created = replace(state, priority=seen[0].after.priority)
    at = matched_at(seen, stretch.at, by=[name for name in CONDITIONS if name != "priority"])
    frozen = levels.terms(levels.policy(as_created, matched_at=at), kind, as_created.priority)
    if frozen and frozen.get("priority_from") == "creation":
        return frozen
    policy = levels.policy(state, matched_at=matched_at(seen, stretch.at))
    current = levels.terms(policy, kind, state.priority)
    return None if current and current.get("priority_from") == "creation" else current


def _judged(
    ref: str, kind: str, number: int, run: Run, parts: Sequence[Part], lapsed_at: int | None, now: int
) -> Promise:
    """The verdict: missed once more has run than the target allows."""
    used, due_at, due_in, is_missed = 0, None, None, False
    for part in parts:
        end = now if part.end is None else part.end
        spent = part.terms.clock.elapsed(part.start, end) if part.runs else 0
        left = part.terms.seconds - used
        can_be_missed = part.judges and not is_missed
        used += spent
        if not can_be_missed:
            continue
        late_boundary = part.terms.boundary == "next_open"
        if left > 0 or (left == 0 and late_boundary):
            due_at, due_in = None, None  # also where a longer target took over just in time
        if due_at is None:
            if left < 0 or (left == 0 and not late_boundary):
                due_at, due_in = part.start, part
            elif part.runs and (spent > left or (spent == left and not late_boundary)):
                due_at = part.terms.clock.reach(part.start, left, boundary=part.terms.boundary)
                due_in = part
        is_missed = left < 0 or (part.runs and spent > left)
    is_called_off = not is_missed and (lapsed_at is not None or (run.end is not None and not run.is_kept))
    is_met = not is_missed and not is_called_off and run.is_kept
    is_running = not (is_missed or is_called_off or is_met) and parts[-1].runs
    decided = due_in if (is_missed or is_running) and due_in else parts[-1]
    if is_missed:
        decided_at = due_at
    elif is_met:
        assert run.end is not None
        decided_at = run.end if due_at is None else min(due_at, run.end)
    elif is_running and due_at is not None and due_at <= now:
        decided_at = due_at  # used up to the second: missed unless it is kept before the next opening
    else:
        decided_at = None
    return Promise(
        ticket=ref,
        at=run.start,
        team=decided.state.team,
        cuts=decided.state.cuts,
        kind=kind,
        run=number,
        target_s=decided.terms.seconds,
        decided_at=decided_at,
        cancelled_at=min(at for at in (lapsed_at, run.end) if at is not None) if is_called_off else None,
        is_met=is_met,
        owner=decided.state.assignee or (run.by if is_met else ""),
        overshoot_s=used - decided.terms.seconds if is_missed and run.is_kept else None,
    )
