"""Business time counted minute by minute on the wall clock of the calendar's zone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Calendar = Mapping[str, Any]  # as in a policy file
ONE_DAY = timedelta(days=1)


class Minutes:
    """Open time from `start` to `end` (seconds, whole minutes), which nothing asked may leave.

    `versions` are (valid from, calendar); the first one counts since ever, and none is always open.
    """

    def __init__(self, versions: Sequence[tuple[int, Calendar | None]], start: int, end: int) -> None:
        self.start = start
        days = [(valid_from, Days(calendar) if calendar else None) for valid_from, calendar in versions]
        self.is_open: list[bool] = []
        for at in range(start, end, 60):
            present = [each for place, (valid_from, each) in enumerate(days) if place == 0 or valid_from <= at][-1]
            self.is_open.append(present is None or present.is_open(at))
        self.total = list(accumulate(self.is_open, initial=0))

    def elapsed(self, start: int, end: int) -> int:
        """Open seconds from `start` to `end`."""
        return self._reading(end) - self._reading(start)

    def reach(self, start: int, seconds: int, *, boundary: str) -> int:
        """When `seconds` of open time after `start` are used up; just at closing time that is then
        (`close`) or at the next opening (`next_open`)."""
        at = start
        while True:
            minute = (at - self.start) // 60
            rest = 60 - (at - self.start) % 60
            if self.is_open[minute]:
                if seconds < rest or (seconds == rest and boundary == "close"):
                    return at + seconds
                seconds -= rest
            elif not seconds and boundary == "close":
                return at
            at += rest

    def _reading(self, at: int) -> int:
        minute, second = divmod(at - self.start, 60)
        return self.total[minute] * 60 + (second if self.is_open[minute] else 0)


class Days:
    """A calendar day by day: which minutes after the local midnight are open."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar["timezone"])
        self.seen: dict[date, list[tuple[int, int]]] = {}

    def is_open(self, at: int) -> bool:
        local = datetime.fromtimestamp(at, self.zone)
        today, minute = local.date(), local.hour * 60 + local.minute
        if today not in self.seen:
            night = [(a - 1440, b - 1440) for a, b in self._windows(today - ONE_DAY)]
            self.seen[today] = night + self._windows(today)
        return any(a <= minute < b for a, b in self.seen[today])

    def _windows(self, day: date) -> list[tuple[int, int]]:
        """Windows that open on `day`, in minutes after its midnight; one that ends earlier ends tomorrow."""
        overrides, holidays = self.calendar.get("overrides", {}), self.calendar.get("holidays", ())
        weekly = [] if day.isoformat() in holidays else self.calendar["weekly"].get(DAYS[day.weekday()], [])
        told = []
        for opens, closes in overrides.get(day.isoformat(), weekly):
            a, b = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
            told.append((a, b if b > a else b + 1440))
        return told
