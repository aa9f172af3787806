"""Business time: arithmetic on the open seconds of a calendar, exact to the second.

Instants are int64 seconds since the Unix epoch, UTC. With F(t) the open seconds from a
fixed epoch to t, elapsed(a, b) = F(b) - F(a) and due = F^-1(F(start) + target).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from tickets.business_calendar import ALWAYS, BadCalendar, Calendar
from tickets.open_grid import EPOCH, NEVER, Boundary, Flags, Grid
from tickets.open_intervals import (
    DAY_S,
    EARLIEST,
    LATEST,
    BadInstant,
    Instants,
    check_range,
    open_intervals,
)

__all__ = [
    "ALWAYS",
    "NEVER",
    "BadCalendar",
    "BadInstant",
    "Boundary",
    "Calendar",
    "Clock",
    "Flags",
    "Instants",
    "Seconds",
    "clock",
    "open_intervals",
]

Seconds: TypeAlias = Instants | np.int64 | int
Scalar = TypeVar("Scalar", np.int64, np.bool_)

GROWTH_S = 2 * 366 * DAY_S

# Rows taken at a time, so that intermediate arrays stay in the processor's cache.
BLOCK = 32_768


class Clock:
    """The open seconds of one calendar, vectorised; get it from `clock(calendar)`.

    Instants and seconds are integers or integer arrays of any shape; the answer has
    their shape. Raises BadInstant outside 1900..2400 and for anything but integers.
    The compiled stretch grows by itself, and threads may share a clock.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._grid = Grid.over(calendar, EPOCH, EPOCH)

    def open_seconds(self, at: Seconds) -> Instants:
        """F(t): open seconds from the epoch to each instant, negative before it."""
        at = _integers(at)
        return _by_block(self._covering(at).open_seconds, at)

    def is_open(self, at: Seconds) -> Flags:
        """Whether from <= t < to holds for some open interval."""
        at = _integers(at)
        return _by_block(self._covering(at).is_open, at)

    def at_level(self, level: Seconds, boundary: Boundary = "close") -> Instants:
        """The instant at which F reaches a level: F^-1.

        F rests at its level from a close to the next opening: 'close' gives the first of
        those instants, 'next_open' the last. NEVER where no instant before 2400 has the level.
        """
        level = _integers(level)
        grid = self._reaching(level)
        return _by_block(lambda block: grid.at_level(block, boundary), level)

    def elapsed(self, start: Seconds, end: Seconds) -> Instants:
        """Open seconds from start to end; negative where end comes first."""
        return self.open_seconds(end) - self.open_seconds(start)

    def due(self, start: Seconds, seconds: Seconds, *, boundary: Boundary = "close") -> Instants:
        """When `seconds` >= 0 of open time after start are used up; never before start.

        Nought seconds from a closed moment are used up at the next opening, but at the very
        close they are used up there if `boundary` says so.
        """
        start = _integers(start)
        level = self.open_seconds(start) + _not_negative(seconds)
        landed = self.at_level(level, boundary)
        early = landed < start
        if not np.any(early):
            return landed
        return np.where(early, self.at_level(level, "next_open"), landed)[()]

    def back(self, end: Seconds, seconds: Seconds) -> Instants:
        """The instant `seconds` >= 0 of open time before end; never after end.

        Time used up exactly at an opening lands on it; nought seconds before a closed moment
        is the last close. NEVER where the calendar was not open for so long.
        """
        end = _integers(end)
        level = self.open_seconds(end) - _not_negative(seconds)
        landed = self.at_level(level, "next_open")
        late = landed > end
        if not np.any(late):
            return landed
        last_close = self.at_level(level, "close")
        landed = np.where(late, last_close, landed)
        return np.where(landed > end, NEVER, landed)[()]

    def next_open(self, at: Seconds) -> Instants:
        """The instant itself while open, else the next opening."""
        return self.at_level(self.open_seconds(at), "next_open")

    def _covering(self, at: Instants) -> Grid:
        """A grid that holds these instants."""
        grid = self._grid
        if not at.size:
            return grid
        low, high = int(at.min()), int(at.max())
        check_range(low, high)
        if low < grid.low or high > grid.high:
            grid = self._grown(min(low, grid.low), max(high, grid.high))
        return grid

    def _reaching(self, level: Instants) -> Grid:
        """A grid that goes beyond these levels, or as far as there is anything."""
        grid = self._grid
        if not level.size:
            return grid
        low, high = level.min(), level.max()
        while high >= grid.before[-1] and grid.high < LATEST:
            grid = self._grown(grid.low, grid.high + (grid.high - grid.low) // 2)
        while low <= grid.before[0] and grid.low > EARLIEST:
            grid = self._grown(grid.low - (grid.high - grid.low) // 2, grid.high)
        return grid

    def _grown(self, low: int, high: int) -> Grid:
        """Compile past [low, high]; all of time where only single dates are open."""
        if any(self.calendar.weekly.values()):
            low, high = max(EARLIEST, low - GROWTH_S), min(LATEST, high + GROWTH_S)
        else:
            low, high = EARLIEST, LATEST
        self._grid = Grid.over(self.calendar, low, high)
        return self._grid


class UnbrokenClock(Clock):
    """A calendar that never closes: every second counts, F(t) = t, and nothing is compiled."""

    def open_seconds(self, at: Seconds) -> Instants:
        return _integers(at)[()]

    def is_open(self, at: Seconds) -> Flags:
        return np.ones(_integers(at).shape, dtype=np.bool_)[()]

    def at_level(self, level: Seconds, boundary: Boundary = "close") -> Instants:
        return _integers(level)[()]


@lru_cache(maxsize=128)
def clock(calendar: Calendar) -> Clock:
    """The clock of a calendar, compiled once for all who ask."""
    return UnbrokenClock(calendar) if calendar.is_unbroken else Clock(calendar)


def _integers(value: Seconds) -> Instants:
    array = np.asarray(value)
    if array.size and array.dtype.kind not in "iu":
        raise BadInstant(f"{array.dtype} is not whole seconds; give integers")
    return array.astype(np.int64, copy=False)


def _not_negative(seconds: Seconds) -> Instants:
    whole = _integers(seconds)
    if whole.size and whole.min() < 0:
        raise ValueError(f"{whole.min()} s of open time; it cannot be negative")
    return whole


def _by_block(function: Callable[[Instants], NDArray[Scalar]], array: Instants) -> NDArray[Scalar]:
    """function(array), a block of rows at a time; a scalar for a scalar."""
    if array.size <= BLOCK:
        return function(array)[()]
    flat = array.ravel()
    blocks = [function(flat[row : row + BLOCK]) for row in range(0, len(flat), BLOCK)]
    return np.concatenate(blocks).reshape(array.shape)
