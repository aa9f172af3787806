"""The cells of a stretch of days as arrays, and how those are brought up to date.

Every cell bears the generation of its source in which it was written. So what is known of a stretch
is renewed by one look at which cells it has now, with the contents of those alone that are younger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from django.db import connection

from ops_dashboard.metrics import histogram
from ops_dashboard.metrics.copying import ARRAY_HEADER, rows_of_bytes
from ops_dashboard.metrics.definitions import Source
from ops_dashboard.metrics.packing import HOURS
from ops_dashboard.metrics.periods import Period

Teams = tuple[int, ...] | None  # None: every team

_INTEGER = np.dtype(">i4")
_ELEMENT = np.dtype([("length", ">i4"), ("amount", ">i8")])
_STANDS = -1  # in place of the size of a cell that has not changed
_NEW = -1  # in place of where a cell was known


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
        """The rows that `kept` marks. bool[n]"""
        places = np.flatnonzero(kept)  # found once for all three
        return Rows(self.day[places], self.team[places], self.what[places])


@dataclass(frozen=True)
class Content:
    """A part of a cell: the SQL that gives its bytes, how many make a row, and what they say."""

    column: str
    width: int
    read: Callable[[bytes], np.ndarray]
    is_one_row: bool = False  # of every cell


@dataclass(frozen=True)
class Stretch:
    """Some cells of a source, by day and team: where each is, how many rows it has, and the rows of all.

    day, team, size: int64[c]. It is as cells stood in the generation `read_in`, and has been so since `since`.
    """

    day: np.ndarray
    team: np.ndarray
    size: np.ndarray
    rows: Rows
    since: int
    read_in: int

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes + self.day.nbytes + self.team.nbytes + self.size.nbytes


def totals(source: Source) -> Content:
    """Every additive measure: int64[n, measures], a row for each cell."""
    measures = len(source.sums)
    width = ARRAY_HEADER + measures * _ELEMENT.itemsize
    return Content("array_send(totals)", width, lambda raw: _amounts(raw, measures), is_one_row=True)


def _amounts(raw: bytes, measures: int) -> np.ndarray:
    """Arrays as Postgres sends them -> int64[n, measures]"""
    row = np.dtype([("header", f"V{ARRAY_HEADER}"), ("elements", _ELEMENT, (measures,))])
    return np.frombuffer(raw, row)["elements"]["amount"].astype(np.int64)


def hours(source: Source) -> Content:
    return _packed("hours", HOURS)


def histograms(source: Source) -> Content:
    return _packed("histograms", histogram.PAIRS)


def blocks(source: Source) -> Content:
    return _packed("block", source.dtype)


def _packed(column: str, dtype: np.dtype) -> Content:
    return Content(column, dtype.itemsize, lambda raw: np.frombuffer(raw, dtype))


def fetched(content: Content, source: Source, period: Period, teams: Teams, *, generation: int = 0) -> Stretch:
    """The cells of a stretch of days; `generation` is that of the source when reading began."""
    day, team, size, raw = _select(content, source, period, teams, newer_than=-1)
    return _stretch(day, team, size, content.read(raw), since=generation, read_in=generation)


def renewed(known: Stretch, content: Content, source: Source, period: Period, teams: Teams, generation: int) -> Stretch:
    """The same cells as they stand in a later generation; what has not changed is taken from `known`."""
    day, team, size, raw = _select(content, source, period, teams, newer_than=known.read_in)
    stands = size == _STANDS
    if stands.all() and len(day) == len(known.day):
        return replace(known, read_in=generation)
    place = np.searchsorted(_key(known.day, known.team), _key(day, team))
    size[stands] = known.size[place[stands]]
    what = _spliced(known, content.read(raw), size, np.where(stands, place, _NEW))
    return _stretch(day, team, size, what, since=generation, read_in=generation)


def _spliced(known: Stretch, new: np.ndarray, size: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The rows of all cells in order, taken run by run: `place` is that of a cell in `known`, or _NEW."""
    is_new = place == _NEW
    starts_known, starts_new = np.cumsum(known.size) - known.size, np.cumsum(np.where(is_new, size, 0)) - size
    lag = np.where(is_new, len(place) + len(known.size), np.arange(len(place)) - place)  # the same all through a run
    firsts = [0, *(np.flatnonzero(np.diff(lag)) + 1).tolist()] if len(place) else []
    parts = [new[:0]]
    for first, end in zip(firsts, [*firsts[1:], len(place)], strict=False):
        rows = int(size[first:end].sum())
        start = int(starts_new[first] if is_new[first] else starts_known[place[first]])
        parts.append((new if is_new[first] else known.rows.what)[start : start + rows])
    return np.concatenate(parts)


def _key(day: np.ndarray, team: np.ndarray) -> np.ndarray:
    return (day << 32) + team


def _stretch(
    day: np.ndarray, team: np.ndarray, size: np.ndarray, what: np.ndarray, *, since: int, read_in: int
) -> Stretch:
    rows = Rows(np.repeat(day, size), np.repeat(team, size), what)
    return Stretch(day, team, size, rows, since, read_in)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _select(
    content: Content, source: Source, period: Period, teams: Teams, *, newer_than: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bytes]:
    """(day numbers, teams, rows of each cell, the bytes of all), by day and team.

    Cells that are not newer have no bytes here, and _STANDS for their rows. By COPY, since a plain fetch
    has every byte spelled out as two digits; a row for each day, since the rows of all cells cost Python
    more to part than the server to join.
    """
    size = "1" if content.is_one_row else f"octet_length({content.column}) / {content.width}"
    with connection.cursor() as cursor:
        sql = cursor.cursor.mogrify(
            "SELECT int4send(day - date '1970-01-01'), string_agg(int4send(team), ''::bytea ORDER BY team), "
            f"string_agg(int4send(CASE WHEN generation > %s THEN {size} ELSE {_STANDS} END), ''::bytea ORDER BY team), "
            f"string_agg(CASE WHEN generation > %s THEN {content.column} ELSE '' END, ''::bytea ORDER BY team) "
            "FROM metrics_cell WHERE source = %s AND day BETWEEN %s AND %s AND (%s OR team = ANY(%s::int[])) "
            "GROUP BY day ORDER BY day",
            (newer_than, newer_than, source.slug, period.start, period.end, teams is None, list(teams or ())),
        )
        rows = rows_of_bytes(cursor, sql.decode())
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), b""
    days, teams_of, sizes_of, joined = zip(*rows, strict=True)
    day = np.repeat(integers(days), [len(each) // _INTEGER.itemsize for each in teams_of])
    return day, integers(teams_of), integers(sizes_of), b"".join(joined)


def integers(sent: Sequence[bytes]) -> np.ndarray:
    """What `int4send` told, one value after another. int64[n]"""
    return np.frombuffer(b"".join(sent), _INTEGER).astype(np.int64)
