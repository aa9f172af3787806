"""A file of texts in which people marked what is personal. What cannot be read is named by line and field.

Lines of JSON: {"text", "spans": [{"start", "end", "kind"}]} (`type` for `kind` will do); or one JSON
array of {"full_text", "spans": [{"start_position", "end_position", "entity_type"}]}.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import orjson

from tickets.redaction_scores import Span

LONGEST_LINE = 1 << 20
MOST_BYTES = 512 << 20
WORDS = {
    "text": ("text", "full_text"),
    "start": ("start", "start_position"),
    "end": ("end", "end_position"),
    "kind": ("kind", "type", "entity_type"),
}


T = TypeVar("T", str, int)


class BadFile(ValueError):
    """A file that cannot be read; the message names it, the line and the field."""


class BadField(ValueError):
    """One value that is wrong: `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def read_marked(path: Path) -> Iterator[tuple[str, list[Span]]]:
    """Every text with what is marked in it. Raises BadFile."""
    for place, row in _rows(path):
        try:
            yield _marked(row)
        except BadField as error:
            raise BadFile(f"{path}, {place}, field {error.field}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[str, object]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"{path}: is larger than {MOST_BYTES >> 20} MB")
        with path.open("rb") as file:
            if file.read(64).lstrip()[:1] == b"[":
                file.seek(0)
                yield from _array(path, file.read())
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                if len(line) > LONGEST_LINE:
                    raise BadFile(f"{path}, line {number}: is longer than {LONGEST_LINE} bytes")
                if not line.isspace():
                    yield f"line {number}", _parsed(path, f"line {number}", line)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error


def _array(path: Path, content: bytes) -> Iterator[tuple[str, object]]:
    for number, row in enumerate(_parsed(path, "line 1", content), 1):
        yield f"item {number}", row


def _parsed(path: Path, place: str, content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadFile(f"{path}, {place}: is not JSON: {error.msg}") from error


def _marked(row: object) -> tuple[str, list[Span]]:
    if not isinstance(row, dict):
        raise BadField("line", "is not a JSON object")
    text = _value(row, "text", str)
    spans = row.get("spans")
    if not isinstance(spans, list):
        raise BadField("spans", "is missing" if spans is None else "is not a list")
    return text, [_span(span, number, text) for number, span in enumerate(spans)]


def _span(told: object, number: int, text: str) -> Span:
    name = f"spans[{number}]"
    if not isinstance(told, dict):
        raise BadField(name, "is not a JSON object")
    try:
        span = Span(_value(told, "kind", str), _value(told, "start", int), _value(told, "end", int))
    except BadField as error:
        raise BadField(f"{name}.{error.field}", str(error)) from error
    if not 0 <= span.start < span.end <= len(text):
        raise BadField(name, f"{span.start} to {span.end} is no part of a text of {len(text)} characters")
    return span


def _value(told: Mapping[str, object], name: str, kind: type[T]) -> T:
    value = next((told[word] for word in WORDS[name] if word in told), None)
    if value is None:
        raise BadField(name, "is missing")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadField(name, f"is not {'text' if kind is str else 'a whole number'}")
    return value
