"""The only writer of events: takes drafts in, batch by batch, and with them what was said.

One transaction covers a batch from its events to the marks on stale cells, so a crash leaves whole
batches and nothing half told; the same drafts taken in again complete what is missing.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import array, bigint, copy_in
from tickets import facts, messages, partitions, rejections
from tickets.connectors.drafts import Draft, Rejected
from tickets.draft_checks import are_plain, problem_of
from tickets.draft_columns import DraftColumns
from tickets.event_columns import event_columns
from tickets.event_rows import rows_of
from tickets.going_ahead import going_ahead
from tickets.identity import dedupe_keys, requester_key, ticket_id
from tickets.import_runs import RUNS
from tickets.models import Source
from tickets.word_limits import within_limits
from tickets.words import Words

BATCH = 30_000
HEAVIEST_BATCH = 64 << 20  # bytes of lines that are held at once, however few they are
LOOKED_AT_ONCE = 1_000  # drafts that are checked together before any of them alone

KEYS = "keys"  # of drafts, where they are known

Progress = Callable[[int], None]
_TOUCHED = "touched_tickets"
_KNOWN = {"dedupe_key": "V16", "type": ">i2", "ticket": ">i8"}


class TicketCollision(Exception):
    """Two tickets of different refs have one number; neither may take the other's events."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the drafts of one run; `tickets` counts those that got new events."""

    accepted: int
    duplicate: int
    rejected: int
    tickets: int
    seconds: float

    def __add__(self, later: "Summary") -> "Summary":
        """Of two runs, one after the other, that told of different tickets."""
        return Summary(*(mine + its for mine, its in zip(astuple(self), astuple(later), strict=True)))


def take_in(
    source: Source,
    drafts: Iterable[Draft | Rejected],
    *,
    origin: str,
    progress: Progress | None = None,
    size: int = 0,
    batch: int = BATCH,
    is_made_up: bool = False,
) -> Summary:
    """Store the events of `drafts` that are not known yet and rebuild the facts of their tickets.

    Drafts of one ticket had better come together. `progress` is called with the number of drafts
    of each batch once it is committed, `size` is the bytes they are read from. Taking in the same
    drafts again changes nothing. Whatever `drafts` raises comes out, after the batches before it
    have been kept. Raises TicketCollision. Drafts that are made up without a database, `is_made_up`,
    are made and looked at in a thread that goes one batch ahead.
    """
    started = time.monotonic()
    run = Run(source, origin, size)
    try:
        batches = (run.sort_out(proposed, is_whole=is_made_up) for proposed in _batches(drafts, batch))
        with _uncollected():
            for looked_at in going_ahead(batches) if is_made_up else batches:
                run.take(looked_at)
                gc.collect(0)  # what the queries of a batch left in cycles
                if progress:
                    progress(looked_at.proposed)
    except BaseException as error:  # also an interrupt: the run must not seem to go on
        run.fail(error)
        raise
    run.finish()
    return run.summary(time.monotonic() - started)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles among the drafts: they hold none, and looking took a third of the time of reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check(words: Words, drafts: Iterable[Draft | Rejected]) -> Iterator[Draft | Rejected]:
    """Drafts that may come in, and rejections; nothing is written."""
    now, told = timezone.now(), iter(drafts)
    while some := list(islice(told, LOOKED_AT_ONCE)):
        whole = [draft for draft in some if isinstance(draft, Draft)]
        if whole and are_plain(DraftColumns(whole), statuses=words.statuses, now=now):
            yield from some
        else:
            yield from (_looked_at(draft, words, now) for draft in some)


def _looked_at(draft: Draft | Rejected, words: Words, now: datetime) -> Draft | Rejected:
    problem = problem_of(draft, statuses=words.statuses, now=now) if isinstance(draft, Draft) else None
    return Rejected(draft.line, *problem, draft.raw) if problem else draft


def _batches(drafts: Iterable[Draft | Rejected], size: int) -> Iterator[list[Draft | Rejected]]:
    """Lists of about `size`, cut between tickets where a ticket is not a batch by itself, and none too heavy."""
    batch: list[Draft | Rejected] = []
    last, weight = "", 0
    for draft in drafts:
        ref = last if isinstance(draft, Rejected) else draft.ticket_ref
        if len(batch) >= 2 * size or (len(batch) >= size and ref != last) or weight >= HEAVIEST_BATCH:
            yield batch
            batch, weight = [], 0
        batch.append(draft)
        last, weight = ref, weight + len(draft.raw)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One batch: how many drafts were proposed, those that may come in, and those that may not."""

    proposed: int
    columns: DraftColumns
    rejected: list[Rejected]


class Run:
    """One import under way, and its row."""

    def __init__(self, source: Source, origin: str, size: int) -> None:
        self.source = source
        self.words = Words(source)
        self.row = RUNS.begin(source=source, origin=origin[:200], bytes_read=size)
        self.key = requester_key(settings.ENVIRONMENT.var, given=settings.ENVIRONMENT.requester_key)
        self.batches, self.first = 0, np.empty(0, np.int64)
        self.last_event_at: datetime | None = source.last_event_at

    def take(self, batch: LookedAt) -> None:
        """Take in one batch."""
        columns, beyond = within_limits(self.words, batch.columns)
        self.words.learn(columns)
        partitions.ensure(partitions.months_of(columns["micros"]))
        with transaction.atomic():
            rejected = [*batch.rejected, *beyond]
            rejections.keep(RUNS, self.row, rejected)
            self.row.rejected += len(rejected)
            if columns.drafts:
                self._record(columns)
            self._count()
        if columns.drafts:
            latest = max(columns["occurred_at"])
            self.last_event_at = max(latest, self.last_event_at or latest)

    def sort_out(self, proposed: list[Draft | Rejected], *, is_whole: bool = False) -> LookedAt:
        """Look at a batch without a database; `is_whole`: with all that can be told of its drafts without one."""
        whole = [told for told in proposed if isinstance(told, Draft)]
        columns, rejected = DraftColumns(whole), []
        if len(whole) < len(proposed) or not are_plain(columns, statuses=self.words.statuses, now=timezone.now()):
            told = list(check(self.words, proposed))
            rejected = [each for each in told if isinstance(each, Rejected)]
            columns = DraftColumns([each for each in told if isinstance(each, Draft)])
        if is_whole:
            columns[KEYS] = dedupe_keys(self.source.slug, columns)
            columns[messages.KEPT] = messages.kept_words(columns)
        return LookedAt(len(proposed), columns, rejected)

    def _record(self, drafts: DraftColumns) -> None:
        """Append what is new of `drafts` and rebuild the facts of its tickets."""
        ids = {ref: ticket_id(self.source.slug, ref) for ref in set(drafts["ticket_ref"])}
        with connection.cursor() as cursor:
            facts.take_turns(cursor, [self.source.pk])
            existing = self._existing(cursor, ids)
            fresh, keys, withdrawn = self._unknown(cursor, drafts, existing)
            self.row.duplicate += len(drafts.drafts) - len(keys)
            if not keys:
                return
            tickets = np.array([ids[ref] for ref in fresh["ticket_ref"]], dtype=np.int64)
            columns = event_columns(fresh, keys, tickets, source=self.source, words=self.words, requester_key=self.key)
            copy_in(cursor, partitions.TABLE, columns)
            messages.record(cursor, fresh, keys, tickets, source=self.source)
            withdrawn.update(tickets[np.isin(fresh["type"], messages.WIPING)].tolist())
            if withdrawn:
                messages.wipe(cursor, withdrawn, source=self.source)
            touched = np.unique(tickets)
            facts.rebuild(
                cursor,
                touched,
                refs={ids[ref]: ref for ref in set(fresh["ticket_ref"])},
                begun=rows_of(columns, ~np.isin(tickets, existing)),
            )
            self._note(cursor, touched)
        self.row.accepted += len(keys)

    def _note(self, cursor: CursorWrapper, touched: NDArray[np.int64]) -> None:
        """Count the tickets of a batch. From the second on the server remembers which they were: here they add up."""
        self.row.tickets += len(touched)
        self.batches += 1
        if self.batches == 1:
            self.first = touched
            return
        if self.batches == 2:
            cursor.execute(f"DROP TABLE IF EXISTS {_TOUCHED}")
            cursor.execute(f"CREATE TEMP TABLE {_TOUCHED} (ticket bigint)")
            copy_in(cursor, _TOUCHED, {"ticket": bigint(self.first)})
        copy_in(cursor, _TOUCHED, {"ticket": bigint(touched)})

    def _existing(self, cursor: CursorWrapper, ids: dict[str, int]) -> list[int]:
        """Which of `ids` are tickets already. Raises TicketCollision."""
        wanted = {number: ref for ref, number in ids.items()}
        if len(wanted) < len(ids):
            raise TicketCollision("two tickets of one batch have the same number")
        cursor.execute("SELECT id, source, ref FROM tickets_ticket WHERE id = ANY(%s::bigint[])", [array(wanted)])
        rows = cursor.fetchall()
        for number, source, ref in rows:
            if (source, ref) != (self.source.pk, wanted[number]):
                raise TicketCollision(f"ticket '{wanted[number]}' has the number of '{ref}' of source {source}")
        return [number for number, _, _ in rows]

    def _unknown(
        self, cursor: CursorWrapper, drafts: DraftColumns, existing: list[int]
    ) -> tuple[DraftColumns, list[bytes], set[int]]:
        """Drafts told neither before nor earlier in the batch, their keys, and tickets whose words were withdrawn."""
        keys: list[bytes] = drafts.get(KEYS) or dedupe_keys(self.source.slug, drafts)
        seen: set[bytes] = set()
        withdrawn: set[int] = set()
        if existing:
            known = partitions.copy_events(cursor, "dedupe_key, type, ticket", existing, _KNOWN)
            seen.update(known["dedupe_key"].tolist())
            withdrawn.update(known["ticket"][np.isin(known["type"], messages.WIPING)].tolist())
        if seen.isdisjoint(keys) and len(set(keys)) == len(keys):
            return drafts, keys, withdrawn
        fresh: dict[bytes, Draft] = {}
        for key, draft in zip(keys, drafts.drafts, strict=True):
            if key not in seen:
                fresh.setdefault(key, draft)
        return DraftColumns(list(fresh.values())), list(fresh), withdrawn

    def _count(self) -> None:
        self.row.save(update_fields=["accepted", "duplicate", "rejected", "tickets"])

    def fail(self, error: BaseException) -> None:
        """Say in the run's row what ended it."""
        RUNS.end(self.row, error=error)

    def finish(self) -> None:
        """Close the run's row and say when the source last succeeded."""
        if self.batches > 1:  # a ticket cut across batches was counted in each
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(DISTINCT ticket) FROM {_TOUCHED}")
                (self.row.tickets,) = cursor.fetchone()
                cursor.execute(f"DROP TABLE {_TOUCHED}")
        RUNS.end(self.row, tickets=self.row.tickets)
        Source.objects.filter(pk=self.source.pk).update(
            last_success_at=timezone.now(), last_event_at=self.last_event_at or F("last_event_at")
        )

    def summary(self, seconds: float) -> Summary:
        """What has become of all drafts so far."""
        row = self.row
        return Summary(row.accepted, row.duplicate, row.rejected, row.tickets, round(seconds, 3))
