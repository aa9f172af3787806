"""What cells store, fetched once and kept while it stands.

A page asks the same cells many questions: by day, by team, now and before. So cells are fetched by
source and stretch of days, decoded once and kept per process; after a refill of the source only the
cells that it wrote are fetched again.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import numpy as np
from django.conf import settings
from django.db import connection

from ops_dashboard.metrics import stretches
from ops_dashboard.metrics.copying import rows_of_bytes
from ops_dashboard.metrics.definitions import Level, Source, registry
from ops_dashboard.metrics.holdings import EVERY, dtype_of
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.stretches import Content, Rows, Stretch, Teams, integers

BUDGET = 256 * 2**20  # bytes of arrays a process keeps

Key = tuple[object, ...]
Filter = tuple[str, list[int]]  # column, codes
Arrays = TypeVar("Arrays", Rows, Stretch)


class Kept:
    """A bounded store of arrays; what was used least lately goes first."""

    def __init__(self, budget: int) -> None:
        self._budget, self._size, self._lock = budget, 0, Lock()
        self._arrays: OrderedDict[Key, Rows | Stretch] = OrderedDict()

    def rows(self, key: Key, made: Callable[[], Rows]) -> Rows:
        """What is under a key that tells all it was made from."""
        known = self._get(key)
        return known if isinstance(known, Rows) else self._put(key, made())

    def stretch(self, key: Key, generation: int, renew: Callable[[Stretch | None], Stretch]) -> Stretch:
        """What is under a key, as it stands in a generation of its source."""
        known = self._get(key)
        if not isinstance(known, Stretch):
            return self._put(key, renew(None))
        return known if known.read_in == generation else self._put(key, renew(known))

    def _get(self, key: Key) -> Rows | Stretch | None:
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
            return self._arrays.get(key)

    def _put(self, key: Key, arrays: Arrays) -> Arrays:
        with self._lock:
            if known := self._arrays.pop(key, None):
                self._size -= known.nbytes
            if arrays.nbytes <= self._budget // 2:
                self._arrays[key] = arrays
                self._size += arrays.nbytes
            while self._size > self._budget:
                _, gone = self._arrays.popitem(last=False)
                self._size -= gone.nbytes
        return arrays

    def forget(self) -> None:
        with self._lock:
            self._arrays.clear()
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
        return self._stretch(stretches.totals(source), source, self._around(period), self.teams).rows

    def hours(self, source: Source, period: Period, measure: int) -> Rows:
        """HOURS[n] of one measure, by place; they are long and asked for once, so of no day beyond the period."""

        def of_measure(rows: Rows) -> Rows:
            slot = rows.what["slot"]
            return rows.where((slot >= measure * 24) & (slot < measure * 24 + 24))

        return self._part(stretches.hours(source), source, period, self.teams, measure, of_measure)

    def histograms(self, source: Source, period: Period, measure: int) -> Rows:
        """histogram.PAIRS[n] of one measure, by place."""
        content, around = stretches.histograms(source), self._around(period)
        return self._part(
            content, source, around, self.teams, measure, lambda rows: rows.where(rows.what["measure"] == measure)
        )

    def blocks(self, source: Source, period: Period, teams: list[int] | None, where: Sequence[Filter] = ()) -> Rows:
        """Facts[n] that pass every filter, of some teams; blocks are large, so no more of them than asked for."""
        content, around, allowed = stretches.blocks(source), self._around(period), _narrowed(self.teams, teams)
        if not where:
            return self._stretch(content, source, around, allowed).rows
        passing = tuple((column, tuple(codes)) for column, codes in where)
        return self._part(content, source, around, allowed, passing, lambda rows: _passing(rows, where))

    def stock(self, level: Level) -> Rows | None:
        """What a level holds after everything counted so far, by team and cuts; None where it was not counted."""
        generations = tuple(self.generations.get(slug, 0) for slug in level.sources)
        key = ("stock", level.slug, generations, settings.REPORTING_ZONE, self.teams)
        rows = KEPT.rows(key, lambda: fetch_stock(level, self.teams))
        counted = rows.team != EVERY
        return None if counted.all() else rows.where(counted)

    def _around(self, period: Period) -> Period:
        return next((reach for reach in self.reach if _covers(reach, period)), period)

    def _stretch(self, content: Content, source: Source, period: Period, teams: Teams) -> Stretch:
        generation = self.generations.get(source.slug, 0)

        def renew(known: Stretch | None) -> Stretch:
            if known is None:
                return stretches.fetched(content, source, period, teams, generation=generation)
            return stretches.renewed(known, content, source, period, teams, generation)

        return KEPT.stretch(_key(content, source, period, teams), generation, renew)

    def _part(
        self,
        content: Content,
        source: Source,
        period: Period,
        teams: Teams,
        which: object,
        taken: Callable[[Rows], Rows],
    ) -> Rows:
        """Some rows of a stretch, kept until one of its cells changes."""
        whole = self._stretch(content, source, period, teams)
        return KEPT.rows((*_key(content, source, period, teams), which, whole.since), lambda: taken(whole.rows))


def _key(content: Content, source: Source, period: Period, teams: Teams) -> Key:
    return (content.column, source.slug, source.layout, settings.REPORTING_ZONE, period, teams)


def _passing(rows: Rows, where: Sequence[Filter]) -> Rows:
    kept = np.ones(len(rows.what), bool)
    for column, codes in where:
        values = rows.team if column == "team" else rows.what[column]
        kept &= values == codes[0] if len(codes) == 1 else np.isin(values, codes)
    return rows.where(kept)


def _covers(outer: Period, inner: Period) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _narrowed(allowed: Teams, wanted: list[int] | None) -> Teams:
    if wanted is None:
        return allowed
    return tuple(sorted(wanted if allowed is None else set(wanted) & set(allowed)))


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
    team = np.repeat(integers([team for team, _ in rows]), sizes)
    return Rows(np.zeros_like(team), team, np.frombuffer(b"".join(held for _, held in rows), dtype))
