"""What each kind of import says in its columns, and how their texts become values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import partial

from ops_dashboard.people.zones import BadZone, zone_of


class BadValue(ValueError):
    """A text that is not what its column asks for."""


Value = str | int | date | time | tuple[tuple[time, time, str], ...] | None
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def word(text: str, *, longest: int = 80) -> str:
    """The short name of something: small letters, digits, hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", text) or len(text) > longest:
        raise BadValue(f"'{text}' is no short name; use small letters, digits and hyphens: 'payments-dublin'")
    return text


def name(text: str, *, longest: int = 120) -> str:
    """What people read. Nothing that a spreadsheet would take for a formula."""
    if text[0] in "=+-@\t\r" or any(ord(letter) < 32 for letter in text):
        raise BadValue(f"'{text[:40]}' begins like a formula, or holds control characters")
    if len(text) > longest:
        raise BadValue(f"at most {longest} characters")
    return text


def day(text: str) -> date:
    try:
        told = date.fromisoformat(text)
    except ValueError as error:
        raise BadValue(f"'{text}' is no day; write 2026-03-23, or format the cell as a date") from error
    if len(text) != 10 or not EARLIEST <= told <= LATEST:
        raise BadValue(f"'{text}' is no day between {EARLIEST} and {LATEST}, written 2026-03-23")
    return told


def clock(text: str) -> time:
    if not (found := re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", text)) or int(found[1]) > 23 or int(found[2]) > 59:
        raise BadValue(f"'{text}' is no time; write 09:30")
    return time(int(found[1]), int(found[2]))


def level(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise BadValue(f"'{text}' is no level; it goes from 1 to 5")
    return int(text)


def hours(text: str) -> int:
    """Hours as minutes: `37.5`."""
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", text):
        raise BadValue(f"'{text[:40]}' is no number of hours; write 37.5")
    minutes = Decimal(text) * 60
    if minutes != minutes.to_integral_value() or not 0 < minutes <= 168 * 60:
        raise BadValue(f"'{text}' is no number of hours between 0 and 168, in whole minutes")
    return int(minutes)


def days(text: str) -> int:
    if not re.fullmatch(r"[1-7]", text):
        raise BadValue(f"'{text}' is no number of days in a week")
    return int(text)


def money(text: str) -> int:
    """An amount as minor units: `12.40`."""
    if not (found := re.fullmatch(r"(\d{1,6})(?:\.(\d{1,2}))?", text)):
        raise BadValue(f"'{text}' is no amount; write 12.40, without sign, currency or thousands")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def currency(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise BadValue(f"'{text}' is no currency; write USD")
    return text


def yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise BadValue(f"'{text[:40]}' is neither yes nor no")
    return text == "yes"


def one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise BadValue(f"'{text[:40]}' is none of {', '.join(known)}")
        return text

    return read


def zone(text: str) -> str:
    try:
        return zone_of(text).key
    except BadZone as problem:
        raise BadValue(str(problem)) from problem


def parts(text: str) -> tuple[tuple[time, time, str], ...]:
    """`12:00-12:30 lunch; 15:00-15:15 break`."""
    told = []
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        found = re.fullmatch(r"(\S+?)\s*[-\N{EN DASH}]\s*(\S+)\s+(\S+)", piece)
        if not found:
            raise BadValue(f"'{piece}' is no part of a shift; write 12:00-12:30 lunch")
        told.append((clock(found[1]), clock(found[2]), word(found[3])))
    return tuple(told)


@dataclass(frozen=True)
class Field:
    read: Callable[[str], Value]
    is_needed: bool = True
    default: Value = None


VALID = {"valid_from": Field(day), "valid_to": Field(day, is_needed=False)}
SHORT, TITLE = Field(partial(word, longest=50)), Field(partial(name, longest=80))
KINDS: dict[str, dict[str, Field]] = {
    "sites": {"site": SHORT, "name": TITLE, "zone": Field(zone)},
    "vendors": {"vendor": SHORT, "name": TITLE},
    "teams": {
        "team": Field(word),
        "name": Field(name),
        "site": Field(word, is_needed=False),
        "vendor": Field(word, is_needed=False),
        "support_function": Field(partial(name, longest=80), is_needed=False),
    },
    "activities": {
        "activity": SHORT,
        "name": TITLE,
        "kind": Field(one_of("work", "break", "meeting", "training", "offline", "absence")),
        "paid": Field(yes),
        "staffed": Field(yes),
        "shrinkage": Field(one_of("internal", "external"), is_needed=False, default=""),
    },
    "templates": {
        "template": Field(word),
        "name": TITLE,
        "team": Field(word, is_needed=False),
        "start": Field(clock),
        "end": Field(clock),
        "activities": Field(parts, is_needed=False, default=()),
    },
    "agents": {"agent": Field(word), "name": Field(name), "team": Field(word), **VALID},
    "skills": {"agent": Field(word), "skill": Field(word), "level": Field(level), **VALID},
    "contracts": {
        "agent": Field(word),
        "type": Field(word),
        "hours_a_week": Field(hours),
        "days_a_week": Field(days),
        "zone": Field(zone),
        **VALID,
    },
    "rates": {
        "team": Field(word, is_needed=False),
        "vendor": Field(word, is_needed=False),
        "contract_type": Field(word, is_needed=False),
        "amount": Field(money),
        "currency": Field(currency),
        "basis": Field(one_of("scheduled", "productive", "paid")),
        **VALID,
    },
    "shifts": {
        "agent": Field(word),
        "team": Field(word),
        "date": Field(day),
        "start": Field(clock),
        "end": Field(clock),
        "activities": Field(parts, is_needed=False, default=()),
    },
}


def kind_of(title: str, heads: tuple[str, ...]) -> str | None:
    """Which kind a table is, by its sheet's name, else the one that knows most of its columns and misses fewest."""
    if title.lower() in KINDS:
        return title.lower()
    fits = {
        kind: (
            sum(head in fields for head in heads),
            -sum(field.is_needed and name not in heads for name, field in fields.items()),
        )
        for kind, fields in KINDS.items()
    }
    best = [kind for kind in KINDS if fits[kind] == max(fits.values())]
    return best[0] if len(best) == 1 and fits[best[0]][0] > 1 else None
