"""From drafts to facts: events a second, CPU of this process and of the server's, and memory as history grows.

`BENCH_TICKETS=100000,900000,1000000` names other steps; they add up. Seconds of CPU suffer less from
what else the machine does than seconds on the wall.
"""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection

from ops_dashboard.metrics.copying import copy_in
from tests.bench.synthetic import EVENTS, POLICIES, drafts
from tickets import facts, intake, partitions
from tickets.models import Source, Ticket
from tickets.policies import load
from tickets.policy_file import parse
from tickets.words import register_source

STEPS = tuple(int(step) for step in os.environ.get("BENCH_TICKETS", "20000,20000,40000").split(","))
SAMPLE = 20_000  # tickets that stand for a step where all of them would take too long


@dataclass
class Spent:
    """Seconds: on the wall, and of CPU in this process and in the server's process for it."""

    wall: float = 0.0
    own: float = 0.0
    server: float = 0.0


def run() -> None:
    """Print lines for each step: its drafts taken in and folded, then some of its tickets folded again."""
    load(parse(POLICIES), by="bench", rejudges=False)
    print(
        "| tickets so far | work | wall s | CPU s, own + server | events/s of wall | of own CPU | of all CPU "
        "| of plain COPY: wall | all CPU | peak MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    plain = _plain_copy()
    _line(0, "plain COPY of events, table and key alone", SAMPLE, plain, plain)
    total = 0
    for step, tickets in enumerate(STEPS):
        source = register_source(f"bench-{step}", kind="events")
        spent = _taking_in(source, tickets, speaks=False)
        total += tickets
        _line(total, "take in and fold (drafts ready)", tickets, spent, plain)
        again = Ticket.objects.filter(source=source.pk).order_by("id").values_list("id", flat=True)[:SAMPLE]
        with _spending() as spent:
            rebuilt = facts.rebuild_all(Ticket.objects.filter(source=source.pk, id__lte=max(again)))
        _line(total, "fold again and replace", rebuilt, spent, plain)
    speaking = min(SAMPLE, STEPS[0])
    spent = _taking_in(register_source("bench-words", kind="events"), speaking, speaks=True)
    _line(total + speaking, "take in and fold, every second event with words", speaking, spent, plain)


def _taking_in(source: Source, tickets: int, *, speaks: bool) -> Spent:
    """What intake takes, less what the drafts themselves do."""
    making = _making(min(tickets, SAMPLE), speaks=speaks)
    with _spending() as spent:
        intake.take_in(source, drafts(tickets, speaks=speaks), origin="bench")
    scale = tickets / min(tickets, SAMPLE)
    return Spent(spent.wall - making.wall * scale, spent.own - making.own * scale, spent.server)


def _plain_copy() -> Spent:
    """The events of SAMPLE tickets, encoded and copied into a table that has only its key."""
    batches: list[Any] = []

    def noting(cursor: Any, table: str, columns: Any) -> int:
        batches.append(columns)
        return copy_in(cursor, table, columns)

    with mock.patch.object(intake, "copy_in", noting):
        intake.take_in(register_source("plain", kind="events"), drafts(SAMPLE), origin="bench")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain (LIKE {partitions.TABLE} INCLUDING ALL)")
        with _spending() as spent:
            for columns in batches:
                copy_in(cursor, "plain", columns)
        cursor.execute("DROP TABLE plain")
    return spent


def _making(tickets: int, *, speaks: bool) -> Spent:
    """What the drafts themselves take."""
    with _spending() as spent:
        for _ in drafts(tickets, speaks=speaks):
            pass
    return spent


@contextmanager
def _spending() -> Iterator[Spent]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    spent, wall, own, server = Spent(), time.perf_counter(), time.process_time(), _cpu_of(backend)
    yield spent
    spent.wall, spent.own = time.perf_counter() - wall, time.process_time() - own
    spent.server = _cpu_of(backend) - server


def _cpu_of(process: int) -> float:
    """Seconds of CPU a process of this machine has had."""
    ran, *_ = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()
    return int(ran) / 1e9


def _line(total: int, work: str, tickets: int, spent: Spent, plain: Spent) -> None:
    events, peak = tickets * EVENTS, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    cpu, plainly = spent.own + spent.server, SAMPLE * EVENTS
    rates = f"{events / spent.wall:,.0f} | {events / spent.own:,.0f} | {events / cpu:,.0f}"
    by_wall, by_cpu = events / spent.wall * plain.wall / plainly, events / cpu * (plain.own + plain.server) / plainly
    shares = f"{by_wall:.0%} | {by_cpu:.0%}"
    taken = f"{spent.wall:.1f} | {spent.own:.1f} + {spent.server:.1f}"
    print(f"| {total:,} | {work} | {taken} | {rates} | {shares} | {peak} |", flush=True)
