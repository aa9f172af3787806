"""The only writer of cells: marks what changed, refills what is stale.

Marking happens in the transaction that writes the facts; refilling claims marks with skip locked,
recomputes their cells from facts and replaces them in one transaction. A cell is recomputed under
an advisory lock taken before its facts are read, so two workers on one cell leave the later truth.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from ops_dashboard.metrics import facts_reader, stocktaking
from ops_dashboard.metrics.cell_rows import COLUMNS, stream_of
from ops_dashboard.metrics.copying import array, rows_of_bytes
from ops_dashboard.metrics.definitions import Source, registry
from ops_dashboard.metrics.facts_reader import CellKey, select_sql
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.models import Fill, StaleCell
from ops_dashboard.metrics.packing import PackedCell, pack

BATCH = 500  # cells a transaction; a full refill walks in chunks of days instead
CHUNK_FACTS = 400_000
SHARED_LOCKS = 512  # a power of two
_LOCKS = 7_203_001  # the family of advisory locks that cells are held by
_HELD_BACK = 7_203_006  # the advisory lock of those who fill a past that is to be counted as a whole


@dataclass(frozen=True)
class Refilled:
    """What one call of `refill` did."""

    cells: int
    facts: int
    seconds: float


def snapshot(cursor: CursorWrapper, subjects: Sequence[int], *, about: str = "ticket") -> None:
    """Keep the present facts of some subjects until the transaction ends, for `mark_changed`."""
    with by_index(cursor):
        for source in _sources_about(about):
            cursor.execute(f"DROP TABLE IF EXISTS {_kept(source)}")
            cursor.execute(
                f"CREATE TEMP TABLE {_kept(source)} ON COMMIT DROP AS {_facts_of_subjects(source)}", [array(subjects)]
            )


def mark_changed(cursor: CursorWrapper, subjects: Sequence[int], *, had_facts: bool, about: str = "ticket") -> None:
    """Mark the cells in which the facts of some subjects differ from their snapshot."""
    with by_index(cursor):
        if had_facts:
            _mark_differing(cursor, subjects, about)
        else:
            _mark_all(cursor, subjects, about)


@contextmanager
def by_index(cursor: CursorWrapper) -> Iterator[None]:
    """Look the facts of subjects up, however many: scanning their tables takes the longer the more there are."""
    cursor.execute("SET LOCAL enable_seqscan = off")
    yield
    cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")


def _mark_differing(cursor: CursorWrapper, subjects: Sequence[int], about: str) -> None:
    for source in _sources_about(about):
        columns = ", ".join(("day", "team", "second", "subject", *(column.name for column in source.columns)))
        both = (
            f"SELECT *, 1 AS side FROM {_kept(source)} UNION ALL SELECT *, -1 FROM ({_facts_of_subjects(source)}) new"
        )
        changed = f"SELECT day, team FROM ({both}) facts GROUP BY {columns} HAVING sum(side) <> 0"
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) "
            f"SELECT DISTINCT %s, date '1970-01-01' + day, team FROM ({changed}) changed",
            [source.slug, array(subjects)],
        )


def _mark_all(cursor: CursorWrapper, subjects: Sequence[int], about: str) -> None:
    """Mark every cell in which some subjects have a fact: each table is read once for all of its sources."""
    by_table: dict[tuple[str, str], list[Source]] = {}
    for source in _sources_about(about):
        by_table.setdefault((source.table, source.subject), []).append(source)
    for (table, subject), sources in by_table.items():
        told = ", ".join(f"('{s.slug}', ({s.at})::timestamptz, ({s.team})::int4)" for s in sources)
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) "
            f"SELECT DISTINCT fact.source, (fact.at AT TIME ZONE '{settings.REPORTING_ZONE}')::date, fact.team "
            f"FROM {table} f CROSS JOIN LATERAL (VALUES {told}) AS fact (source, at, team) "
            f"WHERE ({subject}) = ANY(%s::bigint[]) AND fact.at IS NOT NULL",
            [array(subjects)],
        )


@contextmanager
def marking(about: str, subjects: Iterable[int]) -> Iterator[list[int]]:
    """Rewrite the facts of some subjects inside; on leaving, the cells they left or entered are marked.

    It yields the list of subjects: whoever makes new ones adds them to it. One transaction holds both.

        with marking("shift", known) as touched:
            touched += save(shifts)
    """
    touched = list(subjects)
    with transaction.atomic(), connection.cursor() as cursor:
        snapshot(cursor, touched, about=about)
        yield touched
        mark_changed(cursor, touched, had_facts=True, about=about)


def mark_days(source: str, first: date, last: date, *, teams: Sequence[int] | None = None) -> None:
    """Mark every cell of a source in some days: what all its facts hang on has changed (a rate, a calendar).

    With `teams`, theirs are marked without a look at the facts; an empty cell costs little to redo.
    """
    told = registry.source(source)
    if teams is not None:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        mark_cells(source, ((day, team) for day in days for team in teams))
        return
    starts, ends = bounds(first, last)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) "
            "SELECT source, day, team FROM metrics_cell WHERE source = %s AND day BETWEEN %s AND %s "
            f"UNION SELECT %s, (({told.at}) AT TIME ZONE %s)::date, ({told.team})::int FROM {told.table} f "
            f"WHERE ({told.at}) >= %s AND ({told.at}) < %s {facts_reader.began_sql(told, '%s', '%s')}",
            [source, first, last, source, settings.REPORTING_ZONE, *(2 if told.began else 1) * [starts, ends]],
        )


def mark_cells(source: str, cells: Iterable[tuple[date, int]]) -> None:
    """Mark these cells of a source, by day and team, whether or not a fact lies in them."""
    StaleCell.objects.bulk_create(
        [StaleCell(source=source, day=day, team=team) for day, team in cells], batch_size=5000
    )


def _sources_about(about: str) -> list[Source]:
    return [source for source in registry.sources() if source.about == about]


def _kept(source: Source) -> str:
    return f"kept_{source.slug}"


def _facts_of_subjects(source: Source) -> str:
    return f"{select_sql(source)} WHERE ({source.subject}) = ANY(%s::bigint[]) AND ({source.at}) IS NOT NULL"


def refill(*, until_empty: bool = True, progress: Callable[[int], None] | None = None) -> Refilled:
    """Redo stale cells, batch by batch, until none is left that another worker does not hold."""
    started, cells, facts = time.monotonic(), 0, 0
    for source in registry.sources():
        if _is_out_of_date(source):
            done = refill_all(source, progress=progress)
            cells, facts = cells + done.cells, facts + done.facts
    stocktaking.take_missing()
    mark_ticked()
    while True:
        done_cells, done_facts = _refill_batch()
        cells, facts = cells + done_cells, facts + done_facts
        if progress:
            progress(done_cells)
        if not done_cells or not until_empty:
            return Refilled(cells, facts, time.monotonic() - started)


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, the worker leaves stale cells alone: a past that is filled only by half would be told as a whole one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_HELD_BACK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [_HELD_BACK])


def is_held_back() -> bool:
    """Whether anybody is inside `held_back`; a process that died there holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_HELD_BACK],
        )
        return bool(cursor.fetchone()[0])


def _is_out_of_date(source: Source) -> bool:
    """Its cells were packed in another layout, or their days cut in another zone."""
    fill = Fill.objects.filter(source=source.slug).first()
    return fill is not None and (fill.layout != source.layout or fill.zone != settings.REPORTING_ZONE)


def mark_ticked() -> None:
    """Mark cells whose facts came true since the last call by time alone (a promise fell due)."""
    for source in (s for s in registry.sources() if s.ticks):
        with transaction.atomic(), connection.cursor() as cursor:
            fill, _ = Fill.objects.select_for_update().get_or_create(
                source=source.slug, defaults={"layout": source.layout, "zone": settings.REPORTING_ZONE}
            )
            now = timezone.now()
            # Before the first tick every fact written so far is still marked by its writer.
            cursor.execute(
                "INSERT INTO metrics_stalecell (source, day, team) SELECT DISTINCT %s, "
                f"(({source.at}) AT TIME ZONE %s)::date, ({source.team}) FROM {source.table} f "
                f"WHERE ({source.at}) > %s AND ({source.at}) <= %s {facts_reader.began_sql(source, '%s', '%s')}",
                [source.slug, settings.REPORTING_ZONE, *(2 if source.began else 1) * [fill.ticked_to or now, now]],
            )
            fill.ticked_to = now
            fill.save(update_fields=["ticked_to"])


@transaction.atomic
def _refill_batch() -> tuple[int, int]:
    """Claim and redo one batch; returns (cells, facts)."""
    with connection.cursor() as cursor:
        # Waiting for a rebuild later, inside the COPY that removes cells, would not see what it has written.
        cursor.execute("LOCK TABLE metrics_cell IN ROW EXCLUSIVE MODE")
        # An array is made once; of a join the planner may make the batch anew for each mark, and then it is no batch.
        cursor.execute(
            "DELETE FROM metrics_stalecell WHERE id = ANY(ARRAY(SELECT id FROM metrics_stalecell "
            "ORDER BY source, day, team FOR UPDATE SKIP LOCKED LIMIT %s)) RETURNING source, day, team",
            [BATCH],
        )
        claimed = sorted(set(cursor.fetchall()))
        if not claimed:
            return 0, 0
        _lock(cursor, claimed)
    facts, moved = 0, stocktaking.Moved()
    for source in registry.sources():
        keys = [(day, team) for slug, day, team in claimed if slug == source.slug]
        if keys:
            facts += _redo(source, keys, moved)
    stocktaking.record(moved)
    return len(claimed), facts


def _lock(cursor: CursorWrapper, cells: Iterable[tuple[str, date, int]]) -> None:
    """Hold the locks of these cells, in order so that workers cannot wait on each other in a circle.

    Cells share a fixed number of locks: however many a transaction redoes, the server's table of
    locks does not fill up.
    """
    names = [f"{source}/{day}/{team}" for source, day, team in cells]
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, key) FROM (SELECT DISTINCT (hashtextextended(name, 0) & %s)::int AS key "
        "FROM unnest(%s) AS name ORDER BY 1) AS keys",
        [_LOCKS, SHARED_LOCKS - 1, names],
    )


def _redo(source: Source, keys: list[CellKey], moved: stocktaking.Moved) -> int:
    now = timezone.now()
    day, team, facts = facts_reader.read_cells(source, keys, as_of=now)
    packed = list(pack(source, day, team, facts))
    with connection.cursor() as cursor:
        moved.replaced(source, _take_out(cursor, source, keys), packed)
    _store(source, packed, filled_at=now, generation=_bump(source))
    return len(facts)


def _take_out(cursor: CursorWrapper, source: Source, keys: list[CellKey]) -> dict[tuple[int, int], bytes]:
    """Remove cells; returns the block of each by (day number, team), where levels are made from them."""
    blocks = "block" if stocktaking.levels_of(source) else "''::bytea"
    delete = cursor.cursor.mogrify(
        "DELETE FROM metrics_cell WHERE source = %s AND (day, team) IN (SELECT * FROM unnest(%s::date[], %s::int[])) "
        f"RETURNING int4send(day - date '1970-01-01'), int4send(team), {blocks}, layout = %s",
        (source.slug, [day for day, _ in keys], [team for _, team in keys], source.layout),
    )
    removed = rows_of_bytes(cursor, delete.decode())
    if not all(as_packed_now == b"\x01" for *_, as_packed_now in removed):
        stocktaking.forget(source)  # their facts are told in another layout
        return {}
    return {
        (int.from_bytes(day, signed=True), int.from_bytes(team, signed=True)): block for day, team, block, _ in removed
    }


def refill_everything(*, progress: Callable[[int], None] | None = None) -> Refilled:
    """Redo every cell of every source, and the stocks made from them."""
    started = time.monotonic()
    parts = [refill_all(source, progress=progress) for source in registry.sources()]
    stocktaking.take_missing()
    return Refilled(sum(p.cells for p in parts), sum(p.facts for p in parts), time.monotonic() - started)


def refill_all(source: Source, *, progress: Callable[[int], None] | None = None) -> Refilled:
    """Redo every cell of a source in one transaction, walking its days in chunks."""
    started, cells, facts_seen = time.monotonic(), 0, 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE metrics_cell IN SHARE ROW EXCLUSIVE MODE")
        # Marks that another worker holds stay with it: waiting for them here would close a circle.
        cursor.execute(
            "DELETE FROM metrics_stalecell WHERE id = ANY(ARRAY"
            "(SELECT id FROM metrics_stalecell WHERE source = %s FOR UPDATE SKIP LOCKED))",
            [source.slug],
        )
        cursor.execute("DELETE FROM metrics_cell WHERE source = %s", [source.slug])
        stocktaking.forget(source)
        now, generation = timezone.now(), _next_generation(source)
        reach = facts_reader.day_range(source, as_of=now)
        first = reach[0] if reach else None
        step = 8
        while reach and first is not None and first <= reach[1]:
            last = min(first + timedelta(days=step - 1), reach[1])
            day, team, facts = facts_reader.read_days(source, first, last, as_of=now)
            packed = list(pack(source, day, team, facts))
            _store(source, packed, filled_at=now, generation=generation)
            cells, facts_seen = cells + len(packed), facts_seen + len(facts)
            step = _next_step(step, len(facts))
            first = last + timedelta(days=1)
            if progress:
                progress(len(packed))
        _bump(source, ticked_to=now)
    return Refilled(cells, facts_seen, time.monotonic() - started)


def _next_step(step: int, facts: int) -> int:
    """Days of the next chunk, so that it holds about CHUNK_FACTS."""
    return max(1, min(step * 4, 400, step * CHUNK_FACTS // max(1, facts)))


def _next_generation(source: Source) -> int:
    """What `_bump` will make it; the caller holds the lock of all cells."""
    fill = Fill.objects.filter(source=source.slug).first()
    return 1 + (fill.generation if fill else 0)


def _bump(source: Source, *, ticked_to: datetime | None = None) -> int:
    """A new generation: answers made from older cells are no longer served.

    Its row is held until the transaction ends, so that generations come to be seen in their order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_fill (source, generation, layout, zone, ticked_to) VALUES (%s, 1, %s, %s, %s) "
            "ON CONFLICT (source) DO UPDATE SET generation = metrics_fill.generation + 1, layout = excluded.layout, "
            "zone = excluded.zone, ticked_to = greatest(metrics_fill.ticked_to, excluded.ticked_to) "
            "RETURNING generation",
            [source.slug, source.layout, settings.REPORTING_ZONE, ticked_to],
        )
        return int(cursor.fetchone()[0])


def _store(source: Source, cells: Sequence[PackedCell], *, filled_at: datetime, generation: int) -> None:
    """COPY cells in; the caller has removed the old ones."""
    stream = BytesIO(stream_of(source, cells, filled_at=filled_at, generation=generation))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY metrics_cell ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)", stream)
