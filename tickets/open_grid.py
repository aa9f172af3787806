"""Open intervals laid out so that F and its inverse are a few integer steps a row."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tickets.business_calendar import Calendar
from tickets.open_intervals import Instants, open_intervals

Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int32]
Boundary: TypeAlias = Literal["close", "next_open"]

NEVER = np.int64(np.iinfo(np.int64).max)
EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())

# Slots of the look-up table are 2^11 s = 34 min: short enough to hold one edge as a rule.
SLOT_BITS = 11


@dataclass(frozen=True, eq=False)
class Grid:
    """What a calendar does from `low` to `high`; F counts open seconds from EPOCH.

    Interval i runs from starts[i] to ends[i], and before[i] is F at its start; the last
    entry of `before` is F at the end of all. Edge 2i opens interval i, edge 2i + 1 closes
    it, and NEVER comes last. After j edges F(t) = level[j] + (t & mask[j]), where the mask
    lets time through only while it is open.
    """

    low: int
    high: int
    starts: Instants
    ends: Instants
    before: Instants
    edges: Instants
    level: Instants
    mask: Instants
    slots: "Slots"

    @classmethod
    def over(cls, calendar: Calendar, low: int, high: int) -> "Grid":
        """Compile a stretch that holds EPOCH."""
        starts, ends = open_intervals(calendar, low, high)
        until_epoch = np.minimum(ends, EPOCH) - np.minimum(starts, EPOCH)
        before = np.append(0, np.cumsum(ends - starts)) - until_epoch.sum()
        level = np.repeat(before, 2)[:-1]
        level[1::2] -= starts
        mask = np.zeros(len(level), dtype=np.int64)
        mask[1::2] = -1
        edges = np.column_stack([starts, ends]).ravel()
        return cls(
            low=low,
            high=high,
            starts=starts,
            ends=ends,
            before=before,
            edges=np.append(edges, NEVER),
            level=level,
            mask=mask,
            slots=Slots.of(edges),
        )

    def open_seconds(self, at: Instants) -> Instants:
        """F of instants within [low, high]."""
        place = self._place(at)
        return self.level[place] + (at & self.mask[place])

    def is_open(self, at: Instants) -> Flags:
        """Whether instants within [low, high] lie in an interval, its end left out."""
        return np.not_equal(self.mask[self._place(at)], 0)

    def at_level(self, level: Instants, boundary: Boundary) -> Instants:
        """F^-1; NEVER where the intervals do not reach the level.

        The level before the first interval is first reached at its opening.
        """
        if not len(self.starts):
            return np.full(level.shape, NEVER)
        if boundary == "close":
            place = np.searchsorted(self.before, level, side="left") - 1
            beyond = level > self.before[-1]
        else:
            place = np.searchsorted(self.before, level, side="right") - 1
            beyond = level >= self.before[-1]
        place = np.clip(place, 0, len(self.starts) - 1)
        at = self.starts[place] + (level - self.before[place])
        return np.where(beyond | (level < self.before[0]), NEVER, at)

    def _place(self, at: Instants) -> Places:
        """How many edges are at or before each instant."""
        place = self.slots.edges_before(at)
        for _ in range(self.slots.hops):
            place += at >= self.edges[place]
        return place


@dataclass(frozen=True, eq=False)
class Slots:
    """Equal slots of time: the edges up to each one's first second, the most inside one."""

    first: int
    counts: Places
    hops: int

    @classmethod
    def of(cls, edges: Instants) -> "Slots":
        low, high = (int(edges[0]), int(edges[-1])) if len(edges) else (EPOCH, EPOCH)
        numbers = np.arange(low >> SLOT_BITS, (high >> SLOT_BITS) + 2, dtype=np.int64)
        counts = np.searchsorted(edges, numbers << SLOT_BITS, side="right").astype(np.int32)
        return cls(int(numbers[0]), counts, int(np.diff(counts).max(initial=0)))

    def edges_before(self, at: Instants) -> Places:
        """Edges up to the first second of the slot of each instant; outside, of the nearest."""
        number = np.clip((at >> SLOT_BITS) - self.first, 0, len(self.counts) - 1)
        places: Places = np.take(self.counts, number)
        return places
