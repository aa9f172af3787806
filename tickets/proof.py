"""The proof card of a promise: every second from start to end, and why it counted or not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from tickets.business_time import Calendar, open_intervals
from tickets.policy import ALWAYS_OPEN, Policy, Target
from tickets.runs import Runs, runs
from tickets.sla import Bench, Segments, cut
from tickets.states import Codes
from tickets.succession import Hours, Succession
from tickets.timeline import Timeline
from tickets.vocabulary import PromiseKind


class Why(StrEnum):
    """What the clock of a promise did in a stretch."""

    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed hours"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One stretch of a promise; `seconds` of it counted, `total` with it since the start.

    `policy` and `calendar` index what the promise was judged by; `holidays` and `special` are the dates
    that touch the stretch on which a holiday closed, or which had special hours. Before a policy applied,
    `in_force` is false and the policy is the one that later did.
    """

    start_at: int
    end_at: int
    why: Why
    seconds: int
    total: int
    policy: int
    calendar: int
    target_s: int
    in_force: bool
    status: int
    team: int
    assignee: int
    holidays: tuple[date, ...]
    special: tuple[date, ...]


def proof(
    timeline: Timeline,
    policies: Sequence[Policy],
    clocks: Sequence[Hours],
    *,
    kind: PromiseKind,
    run: int = 1,
    ticket: int = 0,
    now: int,
    source: Codes | None = None,
) -> list[Stretch]:
    """The stretches of one promise until it ended, or until now; none where there is no such run.

    Fold the one ticket alone and this is cheap.
    """
    bench = Bench.of(timeline, policies, clocks, now=now, source=source)
    for rule in bench.terms.rules():
        if rule.kind != kind:
            continue
        told = runs(timeline, rule)
        parts = cut(bench, rule, told)
        chosen = _chosen(told, parts, ticket, run)
        if len(chosen):
            return list(_stretches(bench, parts, chosen))
    return []


def _chosen(told: Runs, parts: Segments, ticket: int, run: int) -> list[int]:
    """The segments of one run of one ticket."""
    of_run = (told.ticket[parts.run] == ticket) & (told.run[parts.run] == run)
    return np.flatnonzero(of_run[parts.of]).tolist()


def _stretches(bench: Bench, parts: Segments, rows: list[int]) -> Iterator[Stretch]:
    """Each segment, parted at opening and closing time where hours matter."""
    spans, terms, total = bench.timeline.spans, bench.terms, 0
    for row in rows:
        span, index = int(parts.span[row]), int(parts.target[row])
        target = terms.targets[index]
        end_at = min(int(parts.end_at[row]), bench.now)
        pieces = _pieces(bench, target, int(parts.start_at[row]), end_at)
        if not parts.running[row]:
            pieces = [(int(parts.start_at[row]), end_at, Why.PAUSED, _NO_DATES)]
        for start, end, why, dates in pieces:
            seconds = end - start if why == Why.RUNNING else 0
            total += seconds
            yield Stretch(
                start_at=start,
                end_at=end,
                why=why,
                seconds=seconds,
                total=total,
                policy=int(terms.policy[index]),
                calendar=target.calendar,
                target_s=target.seconds,
                in_force=bool(parts.judges[row]),
                status=int(spans.status[span]),
                team=int(spans.team[span]),
                assignee=int(spans.assignee[span]),
                holidays=dates.holidays,
                special=dates.special,
            )


class _Dates(NamedTuple):
    """Those of a piece that are no days like others."""

    holidays: tuple[date, ...] = ()
    special: tuple[date, ...] = ()


_NO_DATES = _Dates()
Piece = tuple[int, int, Why, _Dates]


def _pieces(bench: Bench, target: Target, start: int, end: int) -> list[Piece]:
    """A running segment as open and closed pieces."""
    if target.clock == "calendar" or target.calendar == ALWAYS_OPEN or start >= end:
        return [(start, end, Why.RUNNING, _NO_DATES)]
    clock = bench.clocks[target.calendar]
    parts = clock.between(start, end) if isinstance(clock, Succession) else [(start, end, clock)]
    return [piece for part_start, part_end, each in parts for piece in _hours(each.calendar, part_start, part_end)]


def _hours(calendar: Calendar, start: int, end: int) -> Iterator[Piece]:
    """Open and closed pieces of [start, end] by one calendar."""
    at = start
    for opens, closes in zip(*open_intervals(calendar, start, end), strict=True):
        if at < opens:
            yield at, int(opens), Why.CLOSED, _dates(calendar, at, int(opens))
        yield int(opens), int(closes), Why.RUNNING, _dates(calendar, int(opens), int(closes))
        at = int(closes)
    if at < end:
        yield at, end, Why.CLOSED, _dates(calendar, at, end)


def _dates(calendar: Calendar, start: int, end: int) -> _Dates:
    """Dates that touch [start, end)."""
    first, last = (datetime.fromtimestamp(at, UTC).astimezone(calendar.zone).date() for at in (start, end - 1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return _Dates(tuple(filter(calendar.is_holiday, days)), tuple(filter(calendar.has_special_hours, days)))
