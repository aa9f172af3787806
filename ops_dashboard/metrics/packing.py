"""Facts of many cells -> the four forms a cell stores. Pure numpy.

All four are additive: totals add, and the pairs of hours and histograms and the rows of blocks
simply follow one another.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ops_dashboard.metrics import histogram
from ops_dashboard.metrics.definitions import Facts, Source

HOURS = np.dtype([("slot", "<u2"), ("amount", "<i8")])  # slot = measure index * 24 + local hour


@dataclass(frozen=True)
class PackedCell:
    """What one cell stores, beside its key."""

    day: int  # days since 1970-01-01
    team: int
    n: int
    totals: list[int]
    hours: bytes
    histograms: bytes
    block: bytes


def pack(source: Source, day: np.ndarray, team: np.ndarray, facts: Facts) -> Iterator[PackedCell]:
    """Cells of facts that come sorted by (day, team); day, team: int64[n]."""
    if not len(facts):
        return
    starts = np.flatnonzero(np.r_[True, (day[1:] != day[:-1]) | (team[1:] != team[:-1])])
    ends = np.r_[starts[1:], len(facts)]
    cell = np.repeat(np.arange(len(starts)), ends - starts)
    totals = _totals(source, facts, starts)
    hours = _runs(*_hours(source, facts, cell), cells=len(starts))
    histograms = _runs(*_histograms(source, facts, cell), cells=len(starts))
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        yield PackedCell(
            day=int(day[start]),
            team=int(team[start]),
            n=end - start,
            totals=totals[i].tolist(),
            hours=hours[i],
            histograms=histograms[i],
            block=facts[start:end].tobytes(),
        )


def _totals(source: Source, facts: Facts, starts: np.ndarray) -> np.ndarray:
    """int64[cells, measures]"""
    sums = [np.add.reduceat(measure.values(facts), starts) for measure in source.sums]
    return np.stack(sums, axis=1) if sums else np.zeros((len(starts), 0), dtype=np.int64)


def _hours(source: Source, facts: Facts, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cell of each pair int64[m], pairs HOURS[m]), sorted by cell."""
    hour = facts["second"].astype(np.int64) // 3600
    width = 24 * max(1, len(source.sums))
    keys, amounts = [], []
    for index, measure in enumerate(source.sums):
        if measure.hourly:
            keys.append(cell * width + index * 24 + hour)
            amounts.append(measure.values(facts))
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, HOURS)
    distinct, place = np.unique(np.concatenate(keys), return_inverse=True)
    summed = np.zeros(len(distinct), np.int64)
    np.add.at(summed, place, np.concatenate(amounts))
    pairs = np.empty(len(distinct), HOURS)
    pairs["slot"], pairs["amount"] = distinct % width, summed
    kept = summed != 0
    return (distinct // width)[kept], pairs[kept]


def _histograms(source: Source, facts: Facts, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cell of each pair int64[m], pairs histogram.PAIRS[m]), sorted by cell."""
    keys = []
    width = 1 << 16
    for index, measure in enumerate(source.histograms):
        chosen = _mask(measure.where, facts)
        bucket = histogram.bucket_of(measure.selected(facts)).astype(np.int64)
        keys.append((cell[chosen] * len(source.histograms) + index) * width + bucket)
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, histogram.PAIRS)
    distinct, counts = np.unique(np.concatenate(keys), return_counts=True)
    pairs = np.empty(len(distinct), histogram.PAIRS)
    pairs["bucket"], pairs["count"] = distinct % width, counts
    pairs["measure"] = distinct // width % len(source.histograms)
    return distinct // width // len(source.histograms), pairs


def _mask(where: object, facts: Facts) -> np.ndarray:
    return np.ones(len(facts), bool) if where is None else np.asarray(where(facts), bool)  # type: ignore[operator]


def _runs(cell: np.ndarray, pairs: np.ndarray, *, cells: int) -> list[bytes]:
    """The bytes of each cell's pairs."""
    edges = np.searchsorted(cell, np.arange(cells + 1)).tolist()
    return [pairs[a:b].tobytes() for a, b in zip(edges[:-1], edges[1:], strict=True)]
