"""Folding and judging up to a million events at once on one core, without a database; intake folds 30,000 at a time.

The peak is of memory held by the process, with the events themselves and what was folded from them.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from tests.bench.spending import forget_peak, peak_mb
from tickets.business_time import Calendar, clock
from tickets.sla import Policy, Target, promises
from tickets.states import UNSET, Events, order
from tickets.timeline import Timeline, fold
from tickets.vocabulary import ActorKind, EventType, PromiseKind, Status

Told = TypeVar("Told")
SIZES = (30_000, 100_000, 1_000_000)  # events
PER_TICKET = 8
HOUR = 3600
YEAR_S = 365 * 24 * HOUR
START = 1_735_689_600  # 2025-01-01
TYPES = np.array(
    [EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.STATUS_CHANGED]
    + [EventType.ASSIGNEE_CHANGED, EventType.GROUP_CHANGED, EventType.INTERNAL_NOTE]
)
SHARES = [0.25, 0.25, 0.25, 0.1, 0.05, 0.1]
STATUSES = np.array([Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED, Status.CLOSED])


def run(sizes: Sequence[int] = SIZES) -> None:
    """Print events per second of the timeline, of the promises, and of both, with the peak of memory."""
    print("| events | step | seconds | events/s | rows out | peak MB |")
    print("|---|---|---|---|---|---|")
    for number in sizes:
        events = arrays(number)
        timeline, fold_s = timed(partial(fold, events))
        _line(number, "timeline", fold_s, len(timeline.spans))
        for name, chosen in (("promises, 4 kinds", kinds(4)), ("promises, 9 kinds", kinds(9))):
            rows, seconds = timed(partial(judge, timeline, chosen))
            _line(number, name, seconds, rows)
            _line(number, f"timeline + {name}", fold_s + seconds, rows)


def _line(events: int, name: str, seconds: float, rows: int) -> None:
    rate = f"{seconds:.2f} | {events / seconds:,.0f}"
    print(f"| {events:,} | {name} | {rate} | {rows:,} | {peak_mb()} |", flush=True)


def timed(work: Callable[[], Told]) -> tuple[Told, float]:
    """What `work` gives and the seconds of the faster of two runs, of which the first leaves nothing behind."""
    forget_peak()
    first = _run(work)[1]
    told, second = _run(work)
    return told, min(first, second)


def _run(work: Callable[[], Told]) -> tuple[Told, float]:
    began = time.perf_counter()
    told = work()
    return told, time.perf_counter() - began


def judge(timeline: Timeline, targets: tuple[Target, ...]) -> int:
    weekly = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:30"),))
    clocks = [clock(Calendar(timezone=zone, weekly=weekly)) for zone in ("Europe/London", "UTC")]
    by_team = Policy(id=1, order=1, targets=targets, conditions={"team": frozenset(range(1, 20))})
    return len(promises(timeline, [by_team, Policy(id=2, order=2, targets=targets)], clocks, now=0))


def kinds(number: int) -> tuple[Target, ...]:
    """Targets of the first kinds by two priorities, the urgent one by another calendar."""
    return tuple(
        Target(
            kind=kind,
            seconds=(1 + urgent) * 4 * HOUR,
            priority=3 if urgent else None,
            calendar=urgent,
            pauses_in=frozenset({Status.PENDING}),
        )
        for kind in list(PromiseKind)[:number]
        for urgent in (0, 1)
    )


def arrays(number: int, *, seed: int = 1) -> Events:
    """Made-up events of number / PER_TICKET tickets over a year."""
    make = np.random.default_rng(seed)
    ticket = np.sort(make.integers(0, number // PER_TICKET, number))
    ticket = np.unique(ticket, return_inverse=True)[1]
    first = np.diff(ticket, prepend=-1) > 0
    opened = START + make.integers(0, YEAR_S, ticket[-1] + 1)
    kind = np.where(first, EventType.TICKET_CREATED, make.choice(TYPES, number, p=SHARES))
    by_agent = kind >= EventType.AGENT_REPLY
    unset = np.full(number, UNSET, dtype=np.int32)

    def sets(kind_of: EventType, values: np.ndarray) -> np.ndarray:
        return np.where(first | (kind == kind_of), values, UNSET).astype(np.int32)

    status = np.where(first, Status.NEW, make.choice(STATUSES, number))
    columns = {
        "ticket": ticket,
        "at": opened[ticket] + np.where(first, 0, make.integers(0, 200 * HOUR, number)),
        "type": kind.astype(np.uint8),
        "actor": np.where(by_agent, make.integers(1, 400, number), 0).astype(np.int32),
        "actor_kind": np.where(by_agent, ActorKind.AGENT, ActorKind.REQUESTER).astype(np.uint8),
        "status": sets(EventType.STATUS_CHANGED, status),
        "priority": np.where(first, make.integers(1, 5, number), UNSET).astype(np.int32),
        "team": sets(EventType.GROUP_CHANGED, make.integers(1, 40, number)),
        "assignee": sets(EventType.ASSIGNEE_CHANGED, make.integers(1, 400, number)),
        "channel": unset,
        "language": unset,
        "reason": unset,
    }
    return order(columns, seq=np.arange(number))
