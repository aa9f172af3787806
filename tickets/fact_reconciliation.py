"""Proves stored facts: rebuilds them from events inside a transaction that is taken back."""

from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from ops_dashboard.metrics.reconciliation import Difference
from tickets import facts
from tickets.models import Promise, Ticket
from tickets.vocabulary import PromiseState

# What time alone changes: a promise that still runs has lasted longer at every look, and is missed
# once it is due. Nothing else may differ.
_UNDECIDED = f"state IN ({PromiseState.RUNNING.value}, {PromiseState.PAUSED.value}) OR fulfilled_at IS NULL"
_PROMISE_COLUMNS = {
    **{
        name: f"CASE WHEN {_UNDECIDED} THEN 0 ELSE {name} END AS {name}"
        for name in ("elapsed_s", "business_elapsed_s", "paused_s")
    },
    "state": f"CASE WHEN state = {PromiseState.RUNNING.value} AND due_at <= now() "
    f"THEN {PromiseState.MISSED.value} ELSE state END AS state",
}


def differing_facts(
    tickets: QuerySet[Ticket], *, progress: Callable[[int], None] | None = None
) -> Iterator[Difference]:
    """Facts of some tickets that a rebuild from their events would store otherwise."""
    done = 0
    for source, numbers in facts.batches(tickets, facts.BATCH):
        with transaction.atomic():
            with connection.cursor() as cursor:
                facts.take_turns(cursor, [source])
                _keep(cursor, numbers.tolist())
                facts.rebuild(cursor, numbers, refs={})
                found = [
                    difference for table in facts.TABLES for difference in _compare(cursor, table, numbers.tolist())
                ]
            transaction.set_rollback(True)
        yield from found
        done += len(numbers)
        if progress:
            progress(done)


def _keep(cursor: CursorWrapper, tickets: list[int]) -> None:
    for table in facts.TABLES:
        cursor.execute(f"CREATE TEMP TABLE stored_{table} ON COMMIT DROP AS {_rows(cursor, table)}", [tickets])


def _rows(cursor: CursorWrapper, table: str) -> str:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum",
        [table],
    )
    names = [row[0] for row in cursor.fetchall()]
    told = _PROMISE_COLUMNS if table == Promise._meta.db_table else {}
    columns = ", ".join(told.get(name, f'"{name}"') for name in names)
    return f"SELECT {columns} FROM {table} WHERE {_key(table)} = ANY(%s)"


def _key(table: str) -> str:
    return "id" if table == facts.TICKETS else "ticket"


def _compare(cursor: CursorWrapper, table: str, tickets: list[int]) -> list[Difference]:
    rebuilt, key = _rows(cursor, table), _key(table)
    cursor.execute(
        f"SELECT DISTINCT t.source, t.ref FROM ((TABLE stored_{table} EXCEPT {rebuilt}) UNION ALL "
        f"({rebuilt} EXCEPT TABLE stored_{table})) AS differing JOIN {facts.TICKETS} t ON t.id = differing.{key} "
        "ORDER BY 1, 2",
        [tickets, tickets],
    )
    name = table.removeprefix("tickets_")
    return [
        Difference("fact", f"{name} of ticket {ref}", "differs from a rebuild from events")
        for _, ref in cursor.fetchall()
    ]
