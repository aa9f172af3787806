"""The only writer of import runs: each is held by its process, so that a run without one is known to be over.

The hold is a session lock of the database: it falls with the connection, however its process ends.
"""

from django.db import connection, transaction
from django.utils import timezone

from tickets.models import ImportRun, Source

BROKEN_OFF = "Broken off: the process that ran it is gone. What it had stored is kept; import the file again."
_HELD = 7_203_004


def begin(source: Source, *, origin: str, size: int) -> ImportRun:
    """A new run, held by this connection until `end`. Runs that nobody holds any more are closed."""
    close_broken_off()
    with transaction.atomic(), connection.cursor() as cursor:
        run = ImportRun.objects.create(source=source, origin=origin[:200], bytes_read=size)
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_HELD, run.pk])
    return run


def end(run: ImportRun, *, error: BaseException | None = None, tickets: int | None = None) -> None:
    """Close the run as done, or as failed with what ended it, and let go of it."""
    reason = "" if error is None else f"{type(error).__name__}: {error}".replace("\0", "")[:400]
    state = ImportRun.State.DONE if error is None else ImportRun.State.FAILED
    told = {} if tickets is None else {"tickets": tickets}
    ImportRun.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now(), error=reason, **told)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_HELD, run.pk])


def close_broken_off() -> int:
    """Mark runs as failed that seem to run and that no process holds; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_importrun SET state = %s, finished_at = now(), error = %s "
            "WHERE state = %s AND NOT EXISTS (SELECT FROM pg_locks lock JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database() AND objsubid = 2 "
            "AND lock.classid::bigint = %s AND lock.objid::bigint = tickets_importrun.id)",
            [ImportRun.State.FAILED, BROKEN_OFF, ImportRun.State.RUNNING, _HELD],
        )
        return cursor.rowcount
