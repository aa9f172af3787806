"""Pages of a list that go on from its last row, never by counting rows off.

They stay stable while rows come and fast over millions of them: a list is ordered by one column, then by id,
and the cursor of the next page is (value, id) of the last row, in a word that means nothing to readers.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

COUNT_CAP = 10_000
GONE = "This page does not exist any more; start from the first one."
Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """A cursor that no page of ours ended with."""


def instant_of(text: str) -> datetime:
    """An aware instant from ISO 8601; ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no zone")
    return at


def page_after(
    rows: QuerySet[Row],
    cursor: str,
    *,
    column: str,
    size: int,
    descending: bool = True,
    read: Callable[[str], Any] = instant_of,
) -> tuple[list[Row], str]:
    """At most `size` rows after `cursor` ("" for the first page), by `column` and id, and the next page's cursor.

    The latter is "" on the last page. `read` turns a value of the column back from text. BadCursor.
    """
    if cursor:
        value, pk = _read(cursor, read)
        beyond = "lt" if descending else "gt"
        # An index can start from the bound on the column alone.
        rows = rows.filter(**{f"{column}__{beyond}e": value}).filter(
            Q(**{f"{column}__{beyond}": value}) | Q(**{f"pk__{beyond}": pk})
        )
    minus = "-" if descending else ""
    found = list(rows.order_by(f"{minus}{column}", f"{minus}pk")[: size + 1])
    page = found[:size]
    return page, _cursor(getattr(page[-1], column), page[-1].pk) if len(found) > size else ""


def capped_count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, up to COUNT_CAP, and whether there are more."""
    count = rows.order_by()[: COUNT_CAP + 1].count()
    return min(count, COUNT_CAP), count > COUNT_CAP


def _cursor(value: Any, pk: int) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return urlsafe_b64encode(f"{text} {pk}".encode()).decode().rstrip("=")


def _read(cursor: str, read: Callable[[str], Any]) -> tuple[Any, int]:
    try:
        text, _, number = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().rpartition(" ")
        value, pk = read(text), int(number)
    except ValueError as error:
        raise BadCursor(GONE) from error
    if "\0" in text or not 0 <= pk < 1 << 63:
        raise BadCursor(GONE)
    return value, pk
