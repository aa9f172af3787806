"""The only writer of facts: folds the events of touched tickets and stores what they say.

Everything is a column: events come out of Postgres by COPY, go through the timeline and the
promise engine as numpy arrays, and go back by COPY. What was there before is replaced; cells in
which facts differ are marked in the same transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import Column, array, copy_in, texts
from ops_dashboard.metrics.rollup import by_index, mark_changed, snapshot
from tickets.event_rows import read_history
from tickets.fact_columns import (
    Bench,
    promise_columns,
    reply_columns,
    solve_columns,
    span_columns,
    ticket_columns,
    worklog_columns,
)
from tickets.models import Promise, Reply, Solve, Source, Span, Ticket, Worklog
from tickets.policy_versions import ServiceLevels, in_force
from tickets.timeline import fold

BATCH = 5_000  # tickets at a time
TICKETS = Ticket._meta.db_table
TABLES = {
    TICKETS: ticket_columns,
    Span._meta.db_table: span_columns,
    Reply._meta.db_table: reply_columns,
    Solve._meta.db_table: solve_columns,
    Worklog._meta.db_table: worklog_columns,
    Promise._meta.db_table: promise_columns,
}
CHILDREN = tuple(name for name in TABLES if name != TICKETS)
_LOCK = 7_203_000
_STAGE = "changed_tickets"

Ids = NDArray[np.int64]


def take_turns(cursor: CursorWrapper, sources: Iterable[int]) -> None:
    """Until the transaction ends nobody else writes events or facts of these sources."""
    for source in sorted(sources):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, source])


def rebuild(
    cursor: CursorWrapper,
    tickets: Ids,
    *,
    refs: Mapping[int, str],
    levels: ServiceLevels | None = None,
    begun: NDArray | None = None,
) -> int:
    """Fold the events of `tickets` and replace their facts; returns the number of events.

    Call it in a transaction after `take_turns`. `refs` names at least the tickets that have no
    facts yet; `begun` are the rows (see `rows_of`) of events of tickets that had none before.
    """
    told = read_history(cursor, tickets, begun=begun)
    if not len(told.tickets):
        return 0
    timeline = fold(told.events)
    bench = Bench(told, timeline, levels or in_force(), now=int(timezone.now().timestamp()))
    _replace(cursor, told.tickets, {name: tell(bench) for name, tell in TABLES.items()}, refs=refs)
    return len(told.events)


def rebuild_all(
    tickets: QuerySet[Ticket] | None = None,
    *,
    progress: Callable[[int], None] | None = None,
    batch: int = BATCH,
) -> int:
    """Rebuild the facts of all tickets, or of these; returns how many.

    Each batch is a transaction of its own, so that readers see whole tickets and a broken run can
    be started again. `progress` is called with the number of tickets rebuilt so far.
    """
    done = 0
    for source, numbers in batches(Ticket.objects.all() if tickets is None else tickets, batch):
        with transaction.atomic(), connection.cursor() as cursor:
            take_turns(cursor, [source])
            rebuild(cursor, numbers, refs={})
        done += len(numbers)
        if progress:
            progress(done)
    return done


def batches(tickets: QuerySet[Ticket], size: int) -> Iterator[tuple[int, Ids]]:
    """Numbers of tickets in order, `size` at a time, and their source."""
    for source in Source.objects.order_by("pk").values_list("pk", flat=True):
        last = -1
        while True:
            rows = tickets.filter(source=source, id__gt=last).order_by("id")[:size]
            numbers = np.array(rows.values_list("id", flat=True), dtype=np.int64)
            if not len(numbers):
                break
            yield source, numbers
            last = int(numbers[-1])


def _replace(
    cursor: CursorWrapper,
    tickets: Ids,
    tables: Mapping[str, Mapping[str, Column]],
    *,
    refs: Mapping[int, str],
) -> None:
    """Put `tables` in the place of the present facts of `tickets`, and mark what changed."""
    cursor.execute(f"SELECT id FROM {TICKETS} WHERE id = ANY(%s::bigint[])", [array(tickets.tolist())])
    known = [row[0] for row in cursor.fetchall()]
    if known:
        snapshot(cursor, known)
        with by_index(cursor):
            for table in CHILDREN:
                cursor.execute(f"DELETE FROM {table} WHERE ticket = ANY(%s::bigint[])", [array(known)])
    is_new = ~np.isin(tickets, known)
    _write_tickets(cursor, tickets, tables[TICKETS], is_new=is_new, refs=refs)
    for table in CHILDREN:
        copy_in(cursor, table, tables[table])
    if known:
        mark_changed(cursor, known, had_facts=True)
    if len(known) < len(tickets):
        mark_changed(cursor, tickets[is_new].tolist(), had_facts=False)


def _write_tickets(
    cursor: CursorWrapper,
    tickets: Ids,
    columns: Mapping[str, Column],
    *,
    is_new: NDArray[np.bool_],
    refs: Mapping[int, str],
) -> None:
    """Add the tickets that are new, with their refs, and update the others."""
    fresh = {name: column.where(is_new) for name, column in columns.items()}
    fresh["ref"] = texts([refs[number] for number in tickets[is_new].tolist()])
    copy_in(cursor, TICKETS, fresh)
    if is_new.all():
        return
    names = ", ".join(f'"{name}"' for name in columns)
    staged = ", ".join(f'stage."{name}"' for name in columns)
    cursor.execute(f"DROP TABLE IF EXISTS {_STAGE}")
    cursor.execute(f"CREATE TEMP TABLE {_STAGE} ON COMMIT DROP AS SELECT {names} FROM {TICKETS} WITH NO DATA")
    copy_in(cursor, _STAGE, {name: column.where(~is_new) for name, column in columns.items()})
    with by_index(cursor):  # nothing is known of the stage: it was filled a moment ago
        cursor.execute(
            f"UPDATE {TICKETS} ticket SET ({names}) = ({staged}) FROM {_STAGE} stage WHERE ticket.id = stage.id"
        )
