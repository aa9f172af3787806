"""Periods, grains and how words in a URL become them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class BadPeriod(ValueError):
    """Text that names no period; the message says what would."""


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"
    HOUR_OF_WEEK = "hour-of-week"

    def start_of(self, on: date) -> date:
        """First day of the bucket that `on` falls in; weeks start on Monday (ISO 8601)."""
        if self is Grain.WEEK:
            return on - timedelta(days=on.weekday())
        if self is Grain.MONTH:
            return on.replace(day=1)
        return on

    def next_start(self, start: date) -> date:
        if self is Grain.WEEK:
            return start + timedelta(days=7)
        if self is Grain.MONTH:
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        return start + timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """Days `start`..`end`, both included, in the reporting zone."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise BadPeriod(f"The period ends ({self.end}) before it starts ({self.start}).")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    def buckets(self, grain: Grain) -> Iterator[date]:
        """Starts of the buckets that the period touches; one for `total`."""
        if grain in (Grain.TOTAL, Grain.HOUR_OF_WEEK):
            yield self.start
            return
        start = grain.start_of(self.start)
        while start <= self.end:
            yield start
            start = grain.next_start(start)

    def previous(self) -> "Period":
        """As many days just before, moved back so that weekdays match where a week fits."""
        shift = self.days if self.days % 7 == 0 or self.days < 7 else (self.days // 7 + 1) * 7
        return self.shifted(-shift)

    def shifted(self, days: int) -> "Period":
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The days of all periods, those that lie within a week of each other joined."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and (period.start - joined[-1].end).days <= NEAR_DAYS:
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, period.end))
        else:
            joined.append(period)
    return tuple(joined)


def spanning(periods: Iterable[Period]) -> Period | None:
    """From the first day of any to the last day of any."""
    found = list(periods)
    return Period(min(p.start for p in found), max(p.end for p in found)) if found else None


_LAST = re.compile(r"last-(\d{1,4})-(day|week)s?$")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$")
_MONTH = re.compile(r"(\d{4})-(\d{2})$")

LONGEST_DAYS = 366 * 12
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 1, 1)  # so that a day before and after can still be named
NEAR_DAYS = 7  # gaps between stretches of days that are cheaper read than left out


def parse_period(text: str, *, today: date) -> Period:
    """A period from its word: `today`, `yesterday`, `last-28-days` (complete days), `last-8-weeks`
    (ISO weeks), `this-week`, `this-month`, `2016-03` or `2016-03-01..2016-05-31`."""
    yesterday = today - timedelta(days=1)
    try:
        match text:
            case "today":
                period = Period(today, today)
            case "yesterday":
                period = Period(yesterday, yesterday)
            case "this-week":
                period = Period(Grain.WEEK.start_of(today), today)
            case "this-month":
                period = Period(today.replace(day=1), today)
            case _:
                period = _parse_dates(text, today=today)
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadPeriod):
            raise
        raise BadPeriod(f"{text!r} is not a period; try last-28-days or 2016-03-01..2016-05-31.") from error
    if not EARLIEST <= period.start <= period.end <= LATEST:
        raise BadPeriod(f"{text!r} does not lie between {EARLIEST} and {LATEST}.")
    if period.days > LONGEST_DAYS:
        raise BadPeriod(f"{text!r} spans {period.days} days; the longest period is {LONGEST_DAYS}.")
    return period


def _parse_dates(text: str, *, today: date) -> Period:
    yesterday = today - timedelta(days=1)
    if found := _LAST.match(text):
        count = int(found[1])
        if found[2] == "day" and count:
            return Period(today - timedelta(days=count), yesterday)
        if count:
            monday = Grain.WEEK.start_of(today)
            return Period(monday - timedelta(days=7 * count), monday - timedelta(days=1))
    if found := _SPAN.match(text):
        return Period(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    if found := _MONTH.match(text):
        start = date(int(found[1]), int(found[2]), 1)
        return Period(start, Grain.MONTH.next_start(start) - timedelta(days=1))
    raise ValueError(text)
