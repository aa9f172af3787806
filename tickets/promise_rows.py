"""Promises as they stand now, one line each.

Stored promises that are not settled say how long they had run when their ticket was last folded.
Those are judged again in a table of this transaction's own, which stands in for the stored rows;
nothing else is written.
"""

import time
from collections.abc import Iterator
from typing import IO

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import copy_in
from tickets.event_rows import read_history
from tickets.fact_columns import Bench, promise_columns
from tickets.facts import BATCH
from tickets.policy_versions import in_force
from tickets.timeline import fold
from tickets.vocabulary import PromiseKind, PromiseState

NOW = "promises_now"


def _words(column: str, labels: type[PromiseKind] | type[PromiseState]) -> str:
    cases = " ".join(f"WHEN {member.value} THEN '{member.label}'" for member in labels)
    return f"CASE {column} {cases} END"


def _instant(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


# A promise that runs has a decision only once its time has come.
COLUMNS = {
    "source": "source.slug",
    "ticket": "ticket.ref",
    "kind": _words("p.kind", PromiseKind),
    "run": "p.run",
    "policy": "policy.name",
    "started_at": _instant("p.started_at"),
    "due_at": _instant("p.due_at"),
    "fulfilled_at": _instant("p.fulfilled_at"),
    "decided_at": f"CASE WHEN p.state <> {PromiseState.RUNNING} THEN {_instant('p.decided_at')} END",
    "state": _words("p.state", PromiseState),
    "elapsed_s": "p.elapsed_s",
    "business_elapsed_s": "p.business_elapsed_s",
    "paused_s": "p.paused_s",
    "target_s": "p.target_s",
}


@transaction.atomic
def write_promises(out: IO[bytes], *, source: int | None = None, ticket: str | None = None) -> int:
    """Stream every promise (of one source, of one ticket by its ref) to `out` as CSV with a heading; how many."""
    with connection.cursor() as cursor:
        chosen = _chosen(cursor, source, ticket)
        if ticket is None:
            # Right after an import the planner knows no sizes and would look every row up one by one.
            cursor.execute("SET LOCAL enable_nestloop = off")
        _judge_now(cursor, chosen)
        told = ", ".join(f'{sql} AS "{name}"' for name, sql in COLUMNS.items())
        cursor.copy_expert(
            f"COPY (SELECT {told} FROM (TABLE {NOW} UNION ALL SELECT * FROM tickets_promise stored "
            f"WHERE NOT EXISTS (SELECT FROM {NOW} WHERE {NOW}.ticket = stored.ticket)) p "
            "JOIN tickets_ticket ticket ON ticket.id = p.ticket JOIN tickets_source source ON source.id = p.source "
            f"JOIN tickets_slapolicy policy ON policy.id = p.policy WHERE {chosen} "
            "ORDER BY source.slug, ticket.id, p.kind, p.run) TO STDOUT (FORMAT CSV, HEADER)",
            out,
        )
        return cursor.rowcount


def _chosen(cursor: CursorWrapper, source: int | None, ticket: str | None) -> str:
    """The condition that picks rows of `ticket`."""
    conditions = ["true"]
    if source is not None:
        conditions.append(cursor.mogrify("ticket.source = %s", [source]).decode())
    if ticket is not None:
        conditions.append(cursor.mogrify("ticket.ref = %s", [ticket]).decode())
    return " AND ".join(conditions)


def _judge_now(cursor: CursorWrapper, chosen: str) -> None:
    """Fill the table of promises of tickets that have unsettled ones."""
    cursor.execute(f"DROP TABLE IF EXISTS {NOW}")
    cursor.execute(f"CREATE TEMP TABLE {NOW} (LIKE tickets_promise INCLUDING INDEXES) ON COMMIT DROP")
    levels, now = in_force(), int(time.time())
    for tickets in _unsettled(cursor, chosen):
        history = read_history(cursor, tickets)
        copy_in(cursor, NOW, promise_columns(Bench(history, fold(history.events), levels, now)))
    cursor.execute(f"ANALYZE {NOW}")


def _unsettled(cursor: CursorWrapper, chosen: str) -> Iterator[NDArray[np.int64]]:
    """Numbers of the tickets whose promises are not all settled, a batch at a time."""
    last = -1
    while True:
        cursor.execute(
            "SELECT DISTINCT p.ticket FROM tickets_promise p JOIN tickets_ticket ticket ON ticket.id = p.ticket "
            f"WHERE p.fulfilled_at IS NULL AND p.cancelled_at IS NULL AND p.ticket > {last} AND {chosen} "
            f"ORDER BY p.ticket LIMIT {BATCH}"
        )
        tickets = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
        if not len(tickets):
            return
        yield tickets
        last = int(tickets[-1])
