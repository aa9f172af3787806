"""From drafts to facts: events a second, CPU of this process and of the server's, and memory as history grows.

Steps add up: `--whole` goes to 100,000, a million and two million tickets, `--sizes` takes any others.
"""

from collections.abc import Sequence
from typing import Any
from unittest import mock

from django.db import connection

from ops_dashboard.metrics.copying import copy_in
from tests.bench.spending import COLUMNS, Spent, spending
from tests.bench.synthetic import EVENTS, POLICIES, drafts
from tickets import facts, intake, partitions
from tickets.models import Source, Ticket
from tickets.policies import load
from tickets.policy_file import parse
from tickets.words import register_source

SIZES = (20_000, 20_000, 40_000)  # tickets of each step
WHOLE = (100_000, 900_000, 1_000_000)
SAMPLE = 20_000  # tickets that stand for a step where all of them would take too long


def run(sizes: Sequence[int] = SIZES) -> None:
    """Print lines for each step: its drafts taken in and folded, then some of its tickets folded again."""
    load(parse(POLICIES), by="bench", rejudges=False)
    print(f"| tickets so far | work | {COLUMNS} |")
    print("|---" * 10 + "|")
    plain = _plain_copy()
    _line(0, "plain COPY of events, table and key alone", plain, plain)
    total = 0
    for step, tickets in enumerate(sizes):
        source = register_source(f"bench-{step}", kind="events")
        taken = _taking_in(source, tickets, speaks=False)
        total += tickets
        _line(total, "take in and fold (drafts ready)", taken, plain)
        again = Ticket.objects.filter(source=source.pk).order_by("id").values_list("id", flat=True)[:SAMPLE]
        with spending(len(again) * EVENTS) as spent:
            facts.rebuild_all(Ticket.objects.filter(source=source.pk, id__lte=max(again)))
        _line(total, "fold again and replace", spent, plain)
    speaking = min(SAMPLE, sizes[0])
    taken = _taking_in(register_source("bench-words", kind="events"), speaking, speaks=True)
    _line(total + speaking, "take in and fold, every second event with words", taken, plain)


def _taking_in(source: Source, tickets: int, *, speaks: bool) -> Spent:
    """What intake takes, less what the drafts themselves do."""
    making = _making(min(tickets, SAMPLE), speaks=speaks)
    with spending(tickets * EVENTS) as spent:
        intake.take_in(source, drafts(tickets, speaks=speaks), origin="bench")
    scale = tickets / min(tickets, SAMPLE)
    spent.wall -= making.wall * scale
    spent.own -= making.own * scale
    return spent


def _plain_copy() -> Spent:
    """The events of SAMPLE tickets, encoded and copied into a table that has only its key."""
    batches: list[Any] = []

    def noting(cursor: Any, table: str, columns: Any) -> int:
        if table == partitions.TABLE:
            batches.append(columns)
        return copy_in(cursor, table, columns)

    with mock.patch.object(intake, "copy_in", noting):
        intake.take_in(register_source("plain", kind="events"), drafts(SAMPLE), origin="bench")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain (LIKE {partitions.TABLE} INCLUDING ALL)")
        with spending(SAMPLE * EVENTS) as spent:
            for columns in batches:
                copy_in(cursor, "plain", columns)
        cursor.execute("DROP TABLE plain")
    return spent


def _making(tickets: int, *, speaks: bool) -> Spent:
    """What the drafts themselves take."""
    with spending(tickets * EVENTS) as spent:
        for _ in drafts(tickets, speaks=speaks):
            pass
    return spent


def _line(total: int, work: str, spent: Spent, plain: Spent) -> None:
    print(f"| {total:,} | {work} | {spent.row(plain)} |", flush=True)
