"""Feedback told by machines: what one item may say, and files of items (CSV or JSON lines, plain or gzip).

An item has `id` (the source's own), `at` (ISO-8601), `text` and perhaps `rating` (1 to 5), `channel`,
`language`, `area` (a product area), `team`, and who wrote it, so that it can be masked in the text:
`requester_known {name, email, phone, handle}`, or `requester_name`, `requester_email` ... as columns.
Who wrote it is never stored. In CSV files the first line names the columns; further ones are left alone.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson

from insights.feedback_intake import LONGEST_REF, Told
from tickets.connectors.drafts import Rejected
from tickets.connectors.lines import LONGEST_LINE, BadFile, BadLine, numbered
from tickets.draft_checks import EARLIEST, SKEW
from tickets.redaction import KNOWN, NOBODY_KNOWN, Kind, Known, redact
from tickets.words import LONGEST

NAMES = ("id", "at", "text", "rating", "channel", "language", "area", "team")
IDENTITY = "requester_known"
FLAT = {f"requester_{word}": word for word in KNOWN}
NEEDED = ("id", "at")
LOWEST, HIGHEST = 1, 5
MOST_KNOWN, LONGEST_KNOWN = 10, 200
_TELLING = (Kind.EMAIL, Kind.URL, Kind.HANDLE)


@dataclass(frozen=True)
class Reading:
    """How items are read. `names` maps our names to the file's own; `zone` is that of instants without one."""

    areas: frozenset[str]
    teams: Mapping[str, int]
    zone: ZoneInfo | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def anonymous(self, line: bytes) -> bytes:
        """The beginning of a line that cannot be read, up to where it may say who wrote it."""
        known = (IDENTITY, *FLAT, *(self.names[name] for name in FLAT if name in self.names))
        small = line[:4000].lower()
        ends = [at for name in known if (at := small.find(b'"' + name.encode())) >= 0]
        return line[: min(ends, default=4000)]


def read(lines: IO[bytes], *, reading: Reading) -> Iterator[Told | Rejected]:
    """What every line or row tells, or why it cannot be taken in. JSON where the first line is an object. BadFile."""
    told = numbered(lines)
    first = next((line for line in told if not line[1].isspace()), None)
    if first is None:
        raise BadFile("the file is empty")
    every = chain([first], told)
    is_json = first[1].lstrip().startswith(b"{")
    for number, item in _objects(every, reading) if is_json else _records(every, reading):
        yield item if isinstance(item, Rejected) else item_of(item, number, reading)


def item_of(item: Mapping[str, Any], number: int, reading: Reading) -> Told | Rejected:
    """One item checked; `number` is its line, or its place in a list."""
    item = {str(name).strip().lower(): value for name, value in item.items()}
    renamed = {ours: item.pop(theirs, None) for ours, theirs in reading.names.items()}
    item |= renamed
    try:
        return _told(item, reading)
    except BadLine as wrong:
        return Rejected(number, wrong.field, str(wrong), _raw(item))


def _raw(item: Mapping[str, Any]) -> bytes:
    """The item as a line that `kept_line` redacts: who wrote it stands apart."""
    storable = {_storable(n): _storable(v) if isinstance(v, str) else v for n, v in item.items()}
    identity = {word: storable.pop(name) for name, word in FLAT.items() if name in storable}
    said = storable.pop(IDENTITY, None)
    return spelt({**storable, IDENTITY: {**identity, **(said if isinstance(said, dict) else {})}})


def spelt(item: object) -> bytes:
    """As JSON; nothing of what is nested too deep to be written."""
    try:
        return orjson.dumps(item)
    except orjson.JSONEncodeError:
        return b""


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _objects(lines: Iterator[tuple[int, bytes]], reading: Reading) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    for number, line in lines:
        if line.isspace():
            continue
        if len(line) > LONGEST_LINE:
            yield number, Rejected(number, "line", f"is longer than {LONGEST_LINE} bytes", reading.anonymous(line))
            continue
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, Rejected(number, "line", f"is not JSON: {error.msg}", reading.anonymous(line))
            continue
        yield (
            number,
            told
            if isinstance(told, dict)
            else Rejected(number, "line", "is not a JSON object", reading.anonymous(line)),
        )


def _records(lines: Iterator[tuple[int, bytes]], reading: Reading) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
    """Rows below the heads, named by the line that they begin on."""
    text = _Text(lines)
    head = next(text)
    rows = csv.reader(chain([head], text), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        heads = [name.strip().lower() for name in next(rows)]
    except csv.Error as error:
        raise BadFile(f"line 1 on: the heads are no row of CSV: {error}; is a quote left open?") from error
    if missing := [name for name in NEEDED if reading.names.get(name, name) not in heads]:
        raise BadFile(f"line {text.line}: there is no column '{missing[0]}'; there are {', '.join(heads)[:200]}")
    while True:
        begins = text.line + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            reason = f"is no row of CSV up to line {text.line}: {error}; is a quote left open?"
            yield begins, Rejected(begins, "line", reason, b"")
            continue
        if row is None:
            return
        if len(row) > len(heads):
            yield begins, Rejected(begins, "line", f"has {len(row)} cells under {len(heads)} heads", b"")
        elif any(row):
            yield begins, {name: cell for name, cell in zip(heads, row, strict=False) if name and cell.strip()}


class _Text:
    """Lines as text for a CSV reader, and the number of the last one handed out."""

    def __init__(self, lines: Iterator[tuple[int, bytes]]) -> None:
        self.lines, self.line = lines, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.line, line = next(self.lines)
        # Bytes that are no UTF-8 become halves of surrogate pairs, which `_text` refuses.
        return line.decode(errors="surrogateescape")


def _told(item: Mapping[str, Any], reading: Reading) -> Told:
    """Raises BadLine."""
    rating, text = _rating(item), _text(item, "text", longest=LONGEST_LINE)
    if not text.strip() and rating is None:
        raise BadLine("text", "is empty, and there is no rating")
    area, team = _text(item, "area").lower(), _text(item, "team")
    if area and area not in reading.areas:
        raise BadLine("area", f"'{area[:60]}' is no product area; there are {', '.join(sorted(reading.areas))[:200]}")
    if team and team not in reading.teams:
        raise BadLine("team", f"there is no team '{team[:60]}'")
    return Told(
        ref=_ref(item),
        at=_at(item, reading),
        text=text,
        channel=_text(item, "channel"),
        language=_text(item, "language"),
        area=area,
        rating=rating,
        team=reading.teams.get(team, 0),
        known=_known(item),
    )


def _text(item: Mapping[str, Any], name: str, *, longest: int = LONGEST) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadLine(name, "is not text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadLine(name, "is not UTF-8; save the file as 'CSV UTF-8'") from error
    if len(value) > longest:
        raise BadLine(name, f"is longer than {longest} characters")
    return value if name == "text" else value.replace("\0", "").strip()


def _ref(item: Mapping[str, Any]) -> str:
    ref = _text(item, "id", longest=LONGEST_REF)
    if not ref:
        raise BadLine("id", "is missing")
    if any(found.kind in _TELLING for found in redact(ref).detections):
        raise BadLine("id", "names a person or an address; give the source's own number of it")
    return ref


def _at(item: Mapping[str, Any], reading: Reading) -> datetime:
    said = item.get("at")
    if said is None or said == "":
        raise BadLine("at", "is missing")
    try:
        at = datetime.fromisoformat(said.strip())
    except (AttributeError, ValueError) as error:
        raise BadLine("at", "is not an ISO-8601 instant, such as 2026-03-02T09:00:00Z") from error
    if at.tzinfo is None and reading.zone is None:
        raise BadLine("at", "has no time zone; name the file's with --zone")
    at = at if at.tzinfo else at.replace(tzinfo=reading.zone)
    if not EARLIEST <= at <= reading.now + SKEW:
        raise BadLine("at", "is in the future" if at > reading.now else "is before 1990")
    return at


def _rating(item: Mapping[str, Any]) -> int | None:
    said = item.get("rating")
    if said is None or said == "":
        return None
    try:
        number = float(said) if isinstance(said, str | int | float) and not isinstance(said, bool) else 0.0
    except (ValueError, OverflowError):
        number = 0.0
    if number not in range(LOWEST, HIGHEST + 1):
        raise BadLine("rating", f"is not a whole number from {LOWEST} to {HIGHEST}")
    return int(number)


def _known(item: Mapping[str, Any]) -> Known:
    said = item.get(IDENTITY)
    if said is not None and not isinstance(said, dict):
        raise BadLine(IDENTITY, "is not an object")
    told = {word: _words(said.get(word) if said else None) for word in KNOWN}
    for name, word in FLAT.items():
        told[word] += _words(item.get(name))
    if any(len(words) > MOST_KNOWN or any(len(word) > LONGEST_KNOWN for word in words) for words in told.values()):
        raise BadLine(IDENTITY, f"holds more than {MOST_KNOWN} of a kind, or one of over {LONGEST_KNOWN} characters")
    return Known.of(told) if any(told.values()) else NOBODY_KNOWN


def _words(said: object) -> list[str]:
    return [word for word in (said if isinstance(said, list) else [said]) if isinstance(word, str) and word.strip()]
