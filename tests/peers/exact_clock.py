"""Our clock for peers that count fractions of a second, or wall-clock hours.

Every edge of a calendar falls on a whole second, so F and its inverse are exact for
fractions once they are exact for seconds.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias
from zoneinfo import ZoneInfo

from tickets.business_time import NEVER, Boundary, Calendar, clock, open_intervals
from tickets.open_intervals import EARLIEST, LATEST, utc_of

Instant: TypeAlias = Fraction
Period: TypeAlias = tuple[Instant, Instant]

FIRST_SPAN_S = 60 * 86_400


class ExactClock:
    """One calendar; instants are Fractions of Unix seconds, None where there is none."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._clock = clock(calendar)

    def open_seconds(self, at: Instant) -> Fraction:
        whole = floor(at)
        rest = at - whole if self._clock.is_open(whole) else Fraction(0)
        return int(self._clock.open_seconds(whole)) + rest

    def at_level(self, level: Fraction, boundary: Boundary) -> Instant | None:
        whole = floor(level)
        if level == whole:
            return _known(int(self._clock.at_level(whole, boundary)))
        opening = _known(int(self._clock.at_level(whole, "next_open")))
        return None if opening is None else opening + (level - whole)

    def between(self, start: Instant, end: Instant) -> Fraction:
        return self.open_seconds(end) - self.open_seconds(start)

    def forward(self, at: Instant, seconds: Fraction, boundary: Boundary) -> Instant | None:
        level = self.open_seconds(at) + seconds
        landed = self.at_level(level, boundary)
        early = landed is not None and landed < at
        return self.at_level(level, "next_open") if early else landed

    def backward(self, at: Instant, seconds: Fraction) -> Instant | None:
        level = self.open_seconds(at) - seconds
        landed = self.at_level(level, "next_open")
        late = landed is None or landed > at
        return self.roll_back_to(level, at) if late else landed

    def roll_back_to(self, level: Fraction, at: Instant) -> Instant | None:
        """The last close at a level, unless it comes after `at`."""
        closed = self.at_level(level, "close")
        return None if closed is None or closed > at else closed

    def roll_back(self, at: Instant) -> Instant | None:
        return self.roll_back_to(self.open_seconds(at), at)

    def next_open(self, at: Instant) -> Instant | None:
        return self.at_level(self.open_seconds(at), "next_open")

    def is_open(self, at: Instant) -> bool:
        return bool(self._clock.is_open(floor(at)))

    def is_open_closed(self, at: Instant) -> bool:
        """Whether from <= t <= to."""
        return self.is_open(at) or (at == floor(at) and self.is_open(at - 1))

    def periods_after(self, at: Instant) -> Iterator[Period]:
        """Open periods from `at` on, the first clipped there."""
        low, told = floor(at), 0
        for high in _further(low, LATEST):
            periods = [period for period in self._periods(low, high) if period[1] < high]
            yield from ((max(start, at), end) for start, end in periods[told:])
            told = len(periods)

    def periods_before(self, at: Instant) -> Iterator[Period]:
        """Open periods up to `at`, the latest first and clipped there."""
        high, told = ceil(at), 0
        for low in _further(high, EARLIEST):
            periods = [period for period in self._periods(low, high) if period[0] > low]
            yield from ((start, min(end, at)) for start, end in periods[::-1][told:])
            told = len(periods)

    def _periods(self, start: int, end: int) -> Iterator[Period]:
        starts, ends = open_intervals(self.calendar, min(start, end), max(start, end))
        return zip(map(Fraction, starts.tolist()), map(Fraction, ends.tolist()), strict=True)


class WallClock:
    """Durations as the difference of wall-clock readings: a day of 25 hours counts 24."""

    def __init__(self, calendar: Calendar) -> None:
        self._zone = calendar.zone
        self._clock = ExactClock(replace(calendar, timezone="UTC"))

    def between(self, start: Instant, end: Instant) -> Fraction:
        return self._clock.between(self._reading(start), self._reading(end))

    def forward(self, at: Instant, seconds: Fraction, boundary: Boundary) -> Instant | None:
        return self._instant(self._clock.forward(self._reading(at), seconds, boundary))

    def backward(self, at: Instant, seconds: Fraction) -> Instant | None:
        return self._instant(self._clock.backward(self._reading(at), seconds))

    def _reading(self, at: Instant) -> Instant:
        return at + _offset_s(self._zone, floor(at))

    def _instant(self, reading: Instant | None) -> Instant | None:
        if reading is None:
            return None
        whole = floor(reading)
        local = datetime.fromtimestamp(whole, UTC).replace(tzinfo=None)
        return utc_of(self._zone, local) + (reading - whole)


def local_time(zone: ZoneInfo, at: Instant) -> datetime:
    """The wall clock at an instant, cut to seconds, without its zone."""
    return datetime.fromtimestamp(floor(at), zone).replace(tzinfo=None)


def _offset_s(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _known(at: int) -> Instant | None:
    return None if at == NEVER else Fraction(at)


def _further(start: int, end: int) -> Iterator[int]:
    """Instants ever further from `start`, the last of them `end`."""
    span = FIRST_SPAN_S
    while span < abs(end - start):
        yield start + span if end > start else start - span
        span *= 4
    yield end
