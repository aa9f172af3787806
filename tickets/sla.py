"""What became of every promise: when it was due, whether it was kept, and how long it took.

Every kind of promise is judged by one formulation. A run of its clock is cut by the spans of the
ticket into segments; each segment counts by the target in force in it, or not at all where that
target pauses; the first segment in which the sum reaches its target decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.policy import ALWAYS_OPEN, NONE, BadPolicy, Policy, Target, Terms, match
from tickets.runs import Rule, Runs, ordinal, place, runs
from tickets.states import OPEN_END, Codes, Flags, Instants, Rows, among
from tickets.succession import Hours
from tickets.timeline import Timeline
from tickets.vocabulary import PromiseState
from tickets.waits import EndedBy

__all__ = [
    "ALWAYS_OPEN",
    "NONE",
    "BadPolicy",
    "Policy",
    "Promises",
    "Target",
    "match",
    "promises",
]


@dataclass(frozen=True, kw_only=True)
class Promises:
    """Parallel columns, one row a run of a target on a ticket, ordered by (ticket, kind, run).

    `policy` and `calendar` index what was given to `promises`; policy, `target_s`, `owner` and
    `team` are those in force when the promise was decided (now, if it is not). Instants are
    OPEN_END where there is none: `due_at` of a paused or cancelled promise, `fulfilled_at` of one
    not kept yet, `decided_at` (the earlier of the two, or the end of a cancelled one) of one
    undecided. `elapsed_s` counts wall seconds while the promise ran, `business_elapsed_s` the open
    ones among them, `paused_s` the wall seconds while it did not: from start to fulfilment,
    cancellation or now; `used_s` is what counted against the target, each stretch by the clock that
    was promised in it. `span` is the row of the timeline's spans that `team` and `owner` are of.
    """

    ticket: Rows
    kind: NDArray[np.uint8]
    run: Codes
    policy: Codes
    calendar: Codes
    started_at: Instants
    due_at: Instants
    fulfilled_at: Instants
    decided_at: Instants
    state: NDArray[np.uint8]
    elapsed_s: NDArray[np.int64]
    business_elapsed_s: NDArray[np.int64]
    paused_s: NDArray[np.int64]
    used_s: NDArray[np.int64]
    target_s: NDArray[np.int64]
    owner: Codes
    team: Codes
    span: Rows

    def __len__(self) -> int:
        return len(self.ticket)


def promises(
    timeline: Timeline,
    policies: Sequence[Policy],
    clocks: Sequence[Hours],
    *,
    now: int,
    source: Codes | None = None,
) -> Promises:
    """Every promise that `policies` make on the tickets of `timeline`, judged as of `now`.

    `clocks` are what the targets' calendars index, `source` a code a ticket for conditions on it.
    A promise is missed once its clock has run longer than the target, so that one used up exactly
    at closing time can still be kept until the next opening.
    """
    bench = Bench.of(timeline, policies, clocks, now=now, source=source)
    parts = [judge(bench, rule) for rule in bench.terms.rules()]
    joined = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts] or [np.zeros(0, np.int64)])
        for f in fields(Promises)
    }
    subject = (joined["ticket"] << 8) + joined["kind"]
    rows = np.argsort(subject, kind="stable")
    told = {name: column[rows] for name, column in joined.items()}
    if len(parts) > len({rule.kind for rule in bench.terms.rules()}):
        told["run"] = ordinal(subject[rows])  # runs by two rules of a kind may share a number
    return Promises(**told)


@dataclass(frozen=True)
class Bench:
    """What every rule is judged with."""

    timeline: Timeline
    terms: Terms
    clocks: Sequence[Hours]
    policies: int
    now: int
    places: Rows  # of the spans
    current: Codes  # policy a span, by the priority of the span
    created: Codes  # policy a span, by the priority at creation

    @classmethod
    def of(
        cls,
        timeline: Timeline,
        policies: Sequence[Policy],
        clocks: Sequence[Hours],
        *,
        now: int,
        source: Codes | None,
    ) -> "Bench":
        """`now` is taken no earlier than the last event. Raises BadPolicy for a missing clock."""
        terms, spans = Terms.of(policies), timeline.spans
        if terms.calendar.max(initial=NONE) >= len(clocks):
            raise BadPolicy(f"a target counts by clock {terms.calendar.max()} of {len(clocks)}")
        current = match(policies, spans, source=source)
        created = current
        if terms.by_creation.any():
            priority = timeline.tickets.created_priority[spans.ticket]
            created = match(policies, spans, source=source, priority=priority)
        return cls(
            timeline=timeline,
            terms=terms,
            clocks=clocks,
            policies=len(policies),
            now=max(now, int(timeline.tickets.updated_at.max(initial=now))),
            places=place(spans.ticket, spans.start_at),
            current=current,
            created=created,
        )

    def target(self, rule: Rule) -> Codes:
        """The target of `rule` in force in each span, NONE where there is none."""
        spans, tickets = self.timeline.spans, self.timeline.tickets
        first = tickets.created_priority
        priorities = 1 + int(max(spans.priority.max(initial=0), first.max(initial=0)))
        table = self.terms.table(rule, self.policies, priorities)
        now = table[self.current + 1, spans.priority]
        if not self.terms.by_creation.any():
            return now
        then = table[self.created + 1, first[spans.ticket]]
        frozen = (then != NONE) & self.terms.by_creation[then]
        return np.where(frozen, then, np.where(self.terms.by_creation[now], NONE, now))

    def levels(self, calendar: Codes, at: Instants) -> Instants:
        """Open seconds of each instant by its own calendar."""
        level = at.copy()
        for index in np.unique(calendar[calendar != ALWAYS_OPEN]):
            rows = np.flatnonzero(calendar == index)
            level[rows] = self.clocks[index].open_seconds(at[rows])
        return level

    def instants(self, calendar: Codes, level: Instants, next_open: Flags) -> Instants:
        """The instant at which each calendar reaches its level."""
        at = level.copy()
        for index in np.unique(calendar[calendar != ALWAYS_OPEN]):
            for late, boundary in ((False, "close"), (True, "next_open")):
                rows = np.flatnonzero((calendar == index) & (next_open == late))
                at[rows] = self.clocks[index].at_level(level[rows], boundary)
        return at


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Runs cut by spans, in order; `head` is the first segment of each run that has a target.

    `target` counts in the segment, `judges` says whether it was in force or only borrowed from the
    next one. `lapsed_at` is a run's end for want of a target, OPEN_END if it kept one.
    """

    run: Rows  # of each head
    head: Rows
    tail: Rows
    lapsed_at: Instants
    of: Rows  # head's position, of each segment
    span: Rows
    start_at: Instants
    end_at: Instants
    target: Codes
    judges: Flags
    running: Flags


def cut(bench: Bench, rule: Rule, told: Runs) -> Segments:
    """The segments of `told`, without those of runs that never had a target."""
    run, span = _overlaps(bench, told)
    spans = bench.timeline.spans
    start_at = np.maximum(spans.start_at[span], told.started_at[run])
    end_at = np.minimum(spans.end_at[span], told.ended_at[run])
    target = bench.target(rule)[span]
    lends = _lender(run, target != NONE)
    lapsed_at = np.full(len(told), OPEN_END)
    lapsing = np.flatnonzero(lends < 0)[::-1]
    lapsed_at[run[lapsing]] = start_at[lapsing]  # the earliest is written last
    kept = np.flatnonzero(lends >= 0)
    run, span = run[kept], span[kept]
    heads = np.flatnonzero(np.diff(run, prepend=-1))
    lengths = np.diff(heads, append=len(run))
    borrowed, status = target[lends[kept]], spans.status[span]
    return Segments(
        run=run[heads],
        head=heads,
        tail=heads + lengths - 1,
        lapsed_at=lapsed_at[run[heads]],
        of=np.repeat(np.arange(len(heads)), lengths),
        span=span,
        start_at=start_at[kept],
        end_at=end_at[kept],
        target=borrowed,
        judges=target[kept] != NONE,
        running=among(rule.counted, status) & ~bench.terms.pauses[borrowed, status],
    )


def _overlaps(bench: Bench, told: Runs) -> tuple[Rows, Rows]:
    """(run, span) of every span that some of a run lies in; a run of 0 s lies in one."""
    spans = bench.timeline.spans
    first = np.searchsorted(bench.places, place(told.ticket, told.started_at), "right") - 1
    last = np.searchsorted(bench.places, place(told.ticket, told.ended_at), "left") - 1
    count = np.maximum(last, first) - first + 1
    run = np.repeat(np.arange(len(told)), count)
    span = np.arange(len(run)) + np.repeat(first - np.cumsum(count) + count, count)
    lasts = (spans.end_at[span] > spans.start_at[span]) | (count[run] == 1)
    return run[lasts], span[lasts]


def _lender(run: Rows, has: Flags) -> Rows:
    """For each segment the next one of its run (itself included) that has a target; -1 if none."""
    rows = np.arange(len(run))
    if has.all():
        return rows
    following = np.where(has, rows, len(run))
    following = np.minimum.accumulate(following[::-1])[::-1]
    same = run[np.minimum(following, len(run) - 1)] == run
    return np.where((following < len(run)) & same, following, -1)


@dataclass(frozen=True, kw_only=True)
class Count:
    """What each segment adds up to by the clock of its target, as of now.

    `level` is the clock's reading from which a due instant inside the segment is told: at its
    start, or at its end where it pauses. `before` is the run's sum up to its start, `spent` its
    own; `wall` and `business` are its length, running or not.
    """

    level: Instants
    before: NDArray[np.int64]
    spent: NDArray[np.int64]
    wall: NDArray[np.int64]
    business: NDArray[np.int64]


def count(bench: Bench, parts: Segments) -> Count:
    """Seconds of every segment."""
    calendar = bench.terms.calendar[parts.target]
    on_wall = bench.terms.on_wall[parts.target]
    stop_at = np.maximum(np.minimum(parts.end_at, bench.now), parts.start_at)
    opened = bench.levels(calendar, parts.start_at)
    stopped = bench.levels(calendar, stop_at)
    wall, business = stop_at - parts.start_at, stopped - opened
    spent = np.where(parts.running, np.where(on_wall, wall, business), 0)
    before = np.cumsum(spent) - spent
    return Count(
        level=np.where(
            parts.running,
            np.where(on_wall, parts.start_at, opened),
            np.where(on_wall, stop_at, stopped),
        ),
        before=before - before[parts.head][parts.of],
        spent=spent,
        wall=wall,
        business=business,
    )


def judge(bench: Bench, rule: Rule) -> Promises:
    """The promises of one rule, ordered by (ticket, run)."""
    told = runs(bench.timeline, rule)
    parts = cut(bench, rule, told)
    sums = count(bench, parts)
    due, missed = _deciding(bench.terms, parts, sums)
    ended_by, ended_at = told.ended_by[parts.run], told.ended_at[parts.run]
    kept = _was_kept(ended_by)
    lapsed = parts.lapsed_at < OPEN_END
    state = np.select(
        [missed, lapsed | (ended_by == EndedBy.CANCEL), kept, parts.running[parts.tail]],
        [PromiseState.MISSED, PromiseState.CANCELLED, PromiseState.MET, PromiseState.RUNNING],
        PromiseState.PAUSED,
    )
    last = np.where(due < len(parts.span), due, parts.tail)
    open_ended = (state == PromiseState.PAUSED) | (state == PromiseState.CANCELLED)
    due_at = np.where(open_ended, OPEN_END, _due_at(bench, parts, sums, last))
    fulfilled_at = np.where(kept, ended_at, OPEN_END)
    decided = np.where(missed | (state == PromiseState.RUNNING), last, parts.tail)
    target, span = parts.target[decided], bench.timeline.spans
    owner = span.assignee[parts.span[decided]]
    met = state == PromiseState.MET
    return Promises(
        ticket=told.ticket[parts.run],
        kind=np.full(len(parts.run), rule.kind, dtype=np.uint8),
        run=told.run[parts.run],
        policy=bench.terms.policy[target],
        calendar=bench.terms.calendar[target],
        started_at=told.started_at[parts.run],
        due_at=due_at,
        fulfilled_at=fulfilled_at,
        decided_at=_decided_at(state, due_at, fulfilled_at, np.minimum(ended_at, parts.lapsed_at)),
        state=state.astype(np.uint8),
        elapsed_s=_total(np.where(parts.running, sums.wall, 0), parts),
        business_elapsed_s=_total(np.where(parts.running, sums.business, 0), parts),
        paused_s=_total(np.where(parts.running, 0, sums.wall), parts),
        used_s=_total(sums.spent, parts),
        target_s=bench.terms.seconds[target],
        owner=np.where(met & (owner == 0), told.agent[parts.run], owner),
        team=span.team[parts.span[decided]],
        span=parts.span[decided],
    )


def _was_kept(ended_by: NDArray[np.uint8]) -> Flags:
    """Runs that ended as promised, in time or not."""
    kept: Flags = (ended_by != EndedBy.STILL) & (ended_by != EndedBy.CANCEL)
    return kept


def _deciding(terms: Terms, parts: Segments, sums: Count) -> tuple[Rows, Flags]:
    """Each run's segment in which it falls due (past the last: none), and whether it missed.

    A target used up to the second is due there unless it says next_open, but missed only by more,
    and no longer due where a longer target took over just then.
    """
    if not len(parts.head):
        return parts.head, parts.judges
    allowed, next_open = terms.seconds[parts.target], terms.next_open[parts.target]
    after, row = sums.before + sums.spent, np.arange(len(parts.span))
    late = parts.judges & (
        (parts.running & (after > allowed)) | (sums.before > allowed)  # or the target shrank
    )
    used_up = ~next_open & ((parts.running & (after == allowed)) | (sums.before == allowed))
    endless = parts.running & (parts.end_at == OPEN_END)
    due = late | (parts.judges & (used_up | endless))
    has_left = parts.judges & (sums.before < allowed + next_open)
    verdict = np.minimum.reduceat(np.where(late, row, len(row)), parts.head)
    settled = row <= np.minimum(verdict, parts.tail)[parts.of]
    since = np.maximum.reduceat(np.where(has_left & settled, row, -1), parts.head)
    first = np.where(due & (row >= since[parts.of]), row, len(row))
    return np.minimum.reduceat(first, parts.head), verdict < len(row)


def _due_at(bench: Bench, parts: Segments, sums: Count, at: Rows) -> Instants:
    """When each run falls due in the segment `at`, or would have, had it run on from there."""
    terms, target, start_at = bench.terms, parts.target[at], parts.start_at[at]
    next_open = terms.next_open[target]
    left = terms.seconds[target] - sums.before[at]
    calendar = np.where(terms.on_wall[target], ALWAYS_OPEN, terms.calendar[target])
    instants = bench.instants(calendar, sums.level[at] + np.maximum(left, 0), next_open)
    at_once = left < 1 - next_open  # the target shrank to what had run, or below
    return np.where(at_once, start_at, np.maximum(instants, start_at))


def _decided_at(state: NDArray[Any], due_at: Instants, fulfilled_at: Instants, ended_at: Instants) -> Instants:
    """When each promise was decided; OPEN_END while it is not."""
    return np.select(
        [
            (state == PromiseState.MET) | (state == PromiseState.MISSED),
            state == PromiseState.CANCELLED,
        ],
        [np.minimum(due_at, fulfilled_at), ended_at],
        OPEN_END,
    )


def _total(seconds: NDArray[np.int64], parts: Segments) -> NDArray[np.int64]:
    """The sum of each run's segments."""
    return np.add.reduceat(seconds, parts.head) if len(parts.head) else seconds
