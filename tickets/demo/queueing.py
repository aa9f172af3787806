"""How long work waits: three lanes of one queue as fluids, the pressing before the patient.

Over an hour grid each team receives A(t) and can serve C(t) (both cumulative). First in, first out
serves D(t) = C(t) + min over u <= t of (A(u) - C(u)), capped at 0; what waits is Q = A - D, and work
that arrives at t is taken up when C has grown by Q: at C^-1(C(t) + Q(t)). A lane gets the capacity
that the lanes before it leave. Capacity is measured in hours of a usual staffed hour, so that a delay
of an agent ("picks it up half an hour later") runs on the same clock and stops when the team is shut.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tickets.demo.rhythm import HOUR, Amounts, Rhythm

Instants = NDArray[np.int64]
LIVE, PRESSING, PATIENT = 0, 1, 2
_FLAT = 1e-7  # how much a shut hour counts, so that C has an inverse
_NEXT_OPENING = 1e-3  # always ahead of shut hours: 4,000 of them count 4e-4


@dataclass(frozen=True)
class Queues:
    """Cumulative capacity left for each lane and work waiting in it, at every hour's start.

    Both (lanes, teams * (hours + 1)): the teams stand one behind the other, each `stride` hours further
    and above whatever the one before reaches, so that one interpolation serves all.
    """

    start_s: int
    stride: int
    capacity: NDArray[np.float64]
    waiting: NDArray[np.float64]
    _hours: NDArray[np.float64]

    @classmethod
    def of(cls, rhythm: Rhythm) -> Self:
        """The queues that the rhythm leads to."""
        usual = np.array([row[row > 0].mean() for row in rhythm.capacity])[:, None]
        lanes = _lanes(rhythm)
        left = _cumulative(rhythm.capacity / usual)
        capacity, waiting = [], []
        for lane in lanes:
            arrived = _cumulative(lane / usual)
            served = left + np.minimum(np.minimum.accumulate(arrived - left, axis=1), 0)
            capacity.append(left)
            waiting.append(arrived - served)
            left = left - served
        teams, points = capacity[0].shape
        ceiling = float(max(row.max() for row in capacity)) * 2 + 1_000
        slope = _FLAT * np.arange(points)
        shifted = [(row + slope + ceiling * np.arange(teams)[:, None]).ravel() for row in capacity]
        stride = points * 2
        hours = (np.arange(points) + stride * np.arange(teams)[:, None]).ravel().astype(float)
        return cls(rhythm.grid.start_s, stride, np.array(shifted), np.array([row.ravel() for row in waiting]), hours)

    def taken_up(
        self, team: NDArray[np.int64], at: Instants, *, lane: NDArray[np.int64], delay_h: NDArray[np.float64]
    ) -> Instants:
        """When work that arrives at `at` is taken up, `delay_h` staffed hours after its turn has come."""
        x = (at - self.start_s) / HOUR + self.stride * team
        taken = np.empty(len(at))
        for number in np.unique(lane):
            rows = lane == number
            capacity, waiting = self.capacity[number], self.waiting[number]
            level = np.interp(x[rows], self._hours, capacity) + np.interp(x[rows], self._hours, waiting)
            level += delay_h[rows] + _NEXT_OPENING
            taken[rows] = np.interp(level, capacity, self._hours)
        hours = taken - self.stride * team
        return np.maximum(at, self.start_s + (hours * HOUR).astype(np.int64))


def _lanes(rhythm: Rhythm) -> tuple[Amounts, Amounts, Amounts]:
    """Arrivals of each lane: live contacts, pressing ones, the others."""
    shut = rhythm.capacity <= 0
    stayed = np.where(shut, 0.0, rhythm.arrivals * rhythm.live[:, None])
    kept = np.where(shut, rhythm.arrivals * (1 - rhythm.live[:, None]), rhythm.arrivals)
    live = stayed + np.maximum(rhythm.workload - kept, 0)
    others = np.maximum(rhythm.workload - live, 0)
    pressing = others * rhythm.pressing[:, None]
    return live, pressing, others - pressing


def _cumulative(rates: Amounts) -> Amounts:
    """(teams, hours + 1) running sums from 0."""
    return np.concatenate([np.zeros((len(rates), 1)), np.cumsum(rates, axis=1)], axis=1)
