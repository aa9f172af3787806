"""The only writer of runs of imports: each is held by its process, so that a run without one is known to be over.

The hold is a session lock of the database: it falls with the connection, however its process ends.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from tickets.redaction import cleaned, redact

BROKEN_OFF = "Broken off: the process that ran it is gone. What it had stored is kept; send it again."
REJECTIONS_KEPT = timedelta(days=90)  # long enough to mend them; they are somebody's words
LONGEST_REASON = 400

Run = TypeVar("Run", bound=models.Model)


class RunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class HeldRuns(Generic[Run]):
    """One kind of runs: rows with `state`, `started_at`, `finished_at` and `error`, and what each refused."""

    model: type[Run]
    rejections: type[models.Model]  # rows with a `run`, `line`, `field`, `reason` and `raw`
    family: int  # of the locks

    def begin(self, **told: Any) -> Run:
        """A new run, held by this connection until `end`. Runs that nobody holds any more are closed."""
        self.close_broken_off()
        with transaction.atomic(), connection.cursor() as cursor:
            run = self.model._default_manager.create(**told)
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [self.family, run.pk])
        return run

    def end(self, run: Run, *, error: BaseException | None = None, **told: Any) -> None:
        """Close the run as done, or as failed with what ended it, and let go of it."""
        reason = "" if error is None else kept_words(f"{type(error).__name__}: {error}")
        state = RunState.DONE if error is None else RunState.FAILED
        rows = self.model._default_manager.filter(pk=run.pk)
        rows.update(state=state, finished_at=timezone.now(), error=reason, **told)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self.family, run.pk])

    def close_broken_off(self) -> int:
        """Mark runs as failed that seem to run and that no process holds; returns how many."""
        running = self.model._default_manager.filter(state=RunState.RUNNING)
        begun = set(running.values_list("pk", flat=True))  # before the locks are read: these were held once
        over = begun - self._held() if begun else set()
        return running.filter(pk__in=over).update(state=RunState.FAILED, finished_at=timezone.now(), error=BROKEN_OFF)

    def forget_rejections(self) -> int:
        """Drop what runs refused longer ago than it is kept; their counts stay. Returns how many."""
        old = self.model._default_manager.filter(started_at__lt=timezone.now() - REJECTIONS_KEPT)
        return self.rejections._default_manager.filter(run__in=old).delete()[0]

    def _held(self) -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objid::bigint FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                "WHERE locktype = 'advisory' AND datname = current_database() AND objsubid = 2 AND granted "
                "AND classid::bigint = %s",
                [self.family],
            )
            return {pk for (pk,) in cursor.fetchall()}


def kept_words(said: str) -> str:
    """What is said about a line or a file as it may be kept: it may quote what stands there."""
    return redact(cleaned(said.replace("\0", ""))).text[:LONGEST_REASON]
