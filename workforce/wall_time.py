"""Shift templates placed on a date, in the wall time of a zone.

A shift begins and ends when the clock on the wall says so: 22:00 to 06:00 lasts seven hours in the
night in which summer time begins and nine in the night in which it ends. What lies within a shift
(breaks, meetings) comes so many minutes after its start, whatever the clock does, and is cut at its
end. A time that the clock leaves out counts as if the clock had not changed yet; of a time that it
shows twice the first one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE_S = 60


@dataclass(frozen=True)
class Part:
    """What is not plain work in a template: so many minutes after the start, so long."""

    offset: int
    minutes: int
    activity: str


@dataclass(frozen=True)
class Pattern:
    """A template as values: local start, length on the clock in minutes, and its parts."""

    starts: time
    minutes: int
    parts: tuple[Part, ...] = ()

    @classmethod
    def of(cls, starts: time, minutes: int, segments: Sequence[Sequence[object]]) -> "Pattern":
        """From the columns of a template. BadPattern."""
        parts = []
        for row in segments:
            match row:
                case [int(offset), int(long), str(activity)] if offset >= 0 < long and offset + long <= minutes:
                    parts.append(Part(offset, long, activity))
                case _:
                    raise BadPattern(
                        f"{row!r} is no part of a shift of {minutes} minutes; write [offset, minutes, activity]"
                    )
        parts.sort(key=lambda part: part.offset)
        for before, after in zip(parts, parts[1:], strict=False):
            if before.offset + before.minutes > after.offset:
                raise BadPattern(f"{after.activity} at minute {after.offset} begins before {before.activity} ends")
        return cls(starts, minutes, tuple(parts))


class BadPattern(ValueError):
    """Parts that overlap, or lie outside their shift."""


@dataclass(frozen=True)
class Stretch:
    """Some seconds of one activity, as seconds since the epoch."""

    activity: str
    start_s: int
    end_s: int


def instant(day: date, at: time, zone: ZoneInfo) -> int:
    """When the clock of `zone` shows `at` on `day`."""
    return int(datetime.combine(day, at, zone).timestamp())


def place(pattern: Pattern, day: date, zone: ZoneInfo, *, plain: str) -> tuple[Stretch, ...]:
    """The stretches of a shift that begins on `day`; what no part covers is of the activity `plain`."""
    start = instant(day, pattern.starts, zone)
    wall_end = datetime.combine(day, pattern.starts) + timedelta(minutes=pattern.minutes)  # naive on purpose: the clock
    end = instant(wall_end.date(), wall_end.time(), zone)
    if end <= start:  # all of it lies in the hour that the clock leaves out
        end = start + pattern.minutes * MINUTE_S
    told, at = [], start
    for part in pattern.parts:
        begin = start + part.offset * MINUTE_S
        finish = min(begin + part.minutes * MINUTE_S, end)
        if begin >= end:
            break
        if begin > at:
            told.append(Stretch(plain, at, begin))
        told.append(Stretch(part.activity, begin, finish))
        at = finish
    if at < end:
        told.append(Stretch(plain, at, end))
    return tuple(told)
