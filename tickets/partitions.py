"""The months of the event table."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import array, copy_out

TABLE = "tickets_ticketevent"
_LOCK = 7_203_001  # whoever makes partitions holds it, so that two imports do not make one twice

Month = tuple[int, int]  # year, month


def months_of(micros: Sequence[int]) -> set[Month]:
    """The months of instants (microseconds from the Unix epoch) in UTC, as partitions are cut."""
    months = np.unique(np.array(micros, dtype="datetime64[us]").astype("datetime64[M]").astype(int))
    return {(1970 + month // 12, month % 12 + 1) for month in months.tolist()}


def ensure(months: set[Month]) -> None:
    """Make the partitions that are missing, in a transaction of their own.

    A table is made beside and then attached: that waits for no reader and makes none wait.
    """
    missing = sorted(months - _existing())
    if not missing:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for year, month in sorted(set(missing) - _existing()):
            name = f"{TABLE}_{year:04}_{month:02}"
            cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
            cursor.execute(
                f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
                [_start(year, month), _start(year + month // 12, month % 12 + 1)],
            )


def _existing() -> set[Month]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [name.removeprefix(f"{TABLE}_") for (name,) in cursor.fetchall()]
    return {(int(name[:4]), int(name[5:])) for name in names}


def _start(year: int, month: int) -> str:
    return f"{year:04}-{month:02}-01 00:00:00+00"


def copy_events(
    cursor: CursorWrapper, columns: str, tickets: Iterable[int], layout: Mapping[str, str], *, further: str = ""
) -> NDArray:
    """Columns of the events of some tickets, as `copy_out` gives them; call it in a transaction.

    `further` is what the query goes on with: a condition, an order.

    One index probe per ticket and month, whatever the planner believes: left to itself it scans the
    whole history for every batch once that is long, and for `= ANY (...)` it weighs the list anew
    for each partition (0.15 s against 0.4 s for 5,000 tickets in 65 partitions).
    """
    cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    rows = copy_out(
        cursor,
        f"SELECT {columns} FROM {TABLE} JOIN unnest('{array(tickets)}'::bigint[]) AS wanted (number) "
        f"ON ticket = wanted.number {further}",
        layout,
    )
    cursor.execute("SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return rows
