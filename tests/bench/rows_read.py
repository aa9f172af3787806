"""Which tables some work reads, by which index and how many rows, as Postgres itself counts them."""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# Of the transaction under way: rows that scans of a whole table went through, and entries that indexes gave.
_READ = """
SELECT t.relname, coalesce(i.relname, ''),
       pg_stat_get_xact_tuples_returned(coalesce(i.oid, t.oid)), pg_stat_get_xact_numscans(coalesce(i.oid, t.oid))
FROM pg_class t
LEFT JOIN LATERAL (
    SELECT indexrelid AS oid, indexrelid::regclass::text AS relname FROM pg_index WHERE indrelid = t.oid
    UNION ALL SELECT NULL, NULL
) i ON true
WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
"""
Reads = dict[tuple[str, str], int]  # (table, index or "" for a scan of the whole table) -> rows


def rows_read(work: Callable[[], object]) -> Reads:
    """What `work` reads through our connection; COPY counts like any query, and no worker helps out of sight."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        before = _so_far(cursor)
        work()
        return {
            where: rows - before.get(where, (0, 0))[0]
            for where, (rows, scans) in _so_far(cursor).items()
            if scans > before.get(where, (0, 0))[1]
        }


def _so_far(cursor: CursorWrapper) -> dict[tuple[str, str], tuple[int, int]]:
    cursor.execute(_READ)
    return {(table, index): (rows, scans) for table, index, rows, scans in cursor.fetchall()}
