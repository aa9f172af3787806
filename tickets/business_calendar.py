"""When a team is open, in local time: weekly windows and the dates that depart from them.

A window is a pair of local "HH:MM". "24:00" may close a day; a window that does
not end after it begins ends on the next day and belongs to the day it opens.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ops_dashboard.people.zones import BadZone, zone_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
ONE_DAY = timedelta(days=1)
CLOCK_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)

Windows = tuple[tuple[str, str], ...]
MinuteSpan = tuple[int, int]


class BadCalendar(ValueError):
    """A calendar that cannot be; the message names the field and the value."""


@dataclass(frozen=True)
class Calendar:
    """Opening hours in one IANA zone. Raises BadCalendar where a field is wrong.

    An override replaces the weekly windows of its date, also on a holiday unless
    `holiday_beats_override`. A break is cut out of whatever is open then. A shift
    that runs into a holiday is worked to its end, unless `holiday_truncates_overnight`
    stops it at the holiday's midnight.
    """

    timezone: str
    weekly: Mapping[str, Windows] = field(default_factory=dict, hash=False)
    holidays: frozenset[date] = frozenset()
    overrides: Mapping[date, Windows] = field(default_factory=dict, hash=False)
    breaks: Mapping[date, Windows] = field(default_factory=dict, hash=False)
    holiday_truncates_overnight: bool = False
    holiday_beats_override: bool = False

    def __post_init__(self) -> None:
        _check_zone(self.timezone)
        for weekday, windows in self.weekly.items():
            if weekday not in WEEKDAYS:
                raise BadCalendar(f"weekly: '{weekday}' is not one of {', '.join(WEEKDAYS)}")
            _check_windows(f"weekly.{weekday}", windows)
        for name in ("overrides", "breaks"):
            for day, windows in getattr(self, name).items():
                _check_windows(f"{name}.{day}", windows)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_unbroken(self) -> bool:
        """Whether it is open at every instant: whole days all week, no exceptions."""
        whole = ({("00:00", "24:00")}, {("00:00", "00:00")})
        exceptions = self.holidays or self.overrides or self.breaks
        return not exceptions and all(set(self.weekly.get(day, ())) in whole for day in WEEKDAYS)

    def is_holiday(self, day: date) -> bool:
        """Whether a holiday closes that date: none does that hours of its own open again."""
        return day in self.holidays and (self.holiday_beats_override or day not in self.overrides)

    def has_special_hours(self, day: date) -> bool:
        """Whether that date departs from its weekday by hours of its own or a break."""
        return not self.is_holiday(day) and (day in self.overrides or day in self.breaks)

    def spans_on(self, day: date) -> list[MinuteSpan]:
        """Open minutes counted from the local midnight of `day`, breaks not yet cut out.

        The end may exceed 24 * 60: the shift then runs into the next day.
        """
        spans = [minutes(window) for window in self._windows_on(day)]
        if self.holiday_truncates_overnight and day + ONE_DAY in self.holidays:
            return [(start, min(end, DAY_MINUTES)) for start, end in spans]
        return spans

    def _windows_on(self, day: date) -> Windows:
        if self.is_holiday(day):
            return ()
        return self.overrides[day] if day in self.overrides else self.weekly.get(WEEKDAYS[day.weekday()], ())

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Calendar":
        """Read the policy file's form; other keys, such as a name, are left alone."""
        if not isinstance(document, Mapping):
            raise BadCalendar(f"calendar: {document!r} is not an object")
        if "timezone" not in document:
            raise BadCalendar("timezone: is missing")
        return cls(
            timezone=document["timezone"],
            weekly={day: _windows(f"weekly.{day}", windows) for day, windows in _object(document, "weekly").items()},
            holidays=_holidays(document.get("holidays") or ()),
            overrides=_dated(document, "overrides"),
            breaks=_dated(document, "breaks"),
            holiday_truncates_overnight=_flag(document, "holiday_truncates_overnight"),
            holiday_beats_override=_flag(document, "holiday_beats_override"),
        )

    def to_json(self) -> dict[str, Any]:
        """The policy file's form, in a fixed order; from_json reads it back."""
        return {
            "timezone": self.timezone,
            "weekly": {day: [list(window) for window in self.weekly[day]] for day in WEEKDAYS if day in self.weekly},
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "overrides": _dated_json(self.overrides),
            "breaks": _dated_json(self.breaks),
            "holiday_truncates_overnight": self.holiday_truncates_overnight,
            "holiday_beats_override": self.holiday_beats_override,
        }


@cache
def minutes(window: tuple[str, str]) -> MinuteSpan:
    """A window as minutes after its day's midnight: ("22:00", "06:00") is (1320, 1800)."""
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in window)
    return start, end if end > start else end + DAY_MINUTES


def _check_zone(name: Any) -> None:
    try:
        zone_of(name)
    except BadZone as problem:
        raise BadCalendar(f"timezone: {problem}") from problem


def _check_windows(where: str, windows: Windows) -> None:
    for start, end in windows:
        for text in (start, end):
            if not isinstance(text, str) or not CLOCK_TIME.fullmatch(text):
                raise BadCalendar(f"{where}: {text!r} is not a time like 09:00")
        if start == "24:00":
            raise BadCalendar(f"{where}: a window cannot open at 24:00; use 00:00 of the next day")


def _object(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name) or {}
    if not isinstance(value, Mapping):
        raise BadCalendar(f"{name}: {value!r} is not an object")
    return value


def _flag(document: Mapping[str, Any], name: str) -> bool:
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise BadCalendar(f"{name}: {value!r} is not true or false")
    return value


def _windows(where: str, value: Any) -> Windows:
    if not isinstance(value, list | tuple) or not all(
        isinstance(window, list | tuple) and len(window) == 2 for window in value
    ):
        raise BadCalendar(f"{where}: {value!r} is not a list of [from, to]")
    return tuple((start, end) for start, end in value)


def _day(where: str, text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadCalendar(f"{where}: {text!r} is not a date like 2026-12-25") from error


def _holidays(value: Any) -> frozenset[date]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise BadCalendar(f"holidays: {value!r} is not a list of dates")
    return frozenset(_day("holidays", text) for text in value)


def _dated(document: Mapping[str, Any], name: str) -> dict[date, Windows]:
    return {_day(name, text): _windows(f"{name}.{text}", windows) for text, windows in _object(document, name).items()}


def _dated_json(dated: Mapping[date, Windows]) -> dict[str, list[list[str]]]:
    return {day.isoformat(): [list(window) for window in dated[day]] for day in sorted(dated)}


ALWAYS = Calendar(timezone="UTC", weekly=dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
