"""A calendar as open intervals in UTC.

Instants are int64 seconds since the Unix epoch, UTC. Every local edge is converted through
its zone, so a day of 23 or 25 hours has the length it really had. An edge that falls into
the gap of a clock change moves later by the gap; one that falls into a repeated hour means
the first of the two.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tickets.business_calendar import ONE_DAY, Calendar, MinuteSpan, minutes

Instants: TypeAlias = NDArray[np.int64]
Intervals: TypeAlias = tuple[Instants, Instants]

DAY_S = 86_400
UNIX_DAY = date(1970, 1, 1)
WALL_ZERO = datetime.combine(UNIX_DAY, time())
EARLIEST = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
LATEST = int(datetime(2400, 1, 1, tzinfo=UTC).timestamp())


class BadInstant(ValueError):
    """An instant outside 1900..2400, or one that is not whole seconds."""


def open_intervals(calendar: Calendar, start: int, end: int) -> Intervals:
    """Opening and closing instants within [start, end]: sorted, disjoint, never touching.

    Raises BadInstant outside 1900..2400.
    """
    check_range(start, end)
    if calendar.is_unbroken:
        return merged([start], [end])
    opening = ((day, calendar.spans_on(day)) for day in _possible_days(calendar, start, end))
    starts, ends = _in_utc(calendar.zone, opening)
    starts, ends = merged(np.clip(starts, start, end), np.clip(ends, start, end))
    if not calendar.breaks:
        return starts, ends
    cuts = ((day, map(minutes, windows)) for day, windows in calendar.breaks.items())
    return _without(starts, ends, *merged(*_in_utc(calendar.zone, cuts)))


def utc_of(zone: ZoneInfo, local: datetime) -> int:
    """The instant of a local wall-clock time without a zone."""
    return int(local.replace(tzinfo=zone).timestamp())


def check_range(low: int, high: int) -> None:
    """Raises BadInstant where the calendar arithmetic has no ground."""
    if low < EARLIEST or high > LATEST:
        wrong = low if low < EARLIEST else high
        raise BadInstant(f"instant {wrong} is not between {EARLIEST} (1900) and {LATEST} (2400)")


def merged(starts: ArrayLike, ends: ArrayLike) -> Intervals:
    """Union of intervals; empty and inverted ones vanish, overlapping and touching ones join."""
    starts, ends = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    order = order[ends[order] > starts[order]]
    starts, reached = starts[order], np.maximum.accumulate(ends[order])
    joins = np.flatnonzero(starts[1:] <= reached[:-1])
    return np.delete(starts, joins + 1), np.delete(reached, joins)


def _possible_days(calendar: Calendar, start: int, end: int) -> Iterable[date]:
    """The local dates whose windows could be open between two instants."""
    first = datetime.fromtimestamp(start, UTC).date() - 2 * ONE_DAY
    last = datetime.fromtimestamp(end, UTC).date() + ONE_DAY
    if not any(calendar.weekly.values()):
        return [day for day in calendar.overrides if first <= day <= last]
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _in_utc(zone: ZoneInfo, spans: Iterable[tuple[date, Iterable[MinuteSpan]]]) -> Intervals:
    local = [
        ((day - UNIX_DAY).days * DAY_S + start * 60, (day - UNIX_DAY).days * DAY_S + end * 60)
        for day, day_spans in spans
        for start, end in day_spans
    ]
    edges = _converted(zone, np.array(local, dtype=np.int64).ravel())
    return edges[::2], edges[1::2]


def _converted(zone: ZoneInfo, local: Instants) -> Instants:
    """UTC of wall-clock seconds counted from 1970 as if the zone had no offset.

    A day that begins and ends with one offset keeps it; on the others each edge is asked for.
    """
    day = local // DAY_S
    days = np.union1d(day, day + 1)
    offsets = np.array([_offset_at_midnight(zone, each) for each in days.tolist()], dtype=np.int64)
    place = np.searchsorted(days, day)
    utc = local - offsets[place]
    for row in np.flatnonzero(offsets[place] != offsets[place + 1]):
        utc[row] = utc_of(zone, WALL_ZERO + timedelta(seconds=int(local[row])))
    return utc


def _offset_at_midnight(zone: ZoneInfo, unix_day: int) -> int:
    midnight = WALL_ZERO + timedelta(days=unix_day)
    return unix_day * DAY_S - utc_of(zone, midnight)


def _without(starts: Instants, ends: Instants, cut_starts: Instants, cut_ends: Instants) -> Intervals:
    """What is left of the first intervals outside the second; both sorted and disjoint."""
    points = np.unique(np.concatenate([starts, ends, cut_starts, cut_ends]))
    kept = _within(points, starts, ends) & ~_within(points, cut_starts, cut_ends)
    return merged(points[:-1][kept[:-1]], points[1:][kept[:-1]])


def _within(at: Instants, starts: Instants, ends: Instants) -> NDArray[np.bool_]:
    return np.searchsorted(starts, at, side="right") > np.searchsorted(ends, at, side="right")
