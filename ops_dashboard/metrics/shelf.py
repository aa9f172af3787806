"""What cells store, fetched once and kept while it stands.

A page asks the same cells many questions: by day, by team, now and before. So cells are fetched by
source and stretch of days, decoded once, and kept per process under the generation of their source;
a refill of the source makes a new generation, and the old arrays are the first to go.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

import numpy as np
from django.conf import settings
from django.db import connection

from ops_dashboard.metrics import histogram
from ops_dashboard.metrics.copying import ARRAY_HEADER, rows_of_bytes
from ops_dashboard.metrics.definitions import Level, Source, registry
from ops_dashboard.metrics.holdings import EVERY, dtype_of
from ops_dashboard.metrics.packing import HOURS
from ops_dashboard.metrics.periods import Period

BUDGET = 256 * 2**20  # bytes of arrays a process keeps

_INTEGER = np.dtype(">i4")
_ELEMENT = np.dtype([("length", ">i4"), ("amount", ">i8")])

Teams = tuple[int, ...] | None  # None: every team
Filter = tuple[str, list[int]]  # column, codes


@dataclass(frozen=True)
class Rows:
    """Parallel arrays by day: day numbers int64[n], teams int64[n], and what stands there [n] or [n, measures]."""

    day: np.ndarray
    team: np.ndarray
    what: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.day.nbytes + self.team.nbytes + self.what.nbytes

    def within(self, period: Period, teams: list[int] | None) -> "Rows":
        """The rows of some days and teams (None: every team that is here)."""
        start, end = np.searchsorted(self.day, (_number(period.start), _number(period.end) + 1)).tolist()
        rows = Rows(self.day[start:end], self.team[start:end], self.what[start:end])
        return rows if teams is None else rows.where(np.isin(rows.team, teams))

    def column(self, name: str) -> np.ndarray:
        """The team, or a column of what stands here. int64[n]"""
        return self.team if name == "team" else self.what[name].astype(np.int64)

    def where(self, kept: np.ndarray) -> "Rows":
        """The rows that `kept` marks."""
        return Rows(self.day[kept], self.team[kept], self.what[kept])


class Kept:
    """A bounded store of arrays; what was used least lately goes first."""

    def __init__(self, budget: int) -> None:
        self._budget, self._size, self._lock = budget, 0, Lock()
        self._rows: OrderedDict[tuple[object, ...], Rows] = OrderedDict()

    def get(self, key: tuple[object, ...], fetch: Callable[[], Rows]) -> Rows:
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
                return self._rows[key]
        rows = fetch()
        with self._lock:
            if key not in self._rows and rows.nbytes <= self._budget // 2:
                self._rows[key] = rows
                self._size += rows.nbytes
            while self._size > self._budget:
                _, gone = self._rows.popitem(last=False)
                self._size -= gone.nbytes
        return rows

    def forget(self) -> None:
        with self._lock:
            self._rows.clear()
            self._size = 0


KEPT = Kept(BUDGET)


@dataclass(frozen=True)
class Shelf:
    """The cells that one reader may read. `generations` by source, as they were when reading began;
    `reach` is the stretches of days that the questions to come will ask about, none touching another."""

    teams: Teams
    generations: dict[str, int]
    reach: tuple[Period, ...]

    def totals(self, source: Source, period: Period) -> Rows:
        """Every additive measure of each cell: int64[n, measures]."""
        return self._kept("totals", source, self._around(period), self.teams, _fetch_totals)

    def hours(self, source: Source, period: Period, measure: int) -> Rows:
        """HOURS[n] of one measure, by place; they are long and asked for once, so of no day beyond the period."""
        return self._kept(
            f"hours {measure}", source, period, self.teams, lambda *_: self._hours(source, period, measure)
        )

    def _hours(self, source: Source, period: Period, measure: int) -> Rows:
        every = self._kept("hours", source, period, self.teams, _fetch_hours)
        slot = every.what["slot"]
        return every.where((slot >= measure * 24) & (slot < measure * 24 + 24))

    def histograms(self, source: Source, period: Period, measure: int) -> Rows:
        """histogram.PAIRS[n] of one measure, by place."""
        around = self._around(period)
        return self._kept(
            f"histogram {measure}", source, around, self.teams, lambda *_: self._histogram(source, around, measure)
        )

    def _histogram(self, source: Source, period: Period, measure: int) -> Rows:
        every = self._kept("histograms", source, period, self.teams, _fetch_histograms)
        return every.where(every.what["measure"] == measure)

    def blocks(self, source: Source, period: Period, teams: list[int] | None, where: Sequence[Filter] = ()) -> Rows:
        """Facts[n] that pass every filter, of some teams; blocks are large, so no more of them than asked for."""
        around, allowed = self._around(period), _narrowed(self.teams, teams)
        if not where:
            return self._kept("blocks", source, around, allowed, fetch_blocks)
        passing = [(column, tuple(codes)) for column, codes in where]
        return self._kept(
            f"blocks {passing}", source, around, allowed, lambda *_: _passing(self.blocks(source, around, teams), where)
        )

    def stock(self, level: Level) -> Rows | None:
        """What a level holds after everything counted so far, by team and cuts; None where it was not counted."""
        generations = tuple(self.generations.get(slug, 0) for slug in level.sources)
        key = ("stock", level.slug, generations, settings.REPORTING_ZONE, self.teams)
        rows = KEPT.get(key, lambda: fetch_stock(level, self.teams))
        counted = rows.team != EVERY
        return None if counted.all() else rows.where(counted)

    def _around(self, period: Period) -> Period:
        return next((reach for reach in self.reach if _covers(reach, period)), period)

    def _kept(
        self,
        kind: str,
        source: Source,
        period: Period,
        teams: Teams,
        fetch: Callable[[Source, Period, Teams], Rows],
    ) -> Rows:
        generation = (source.slug, source.version, settings.REPORTING_ZONE, self.generations.get(source.slug, 0))
        return KEPT.get((kind, *generation, period, teams), lambda: fetch(source, period, teams))


def _passing(rows: Rows, where: Sequence[Filter]) -> Rows:
    kept = np.ones(len(rows.what), bool)
    for column, codes in where:
        kept &= np.isin(rows.column(column), codes)
    return rows.where(kept)


def _covers(outer: Period, inner: Period) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _narrowed(allowed: Teams, wanted: list[int] | None) -> Teams:
    if wanted is None:
        return allowed
    return tuple(sorted(wanted if allowed is None else set(wanted) & set(allowed)))


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _select(
    source: Source, column: str, period: Period, teams: Teams, *, size: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bytes]:
    """(day numbers, teams and sizes in bytes of each cell, the bytes of all), by day and team.

    `size` is how SQL tells the bytes of one cell. By COPY, since a plain fetch has every byte spelled
    out as two digits; a row for each day, since the rows of all cells cost Python more to part than
    the server to join.
    """
    with connection.cursor() as cursor:
        sql = cursor.cursor.mogrify(
            "SELECT int4send(day - date '1970-01-01'), string_agg(int4send(team), ''::bytea ORDER BY team), "
            f"string_agg(int4send({size}), ''::bytea ORDER BY team), "
            f"string_agg({column}, ''::bytea ORDER BY team) FROM metrics_cell "
            "WHERE source = %s AND day BETWEEN %s AND %s AND (%s OR team = ANY(%s::int[])) GROUP BY day ORDER BY day",
            (source.slug, period.start, period.end, teams is None, list(teams or ())),
        )
        rows = rows_of_bytes(cursor, sql.decode())
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), b""
    days, teams_of, sizes_of, joined = zip(*rows, strict=True)
    day = np.repeat(_integers(days), [len(each) // _INTEGER.itemsize for each in teams_of])
    return day, _integers(teams_of), _integers(sizes_of), b"".join(joined)


def _integers(sent: Sequence[bytes]) -> np.ndarray:
    """What `int4send` told, one value after another. int64[n]"""
    return np.frombuffer(b"".join(sent), _INTEGER).astype(np.int64)


def _fetch_totals(source: Source, period: Period, teams: Teams) -> Rows:
    day, team, _, raw = _select(source, "array_send(totals)", period, teams, size="0")
    return Rows(day, team, _amounts(raw, len(source.sums)))


def _amounts(raw: bytes, measures: int) -> np.ndarray:
    """Arrays as Postgres sends them -> int64[n, measures]"""
    row = np.dtype([("header", f"V{ARRAY_HEADER}"), ("elements", _ELEMENT, (measures,))])
    return np.frombuffer(raw, row)["elements"]["amount"].astype(np.int64)


def _fetch_pairs(column: str, dtype: np.dtype) -> Callable[[Source, Period, Teams], Rows]:
    def fetch(source: Source, period: Period, teams: Teams) -> Rows:
        day, team, sizes, raw = _select(source, column, period, teams, size=f"octet_length({column})")
        counts = sizes // dtype.itemsize
        return Rows(np.repeat(day, counts), np.repeat(team, counts), np.frombuffer(raw, dtype))

    return fetch


_fetch_hours = _fetch_pairs("hours", HOURS)
_fetch_histograms = _fetch_pairs("histograms", histogram.PAIRS)


def fetch_blocks(source: Source, period: Period, teams: Teams) -> Rows:
    return _fetch_pairs("block", source.dtype)(source, period, teams)


def fetch_stock(level: Level, teams: Teams) -> Rows:
    """dtype_of(level)[n] by team, and one row of team EVERY where the level has been counted."""
    dtype = dtype_of([registry.source(slug) for slug in level.sources])
    with connection.cursor() as cursor:
        sql = cursor.cursor.mogrify(
            "SELECT int4send(team), held FROM metrics_stock WHERE metric = %s AND (%s OR team = ANY(%s::int[])) "
            "ORDER BY team",
            (level.slug, teams is None, [EVERY, *(teams or ())]),
        )
        rows = rows_of_bytes(cursor, sql.decode())
    sizes = [len(held) // dtype.itemsize for _, held in rows]
    team = np.repeat(_integers([team for team, _ in rows]), sizes)
    return Rows(np.zeros_like(team), team, np.frombuffer(b"".join(held for _, held in rows), dtype))
