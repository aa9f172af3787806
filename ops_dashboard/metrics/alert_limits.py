"""Limits as people write them: `90 %`, `2 h 30 min`, `1,200`. Pure."""

import re

from ops_dashboard.metrics.definitions import Unit

LARGEST = 1e12
_SECONDS = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_PLAIN = re.compile(rf"({_NUMBER})\s*(%?)", re.ASCII)
_PART = re.compile(rf"({_NUMBER})\s*(d|h|min|s)\s*", re.ASCII)


class BadLimit(ValueError):
    """Text that is no limit; the message says what would be."""


def parse_limit(text: str, unit: Unit) -> float:
    """A limit in the unit of values: shares as 0..1, durations in seconds. BadLimit."""
    value = _duration(text.strip()) if unit is Unit.SECONDS else _number(text.strip(), unit)
    if value > LARGEST:
        raise BadLimit(f"{text.strip()[:20]!r} is more than anything is.")
    return value


def limit_text(value: float, unit: Unit) -> str:
    """The spelling that `parse_limit` reads back as the same value."""
    if unit is Unit.SHARE:
        return f"{_digits(round(value * 100, 9))} %"
    if unit is not Unit.SECONDS:
        return _digits(value)
    rest, parts = value, []
    for name, size in _SECONDS.items():
        count = rest // size if name != "s" else rest
        rest -= count * size
        parts += [f"{_digits(count)} {name}"] if count else []
    return " ".join(parts) or "0 s"


def _digits(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _number(text: str, unit: Unit) -> float:
    found = _PLAIN.fullmatch(text)
    example = "90 %" if unit is Unit.SHARE else "400 or 2.5"
    if found is None or (found[2] and unit is not Unit.SHARE):
        raise BadLimit(f"{text[:20]!r} is no such number; write it as {example}.")
    value = float(found[1].replace(",", ""))
    if unit is not Unit.SHARE:
        return value
    if value > 100:
        raise BadLimit("A share is 100 % at most.")
    return value / 100


def _duration(text: str) -> float:
    """`2 h 30 min`; a number without its unit could be anything."""
    if not text or _PART.sub("", text):
        raise BadLimit(f"{text[:20]!r} is no duration; write it with its unit, as 45 min or 2 h 30 min.")
    return sum(float(number.replace(",", "")) * _SECONDS[unit] for number, unit in _PART.findall(text))
