"""The only writer of stocks: what each level holds after everything that its cells count.

A refill adds what its cells gained and takes what they lost, in its own transaction, so that a stock
is always the sum over the stored cells. Refilling a whole source forgets the stocks made from it, and
they are taken anew from the cells. A level without its row of EVERY has not been counted; readers then
go through its history instead.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import numpy as np
from django.db import connection, transaction

from ops_dashboard.metrics import stretches
from ops_dashboard.metrics.definitions import Level, Source, registry
from ops_dashboard.metrics.holdings import (
    EVERY,
    Holding,
    Told,
    by_team,
    differing,
    dtype_of,
    moves,
    negative,
    net_moves,
    together,
)
from ops_dashboard.metrics.models import Fill, Stock
from ops_dashboard.metrics.packing import PackedCell
from ops_dashboard.metrics.periods import Period, spanning

CHUNK_DAYS = 28

CellKey = tuple[int, int]  # day number, team


class Moved:
    """What the cells of a refill gained and lost, level by level."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Holding]] = {}

    def replaced(self, source: Source, before: dict[CellKey, bytes], cells: Iterable[PackedCell]) -> None:
        """The blocks of cells that were taken out, by (day number, team), and the cells put in their place."""
        removed = dict(before)
        pairs = [(cell.team, removed.pop((cell.day, cell.team), b""), cell.block) for cell in cells]
        pairs += [(team, block, b"") for (_, team), block in removed.items()]
        of_one_size = [pair for pair in pairs if len(pair[1]) == len(pair[2]) and pair[1] != pair[2]]
        self._add(source, *differing(*_told(source, of_one_size)))
        self._add(source, *_told(source, [pair for pair in pairs if len(pair[1]) != len(pair[2])]))

    def _add(self, source: Source, lost: Told, gained: Told) -> None:
        for level in levels_of(source):
            parts = [_moves(level, source, gained), negative(_moves(level, source, lost))]
            self._parts.setdefault(level.slug, []).extend(parts)

    def changes(self) -> dict[str, Holding]:
        """By level what it holds more or less than before, where it does."""
        summed = {slug: together(parts, _dtype(slug)) for slug, parts in sorted(self._parts.items())}
        return {slug: change for slug, change in summed.items() if len(change.team)}


def _told(source: Source, pairs: Sequence[tuple[int, bytes, bytes]]) -> tuple[Told, Told]:
    """Facts of (team, block before, block after): those before and those after."""
    team = np.array([pair[0] for pair in pairs], np.int64)

    def told(blocks: Sequence[bytes]) -> Told:
        sizes = np.array([len(block) // source.dtype.itemsize for block in blocks], np.int64)
        return np.repeat(team, sizes), np.frombuffer(b"".join(blocks), source.dtype)

    return told([pair[1] for pair in pairs]), told([pair[2] for pair in pairs])


def levels_of(source: Source) -> list[Level]:
    return [level for level in _levels() if source.slug in level.sources]


def _levels() -> list[Level]:
    return [metric for metric in registry.metrics() if isinstance(metric, Level)]


def _dtype(slug: str) -> np.dtype:
    return dtype_of([registry.source(source) for source in registry.metric(slug).sources])


def _moves(level: Level, source: Source, told: Told) -> Holding:
    return moves(level, source, _dtype(level.slug), *told)


def record(moved: Moved) -> None:
    """Bring the stocks up to date, last in the transaction that changed the cells.

    The row of EVERY is held until it ends: refills side by side add to one level in turn, and take
    turns in the order of the levels.
    """
    changes = moved.changes()
    known = Stock.objects.filter(team=EVERY, metric__in=changes).order_by("metric").select_for_update()
    for slug in [stock.metric for stock in known] if changes else []:
        _add(slug, changes[slug])


def _add(slug: str, change: Holding) -> None:
    teams, dtype = np.unique(change.team).tolist(), _dtype(slug)
    held = [
        Holding(np.full(len(rows), stock.team, np.int64), rows)
        for stock in Stock.objects.filter(metric=slug, team__in=teams)
        for rows in [np.frombuffer(bytes(stock.held), dtype)]
    ]
    Stock.objects.filter(metric=slug, team__in=teams).delete()
    _store(slug, together([*held, change], dtype))


def _store(slug: str, holding: Holding) -> None:
    Stock.objects.bulk_create([Stock(metric=slug, team=team, held=rows.tobytes()) for team, rows in by_team(holding)])


def forget(source: Source) -> None:
    """Its levels are not counted any more.

    Safe beside other refills: who adds to a level waits for its row of EVERY, does not find it any more and adds
    nothing. A team's row that was written meanwhile counts for nothing without it, and goes when the level is taken
    anew, under the lock of all cells.
    """
    Stock.objects.filter(metric__in=[level.slug for level in levels_of(source)]).delete()


def take_missing() -> None:
    """Count the levels that have not been, from stored cells."""
    if not _missing():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE metrics_cell IN SHARE ROW EXCLUSIVE MODE")
        missing = _missing()
        Stock.objects.filter(metric__in=[level.slug for level in missing]).delete()
        for slug, holding in counted(missing).items():
            _store(slug, holding)
            Stock.objects.create(metric=slug, team=EVERY, held=np.zeros(1, _dtype(slug)).tobytes())


def _missing() -> list[Level]:
    known = set(Stock.objects.filter(team=EVERY).values_list("metric", flat=True))
    return [level for level in _levels() if level.slug not in known]


def counted(levels: Sequence[Level]) -> dict[str, Holding]:
    """By level what it holds, from all stored cells."""
    found: dict[str, Holding] = {}
    for slugs in dict.fromkeys(level.sources for level in levels):
        found |= _counted([registry.source(slug) for slug in slugs], [lv for lv in levels if lv.sources == slugs])
    return found


def _counted(sources: Sequence[Source], levels: Sequence[Level]) -> dict[str, Holding]:
    """The same of levels made from the same sources, walked month by month."""
    dtype = dtype_of(sources)
    held = {level.slug: together([], dtype) for level in levels}
    for chunk in _chunks(sources):
        blocks = [(source, stretches.fetched(stretches.blocks(source), source, chunk, None).rows) for source in sources]
        moved = net_moves(levels, [(source, (rows.team, rows.what)) for source, rows in blocks], dtype)
        held = {slug: together([holding, moved[slug]], dtype) for slug, holding in held.items()}
    return held


def _chunks(sources: Sequence[Source]) -> Iterator[Period]:
    reaches = Fill.objects.reaches()
    reach = spanning(reaches[source.slug] for source in sources if source.slug in reaches)
    start = reach.start if reach else None
    while reach and start and start <= reach.end:
        yield Period(start, min(start + timedelta(days=CHUNK_DAYS - 1), reach.end))
        start += timedelta(days=CHUNK_DAYS)
