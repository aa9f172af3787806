"""A calendar in several versions: each counts from when it became valid until the next."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from tickets.business_time import Boundary, Clock
from tickets.states import OPEN_END, Instants


class Succession:
    """Open seconds F(t) across the versions of one calendar, and the inverse.

    `versions` are pairs of valid_from (seconds since the epoch, ascending) and clock; the first one
    counts since ever, whatever its valid_from. F goes on from version to version without a step.
    """

    def __init__(self, versions: Sequence[tuple[int, Clock]]) -> None:
        self.clocks = [clock for _, clock in versions]
        self.starts = np.array([start for start, _ in versions[1:]], dtype=np.int64)
        if (np.diff(self.starts) <= 0).any():
            raise ValueError("versions of a calendar must become valid one after another")
        self.offsets = np.zeros(len(versions), dtype=np.int64)
        self.levels = np.zeros(len(self.starts), dtype=np.int64)  # F at each start
        for later, start in enumerate(self.starts, start=1):
            before, after = self.clocks[later - 1], self.clocks[later]
            level = int(before.open_seconds(start)) + self.offsets[later - 1]
            self.levels[later - 1] = level
            self.offsets[later] = level - int(after.open_seconds(start))

    def open_seconds(self, at: Instants) -> Instants:
        """F(t) of each instant."""
        level, version = at.copy(), np.searchsorted(self.starts, at, "right")
        for index in np.unique(version):
            rows = version == index
            level[rows] = self.clocks[index].open_seconds(at[rows]) + self.offsets[index]
        return level

    def at_level(self, level: Instants, boundary: Boundary = "close") -> Instants:
        """The first instant (`close`) or the last (`next_open`) at which F has each level."""
        at, version = level.copy(), np.searchsorted(self.levels, level, "left" if boundary == "close" else "right")
        for index in np.unique(version):
            rows = version == index
            at[rows] = self.clocks[index].at_level(level[rows] - self.offsets[index], boundary)
        return at

    def elapsed(self, start: Instants, end: Instants) -> Instants:
        """Open seconds from start to end."""
        return self.open_seconds(end) - self.open_seconds(start)

    def between(self, start: int, end: int) -> Iterator[tuple[int, int, Clock]]:
        """The versions in force from start to end, each with its own part of the time."""
        edges = [-OPEN_END, *self.starts.tolist(), OPEN_END]
        for clock, begins, ends in zip(self.clocks, edges[:-1], edges[1:], strict=True):
            if max(start, begins) < min(end, ends):
                yield max(start, begins), min(end, ends), clock


Hours: TypeAlias = Clock | Succession
