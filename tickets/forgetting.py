"""Forgetting the tickets of a source: events, words and facts go, cells they stood in are marked."""

from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ops_dashboard.metrics.rollup import mark_changed, snapshot
from tickets import messages
from tickets.facts import CHILDREN, TICKETS, take_turns
from tickets.models import Source, Ticket
from tickets.partitions import TABLE as EVENTS

BATCH = 5_000  # tickets a transaction

Progress = Callable[[int], None]


def forget(source: Source, *, progress: Progress | None = None) -> int:
    """Remove every ticket that came from `source`, its events and facts; returns how many.

    `progress` is called with the number of tickets of each batch. A broken run can be started again.
    """
    total = 0
    for tickets in _batches(source):
        with transaction.atomic(), connection.cursor() as cursor:
            take_turns(cursor, [source.pk])
            _remove(cursor, tickets)
        total += len(tickets)
        if progress:
            progress(len(tickets))
    return total


def _batches(source: Source) -> Iterator[list[int]]:
    while tickets := list(Ticket.objects.filter(source=source.pk).order_by("id").values_list("id", flat=True)[:BATCH]):
        yield tickets


def _remove(cursor: CursorWrapper, tickets: list[int]) -> None:
    snapshot(cursor, tickets)
    messages.forget(cursor, tickets)
    for table in (*CHILDREN, EVENTS):
        cursor.execute(f"DELETE FROM {table} WHERE ticket = ANY(%s)", [tickets])
    cursor.execute(f"DELETE FROM {TICKETS} WHERE id = ANY(%s)", [tickets])
    mark_changed(cursor, tickets, had_facts=True)
