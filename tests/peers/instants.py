"""Instants and numbers of case files: exact seconds and back."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def parse(text: str) -> Fraction:
    """Unix seconds of an ISO instant, exact to the microsecond; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - UNIX
    return Fraction(since // timedelta(microseconds=1), 1_000_000)


def number(value: Any) -> Fraction:
    """A JSON number as it was written: 120.4 is 602/5."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return Fraction(str(value))


def render(at: Fraction) -> str:
    """The ISO instant, with microseconds where there are any."""
    moment = UNIX + timedelta(microseconds=int(at * 1_000_000))
    return moment.isoformat().replace("+00:00", "Z")
