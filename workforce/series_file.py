"""Series, events and holidays from CSV files, with every refusal naming line and field.

`at` is an ISO moment: with an offset, or a wall time of the zone (UTC where none is given). On the
day clocks go back a wall time that comes twice means the first hour, then the second. Rows may be
missing; what is there lies on a regular grid.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import isfinite
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from ops_dashboard.people.zones import BadZone, zone_of
from workforce.series import DAY_S, Instants, Series, tabulate, weekday
from workforce.uplift import Happening

LARGEST = 1e12
YEARS = range(1900, 2400)
MOST_ROWS = 4_000_000
RARE = 0.25  # slots that were there less often are not continued
NAMES = {
    "type": ("type", "feature", "event"),
    "start": ("start", "start_date", "date", "on"),
    "end": ("end", "end_date"),
    "known_since": ("known_since",),
}


class BadFile(ValueError):
    """What is wrong, where: `series.csv, line 3, at: '...' is not a moment`."""


@dataclass(frozen=True)
class Told:
    """A series with how its moments were written, so that answers are written alike."""

    series: Series
    is_wall: bool
    is_daily: bool

    def written(self, at: int) -> str:
        if self.is_wall and self.is_daily:
            return datetime.fromtimestamp(at, UTC).date().isoformat()
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.series.zone))
        return (local.replace(tzinfo=None) if self.is_wall else local).isoformat(timespec="seconds")

    def next_intervals(self, count: int) -> Instants:
        """The next `count` intervals; times of the week that past weeks left out are left out."""
        series = self.series
        table = tabulate(series)
        goes_on = table.presence >= RARE
        if len(table) < 2 * table.cycle or not goes_on.any():
            following: Instants = series.at[-1] + series.step_s * np.arange(1, count + 1)
            return following
        wanted, first, found = count, 1, np.empty(0, dtype=np.int64)
        while len(found) < wanted:
            block = series.at[-1] + series.step_s * np.arange(first, first + max(4 * wanted, 7 * series.slots))
            day, slot = series.places(block)
            found = np.concatenate([found, block[goes_on[weekday(day, table.cycle), slot]]])
            first += len(block)
        return found[:wanted]


def read_series(path: Path, *, zone: str = "") -> Told:
    """Columns `at,value`; empty values are gaps. Raises BadFile."""
    try:
        info = zone_of(zone or "UTC")
    except BadZone as problem:
        raise BadFile(f"zone: {problem}") from problem
    rows = [(line, row["at"], row["value"]) for line, row in _rows(path, ("at", "value"))]
    moments = [_moment(path, line, text) for line, text, _ in rows]
    values = [_value(path, line, text) for line, _, text in rows]
    lines = [line for line, _, _ in rows]
    if not moments:
        raise BadFile(f"{path.name}: holds no rows under at,value")
    is_wall = moments[0].tzinfo is None
    for line, moment in zip(lines, moments, strict=True):
        if (moment.tzinfo is None) != is_wall:
            raise BadFile(f"{path.name}, line {line}, at: some moments name an offset and some do not")
    is_daily = is_wall and all(moment.time() == moments[0].time() for moment in moments) and len(moments) > 1
    if is_daily:  # days apart on the wall, whatever the clocks did between them
        seconds = [int(moment.replace(tzinfo=UTC).timestamp()) for moment in moments]
        info, zone = zone_of("UTC"), "UTC"
    elif is_wall:
        lines, seconds, values = _on_the_clock(path, lines, moments, values, info)
    else:
        seconds = [int(moment.timestamp()) for moment in moments]
    step = _step(path, lines, seconds)
    kept = [(at, value) for at, value in zip(seconds, values, strict=True) if value is not None]
    if not kept:
        raise BadFile(f"{path.name}, value: every value is empty")
    at = np.array([each for each, _ in kept], dtype=np.int64)
    return Told(Series(at, np.array([each for _, each in kept]), step, zone or "UTC"), is_wall, is_daily)


def read_events(path: Path) -> list[Happening]:
    """Columns `type,start` and, where wanted, `end` and `known_since` (a date or moment)."""
    found = []
    for line, row in _rows(path, ("type", "start"), names=NAMES):
        start = _date(path, line, "start", row["start"])
        end = _date(path, line, "end", row["end"]) if row.get("end") else None
        if end is not None and end < start:
            raise BadFile(f"{path.name}, line {line}, end: {end} lies before the start, {start}")
        if not row["type"].strip():
            raise BadFile(f"{path.name}, line {line}, type: is empty")
        known = _known(path, line, row["known_since"]) if row.get("known_since") else None
        found.append(Happening(row["type"].strip(), start, end, known))
    return found


def read_holidays(path: Path) -> frozenset[date]:
    """One column `date`."""
    rows = _rows(path, ("date",), names={"date": ("date", "on", "holiday", "holiday_date")})
    return frozenset(_date(path, line, "date", row["date"]) for line, row in rows)


def _rows(
    path: Path, columns: Sequence[str], *, names: dict[str, tuple[str, ...]] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) with the asked-for columns, however they are spelt; blank lines are left out."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            head = [each.strip().lower() for each in next(reader, [])]
            places = {
                column: next((head.index(name) for name in spelt if name in head), -1)
                for column, spelt in (names or {each: (each,) for each in columns}).items()
            }
            for column in columns:
                if places[column] < 0:
                    raise BadFile(f"{path.name}, line 1: has no column {column!r}; it needs {','.join(columns)}")
            for row in reader:
                if not any(each.strip() for each in row):
                    continue
                if len(row) != len(head):
                    raise BadFile(f"{path.name}, line {reader.line_num}: has {len(row)} fields, the head {len(head)}")
                if reader.line_num > MOST_ROWS:
                    raise BadFile(f"{path.name}, line {reader.line_num}: more than {MOST_ROWS:,} lines")
                yield reader.line_num, {column: row[place].strip() for column, place in places.items() if place >= 0}
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name}: is not text in UTF-8 (byte {error.start})") from error
    except csv.Error as error:
        raise BadFile(f"{path.name}, line {reader.line_num}: {error}") from error
    except OSError as error:
        raise BadFile(f"{path.name}: cannot be read ({error.strerror})") from error


def _moment(path: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadFile(f"{path.name}, line {line}, at: {text!r} is not a moment such as 2026-03-02T09:30") from error
    if moment.year not in YEARS:
        raise BadFile(f"{path.name}, line {line}, at: {text!r} is not between 1900 and 2399")
    if moment.microsecond:
        raise BadFile(f"{path.name}, line {line}, at: {text!r} is not at a whole second")
    return moment


def _value(path: Path, line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        value = None
    if value is None or not isfinite(value):
        raise BadFile(f"{path.name}, line {line}, value: {text!r} is not a number")
    if not 0 <= value <= LARGEST:
        raise BadFile(f"{path.name}, line {line}, value: {text} is not between 0 and {LARGEST:.0e}")
    return value


def _on_the_clock(
    path: Path, lines: Sequence[int], moments: Sequence[datetime], values: Sequence[float | None], info: ZoneInfo
) -> tuple[list[int], list[int], list[float | None]]:
    """Lines, instants and values of wall times in the zone; a repeated hour's second reading is the later one.

    A wall time that never came is left out where it holds nothing, as in a grid filled with zeros.
    """
    kept, told = [], set[datetime]()
    for line, moment, value in zip(lines, moments, values, strict=True):
        instant = moment.replace(tzinfo=info, fold=1 if moment in told else 0).astimezone(UTC)
        told.add(moment)
        if instant.astimezone(info).replace(tzinfo=None) == moment:
            kept.append((line, int(instant.timestamp()), value))
        elif value:
            raise BadFile(f"{path.name}, line {line}, at: {moment} never came in {info.key}; clocks went forward")
    return [each[0] for each in kept], [each[1] for each in kept], [each[2] for each in kept]


def _step(path: Path, lines: Sequence[int], seconds: list[int]) -> int:
    """The interval between rows; refuses rows out of order, twice told or off the grid."""
    gaps = [b - a for a, b in pairwise(seconds)]
    for place, gap in enumerate(gaps):
        if gap <= 0:
            said = "stands there twice" if gap == 0 else "comes before the row above"
            raise BadFile(f"{path.name}, line {lines[place + 1]}, at: this moment {said}")
    if not gaps:
        return DAY_S
    step = Counter(gaps).most_common(1)[0][0]
    if DAY_S % step and step % DAY_S:
        raise BadFile(f"{path.name}, at: rows are {timedelta(seconds=step)} apart, which does not divide a day")
    for place, gap in enumerate(gaps):
        if gap % step:
            raise BadFile(
                f"{path.name}, line {lines[place + 1]}, at: is {timedelta(seconds=gap)} after the row above, "
                f"off the grid of {timedelta(seconds=step)}"
            )
    return step


def _date(path: Path, line: int, field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadFile(f"{path.name}, line {line}, {field}: {text!r} is not a date such as 2026-03-02") from error


def _known(path: Path, line: int, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadFile(f"{path.name}, line {line}, known_since: {text!r} is not a date or moment") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
