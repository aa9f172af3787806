"""How many agents are at work in each interval, from stretches of time. Seconds since the epoch throughout.

The head count of an interval is the time worked in it over its length: somebody who comes half an
interval late counts for half of it. With S(t) the seconds worked before t,

    S(t) = sum over starts <= t of (t - start)  -  sum over ends <= t of (t - end)
    staffed[i] = (S(t[i+1]) - S(t[i])) / (t[i+1] - t[i])

so that a shift over midnight counts on both days, and a day of a clock change has as many intervals
as it really has.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.int64]

QUARTER_S = 900


@dataclass(frozen=True)
class Grid:
    """`count` intervals of `step_s` seconds from `first_s` on."""

    first_s: int
    step_s: int
    count: int

    @property
    def edges(self) -> Seconds:
        """The start of every interval, and the end of the last one."""
        return self.first_s + self.step_s * np.arange(self.count + 1, dtype=np.int64)

    @property
    def starts(self) -> Seconds:
        return self.edges[:-1]


def day_grid(first: date, last: date, zone: ZoneInfo, *, step_s: int = QUARTER_S) -> Grid:
    """The intervals of the local days from `first` to `last`, both included.

    They start on whole steps of UTC; in a zone whose midnight is none the first one reaches back.
    """
    begin = midnight(first, zone)
    end = midnight(last + timedelta(days=1), zone)
    start = begin - begin % step_s
    return Grid(start, step_s, -(-(end - start) // step_s))


def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant at which a local day begins."""
    return int(datetime.combine(day, time(), zone).timestamp())


def staffed(start: Seconds, end: Seconds, grid: Grid) -> NDArray[np.float64]:
    """The mean head count of every interval."""
    worked = _worked_before(start, grid.edges) - _worked_before(end, grid.edges)
    return np.diff(worked) / grid.step_s


def staffed_by(
    group: NDArray[np.int64], start: Seconds, end: Seconds, grid: Grid, *, groups: int
) -> NDArray[np.float64]:
    """(groups, intervals) mean head counts; `group` says for each stretch where it counts."""
    told = np.zeros((groups, grid.count))
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups + 1))
    for number in range(groups):
        rows = order[bounds[number] : bounds[number + 1]]
        if len(rows):
            told[number] = staffed(start[rows], end[rows], grid)
    return told


def _worked_before(instants: Seconds, at: Seconds) -> Seconds:
    """Seconds since each instant, summed over those that have come, at every `at`."""
    ordered = np.sort(instants)
    running = np.concatenate([[0], np.cumsum(ordered)])
    come = np.searchsorted(ordered, at, "right")
    told: Seconds = come * at - running[come]
    return told
