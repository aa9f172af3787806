"""A file of ratings: columns unit, rater, value. What cannot be read is named by line and field."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quality.agreement import Level, Ratings

COLUMNS = ("unit", "rater", "value")
MOST_CHARACTERS = 500  # of a field


@dataclass(frozen=True)
class RatingsFile:
    """The ratings, and what was counted on the way; an empty value is no rating."""

    ratings: Ratings
    units: int
    raters: int
    missing: int


class BadFile(ValueError):
    """A file that cannot be read; the message names it, the line and the field."""


def read_ratings(path: Path, level: Level) -> RatingsFile:
    """Read the file; BadFile names what is wrong where. Every level but nominal takes numbers."""
    units: list[str] = []
    raters: list[str] = []
    values: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    missing = 0
    try:
        for line, unit, rater, value in _lines(path):
            if (unit, rater) in seen:
                raise _bad(path, line, "rater", f"'{rater}' rated unit '{unit}' on line {seen[unit, rater]} already")
            seen[unit, rater] = line
            if not value:
                missing += 1
                continue
            if level is not Level.NOMINAL:
                _number(path, line, value, level)
            units.append(unit)
            raters.append(rater)
            values.append(value)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: is not UTF-8 text (byte {error.start})") from error
    given = values if level is Level.NOMINAL else [float(value) for value in values]
    return RatingsFile(Ratings.of(units, raters, given), len(set(units)), len(set(raters)), missing)


def _lines(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Line number, unit, rater, value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            places = [_place(path, header, name) for name in COLUMNS]
            for row in reader:
                if any(field.strip() for field in row):
                    yield reader.line_num, *_fields(path, reader.line_num, row, header, places)
        except csv.Error as error:
            raise BadFile(f"{path}, line {reader.line_num}: {error}") from error


def _place(path: Path, header: list[str], name: str) -> int:
    if header.count(name) != 1:
        found = "twice" if name in header else "no"
        raise BadFile(f"{path}, line 1: the head names {found} column '{name}'; it needs {', '.join(COLUMNS)}")
    return header.index(name)


def _fields(path: Path, line: int, row: list[str], header: list[str], places: list[int]) -> tuple[str, str, str]:
    if len(row) != len(header):
        raise BadFile(f"{path}, line {line}: has {len(row)} fields where the head has {len(header)}")
    unit, rater, value = (row[place].strip() for place in places)
    for name, field in zip(COLUMNS, (unit, rater, value), strict=True):
        if len(field) > MOST_CHARACTERS:
            raise _bad(path, line, name, f"is longer than {MOST_CHARACTERS} characters")
        if "\0" in field:
            raise _bad(path, line, name, "holds a NUL character")
    if not unit:
        raise _bad(path, line, "unit", "is empty")
    if not rater:
        raise _bad(path, line, "rater", "is empty")
    return unit, rater, value


def _number(path: Path, line: int, value: str, level: Level) -> None:
    try:
        number = float(value)
    except ValueError:
        raise _bad(path, line, "value", f"'{value[:60]}' is not a number, which level {level} needs") from None
    if not math.isfinite(number):
        raise _bad(path, line, "value", f"'{value[:60]}' is not a finite number")
    if abs(number) > 1e100:
        raise _bad(path, line, "value", f"'{value[:60]}' is too large to be squared")
    if level is Level.RATIO and number < 0:
        raise _bad(path, line, "value", f"'{value[:60]}' is below 0, where no ratios are taken")


def _bad(path: Path, line: int, field: str, words: str) -> BadFile:
    return BadFile(f"{path}, line {line}, field {field}: {words}")
