"""Business seconds between two instants, several ways over the same rows."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import perf_counter

import numpy as np

from tickets.business_time import Calendar, Instants, clock, open_intervals

ROWS = 2_000_000
ROWS_ONE_BY_ONE = 100_000
REPEATS = 5
TARGET_S = 3600
LOW = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
HIGH = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
LONGEST_S = 30 * 86_400

LONDON = Calendar(
    timezone="Europe/London",
    weekly=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "12:30"), ("13:15", "17:30"))),
    holidays=frozenset(
        date(year, month, day) for year in range(2022, 2026) for month, day in ((1, 1), (12, 25), (12, 26))
    ),
)


@dataclass(frozen=True)
class Table:
    """Edges in time order and F at each, for the ways we compare with."""

    edges: Instants
    levels: Instants

    @classmethod
    def of(cls, calendar: Calendar) -> "Table":
        starts, ends = open_intervals(calendar, LOW - LONGEST_S, HIGH + 2 * LONGEST_S)
        worked = np.concatenate([[0], np.cumsum(ends - starts)])
        levels = np.column_stack([worked[:-1], worked[1:]]).ravel()
        return cls(np.column_stack([starts, ends]).ravel(), levels)


@dataclass(frozen=True)
class Way:
    """One way to an answer, and the answer it should give."""

    name: str
    answer: Callable[[], Instants]
    right: Instants

    def row(self) -> str:
        """Its line of the table: the best of a few runs."""
        seconds, same = float("inf"), True
        for _ in range(REPEATS):
            began = perf_counter()
            answer = self.answer()
            seconds = min(seconds, perf_counter() - began)
            same = same and bool(np.array_equal(answer, self.right))
        rate, rows = len(self.right) / seconds, len(self.right)
        return f"{self.name:36}{rows:>11,}{rate / 1e6:>10.2f}{1e9 / rate:>9.0f}  {same}"


def run() -> None:
    """Print rows per second of each way."""
    ours, table = clock(LONDON), Table.of(LONDON)
    start, end = _spans()
    by_row = start[:ROWS_ONE_BY_ONE].tolist(), end[:ROWS_ONE_BY_ONE].tolist()
    elapsed = np.array(_bisected(table, start.tolist(), end.tolist()))
    order = np.argsort(start)
    early, late = start[order], end[order]
    target_s = np.full_like(start, TARGET_S)
    due = np.array(_due_by_row(table, start.tolist()))
    ways = [
        Way("elapsed: Clock", lambda: ours.elapsed(start, end), elapsed),
        Way("elapsed: Clock, in time order", lambda: ours.elapsed(early, late), elapsed[order]),
        Way("elapsed: numpy.searchsorted", lambda: _searched(table, start, end), elapsed),
        Way("elapsed: numpy.interp", lambda: _interpolated(table, start, end), elapsed),
        Way(
            "elapsed: bisect, row by row",
            lambda: np.array(_bisected(table, *by_row)),
            elapsed[:ROWS_ONE_BY_ONE],
        ),
        Way("due: Clock", lambda: ours.due(start, target_s), due),
        Way(
            "due: bisect, row by row",
            lambda: np.array(_due_by_row(table, by_row[0])),
            due[:ROWS_ONE_BY_ONE],
        ),
    ]
    print(f"{len(table.edges):,} edges; the row-by-row answers are the right ones")
    print(f"{'way':36}{'rows':>11}{'M rows/s':>10}{'ns/row':>9}  same answers")
    for way in ways:
        print(way.row())


def _spans() -> tuple[Instants, Instants]:
    random = np.random.default_rng(seed=7)
    start = random.integers(LOW, HIGH, ROWS)
    return start, start + random.integers(0, LONGEST_S, ROWS)


def _searched(table: Table, start: Instants, end: Instants) -> Instants:
    def level(at: Instants) -> Instants:
        place = np.searchsorted(table.edges, at, side="right") - 1
        running = np.where(place % 2 == 0, at - table.edges[place], 0)
        return table.levels[place] + running

    return level(end) - level(start)


def _interpolated(table: Table, start: Instants, end: Instants) -> Instants:
    before, after = (np.interp(at, table.edges, table.levels) for at in (start, end))
    return np.rint(after - before).astype(np.int64)


def _bisected(table: Table, start: list[int], end: list[int]) -> list[int]:
    edges, levels = table.edges.tolist(), table.levels.tolist()

    def level(at: int) -> int:
        place = bisect_right(edges, at) - 1
        return int(levels[place] + (0 if place % 2 else at - edges[place]))

    return [level(late) - level(early) for early, late in zip(start, end, strict=True)]


def _due_by_row(table: Table, start: list[int]) -> list[int]:
    edges, levels = table.edges.tolist(), table.levels.tolist()
    before = levels[::2]

    def due(at: int) -> int:
        place = bisect_right(edges, at) - 1
        level = levels[place] + (0 if place % 2 else at - edges[place]) + TARGET_S
        opened = bisect_left(before, level) - 1
        return int(edges[2 * opened] + level - before[opened])

    return [due(at) for at in start]
