"""Packed cells -> the rows of their table as a COPY BINARY stream. Pure.

A cell is some kilobytes of bytes under a short head, so it is put together whole, not column by
column as `copying` does for rows of small values.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from struct import Struct

import numpy as np

from ops_dashboard.metrics.copying import HEADER, MICRO, POSTGRES_EPOCH_S, TRAILER
from ops_dashboard.metrics.definitions import Source
from ops_dashboard.metrics.packing import PackedCell

COLUMNS = ("source", "day", "team", "n", "totals", "hours", "histograms", "block", "layout", "filled_at", "generation")

_BIGINT = 20  # the number of the type in Postgres' catalogue
_EPOCH_DAY = (date(2000, 1, 1) - date(1970, 1, 1)).days  # where Postgres counts days from
_SIZE = Struct(">i")
_END = Struct(">ihiqiq")  # layout, filled_at and generation, each after its size
_ELEMENT = np.dtype([("size", ">i4"), ("amount", ">i8")])


def stream_of(source: Source, cells: Sequence[PackedCell], *, filled_at: datetime, generation: int) -> bytes:
    """What COPY reads for cells of one source."""
    slug = source.slug.encode()
    head = Struct(f">hi{len(slug)}siiiiiii")  # fields, slug, day, team and n, each after its size; the size of totals
    at = (filled_at - datetime.fromtimestamp(POSTGRES_EPOCH_S, UTC)).total_seconds()
    end = _END.pack(2, source.layout, 8, int(at * MICRO), 8, generation)
    parts = [HEADER]
    for cell, totals in zip(cells, _totals(cells), strict=True):
        parts += (
            head.pack(len(COLUMNS), len(slug), slug, 4, cell.day - _EPOCH_DAY, 4, cell.team, 4, cell.n, len(totals)),
            totals,
            _SIZE.pack(len(cell.hours)),
            cell.hours,
            _SIZE.pack(len(cell.histograms)),
            cell.histograms,
            _SIZE.pack(len(cell.block)),
            cell.block,
            end,
        )
    return b"".join([*parts, TRAILER])


def _totals(cells: Sequence[PackedCell]) -> list[bytes]:
    """Each cell's totals as an array of bigint."""
    measures = len(cells[0].totals) if cells else 0
    if not measures:
        return [Struct(">iiI").pack(0, 0, _BIGINT)] * len(cells)
    elements = np.empty((len(cells), measures), _ELEMENT)
    elements["size"], elements["amount"] = 8, np.array([cell.totals for cell in cells], np.int64)
    raw, width = elements.tobytes(), measures * _ELEMENT.itemsize
    header = Struct(">iiIii").pack(1, 0, _BIGINT, measures, 1)
    return [header + raw[start : start + width] for start in range(0, len(raw), width)]
