"""Proves stored cells: recomputes them from facts and names every one that differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils import timezone

from ops_dashboard.metrics import facts_reader, stocktaking
from ops_dashboard.metrics.asking import day_of
from ops_dashboard.metrics.definitions import Level, Source, registry
from ops_dashboard.metrics.holdings import EVERY, by_team
from ops_dashboard.metrics.models import Cell, StaleCell, Stock
from ops_dashboard.metrics.packing import PackedCell, pack

CHUNK_DAYS = 28


@dataclass(frozen=True)
class Difference:
    """A stored row that a rebuild would not give."""

    what: str
    key: str
    detail: str


def differing_cells(source: Source, *, since: date | None = None) -> Iterator[Difference]:
    """Cells of a source that a rebuild would store otherwise; stale ones are owed, not wrong."""
    stale = set(StaleCell.objects.filter(source=source.slug).values_list("day", "team"))
    for first, last in _chunks(source, since):
        rebuilt = {
            (day_of(cell.day), cell.team): cell
            for cell in pack(source, *facts_reader.read_days(source, first, last, as_of=timezone.now()))
        }
        stored = {
            (cell.day, cell.team): cell for cell in Cell.objects.filter(source=source.slug, day__range=(first, last))
        }
        for key in sorted({*rebuilt, *stored} - stale):
            if detail := _difference(source, stored.get(key), rebuilt.get(key)):
                yield Difference("cell", f"{source.slug} {key[0]} team {key[1]}", detail)


def differing_stocks() -> Iterator[Difference]:
    """Levels whose stored stock is not what their stored cells come to."""
    levels = [metric for metric in registry.metrics() if isinstance(metric, Level)]
    for slug, holding in stocktaking.counted(levels).items():
        rebuilt = {team: rows.tobytes() for team, rows in by_team(holding)}
        stored = {stock.team: bytes(stock.held) for stock in Stock.objects.filter(metric=slug)}
        if EVERY in stored:
            stored.pop(EVERY)
            for team in sorted({*rebuilt, *stored}):
                if rebuilt.get(team) != stored.get(team):
                    yield Difference("stock", f"{slug} team {team}", "is not what its cells add up to")


def _chunks(source: Source, since: date | None) -> Iterator[tuple[date, date]]:
    """Runs of days that hold facts or cells."""
    cells = Cell.objects.filter(source=source.slug).order_by("day").values_list("day", flat=True)
    reach = facts_reader.day_range(source, as_of=timezone.now())
    days = [day for day in (cells.first(), cells.last(), *(reach or ())) if day is not None]
    if not days:
        return
    first, last = max(min(days), since or min(days)), max(days)
    while first <= last:
        yield first, min(first + timedelta(days=CHUNK_DAYS - 1), last)
        first += timedelta(days=CHUNK_DAYS)


def _difference(source: Source, stored: Cell | None, rebuilt: PackedCell | None) -> str:
    if stored is None or rebuilt is None:
        return "is stored but has no facts" if rebuilt is None else "has facts but is not stored"
    if stored.totals != rebuilt.totals:
        return f"totals {stored.totals} should be {rebuilt.totals}"
    for name in ("hours", "histograms"):
        if bytes(getattr(stored, name)) != getattr(rebuilt, name):
            return f"{name} differ"
    blocks = [np.sort(np.frombuffer(bytes(raw), source.dtype)) for raw in (stored.block, rebuilt.block)]
    return "" if np.array_equal(blocks[0], blocks[1]) else "facts in the block differ"
