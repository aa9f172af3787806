"""Calendars and policies as people write and read them in a form.

`mon 09:00-12:00, 13:00-17:00` is a day and its windows, `closed` a day without any; `8h 30m` a
duration. Only the form of the text is judged here; what it says, `policy_file` judges. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tickets.business_calendar import WEEKDAYS

CLOSED = "closed"
_DURATION = re.compile(r"(?:(\d{1,6}) ?h)? ?(?:(\d{1,8}) ?m)? ?(?:(\d{1,9}) ?s)?", re.ASCII)
_DASH = re.compile(r"\s*[-\N{EN DASH}]\s*")

Windows = dict[str, list[list[str]]]


class BadText(ValueError):
    """Text that nobody can read; the message quotes it."""


def lines_of(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_windows(text: str) -> Windows:
    """A day a line, and its windows. Raises BadText."""
    told: Windows = {}
    for line in lines_of(text):
        day, _, rest = line.partition(" ")
        day = day.rstrip(":").lower()
        if day in told:
            raise BadText(f"'{day}' stands there twice; put all its windows in one line")
        told[day] = [] if rest.strip().lower() == CLOSED else [_window(line, each) for each in rest.split(",")]
    return told


def _window(line: str, text: str) -> list[str]:
    ends = _DASH.split(text.strip())
    if len(ends) != 2 or not all(ends):
        raise BadText(f"'{line}' is not a day and its windows, as in 'mon 09:00-12:00, 13:00-17:00' or 'sun closed'")
    return ends


def windows_text(told: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """`read_windows` backwards, days in the order of the week or the year: JSON in Postgres keeps none."""
    days = [day for day in WEEKDAYS if day in told] or sorted(told)
    return "\n".join(f"{day} {', '.join(map('-'.join, told[day])) or CLOSED}" for day in days)


def read_duration(text: str) -> int:
    """Seconds of `8h`, `1h 30m`, `90s`. Raises BadText."""
    found = _DURATION.fullmatch(text.strip().lower())
    if not found or not any(found.groups()):
        raise BadText(f"'{text}' is not a duration like 8h, 1h 30m or 90s")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def duration_text(seconds: int) -> str:
    """`read_duration` backwards."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{amount}{unit}" for amount, unit in parts if amount)


def read_words(text: str) -> list[str]:
    """Words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def words_text(words: Iterable[str]) -> str:
    return ", ".join(words)


def calendar_text(definition: Mapping[str, Any]) -> str:
    """A whole calendar, for reading."""
    parts = [definition["timezone"], windows_text(definition["weekly"])]
    parts += [f"holidays: {words_text(definition['holidays'])}"] if definition["holidays"] else []
    for name in ("overrides", "breaks"):
        parts += [f"{name}:", windows_text(definition[name])] if definition[name] else []
    parts += [name.replace("_", " ") for name, is_so in definition.items() if is_so is True]
    return "\n".join(parts)


def policy_text(definition: Mapping[str, Any]) -> str:
    """A whole policy, for reading."""
    lasting = ", its last version for all time" if definition.get("calendar_versions") == "last" else ""
    return "\n".join(
        [
            f"order {definition['order']}, calendar: {definition['calendar'] or 'always open'}{lasting}",
            *(f"{name}: {words_text(words)}" for name, words in definition["conditions"].items()),
            *(_target_text(target) for target in definition["targets"]),
        ]
    )


def _target_text(target: Mapping[str, Any]) -> str:
    pauses = f", pauses in {words_text(target['pauses_in'])}" if target["pauses_in"] else ""
    priority = target["priority"] or "every priority"
    return f"{target['kind']}, {priority}: {duration_text(target['seconds'])} ({target['clock']}){pauses}"
