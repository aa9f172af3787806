"""Work with a deadline: e-mail, forms, back office. A fluid served oldest first, in bins of time.

Work arrives at the start of its bin; what is done inside bin u is finished at u + 1. The fewest
constant agents are the largest, over stretches [t1, t2), of the work that arrives and falls due
inside the stretch over its open hours: the critical interval of Yao, Demers and Shenker (1995).
Cutting the critical interval out and going on gives the most even staffing that keeps every
deadline; with one deadline for all it is a taut string between work arrived and work due.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workforce.series import Amounts, Codes

_NOUGHT = 1e-9
STRETCHES = (1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)  # of a deadline, while a goal lets work be late


@dataclass(frozen=True)
class Constant:
    """The fewest constant agents, and the stretch of bins that asks for them."""

    agents: float
    start: int
    end: int


def due_bins(open_hours: Amounts, deadline_h: float, *, business: bool = False, bin_hours: float = 1.0) -> Codes:
    """For each bin the bin by whose start work that arrives in it is due.

    In business time the deadline moves along open hours; work that never gets so many before the
    bins end is due at their end.
    """
    bins = len(open_hours)
    if not business:
        return np.minimum(np.arange(bins) + int(deadline_h / bin_hours + _NOUGHT), bins)
    done = np.concatenate([[0.0], np.cumsum(open_hours)])
    return np.minimum(np.searchsorted(done, done[:-1] + deadline_h - _NOUGHT), bins)


def constant_agents(work_h: Amounts, due: Codes, open_hours: Amounts) -> Constant:
    """`work_h` arrives bin by bin and is due at the start of bin `due`, which never falls; inf where none help."""
    bins = len(open_hours)
    arrived = np.concatenate([[0.0], np.cumsum(work_h)])
    passed = np.concatenate([[0.0], np.cumsum(open_hours)])
    settled = arrived[np.searchsorted(due, np.arange(bins + 1), side="right")]  # due by each edge
    best = Constant(0.0, 0, bins)
    for start in np.flatnonzero(work_h > 0):
        inside = settled[start + 1 :] - arrived[start]
        hours = passed[start + 1 :] - passed[start]
        with np.errstate(divide="ignore", invalid="ignore"):
            asked = np.where(inside > _NOUGHT, inside / hours, 0.0)
        end = int(np.argmax(asked))
        if asked[end] > best.agents + _NOUGHT:
            best = Constant(float(asked[end]), int(start), int(start) + 1 + end)
    return best


def even_agents(work_h: Amounts, due: Codes, open_hours: Amounts, waiting_h: Amounts | None = None) -> Amounts:
    """Agents in each bin of the most even staffing that keeps every deadline; 0 in closed bins.

    Its largest value is `constant_agents`; where a deadline falls into closed hours the work is due
    at the close. Work that no open bin can do in time is left out. `waiting_h` is there at the start,
    by the edge at which it is due (bins + 1 of them); what is overdue is due with what comes first.
    """
    waiting = _settled_waiting(waiting_h, due, len(open_hours))
    open_bins = np.flatnonzero(open_hours > 0)
    hours = open_hours[open_bins]
    arrived = waiting[-1] + np.cumsum(work_h)[open_bins]  # may be done by the end of each open bin
    edges = open_bins + 1
    coming = np.concatenate([[0.0], np.cumsum(work_h)])
    settled = waiting[edges] + coming[np.searchsorted(due, edges, side="right")]
    # A bin is last before the next opening: what falls due until then must be done by its end.
    until = np.concatenate([open_bins[1:], [len(open_hours)]])
    settled = np.maximum(settled, waiting[until] + coming[np.searchsorted(due, until, side="right")])
    settled = np.minimum(settled, arrived)
    pace = np.zeros(len(open_hours))
    pace[open_bins] = _taut(np.cumsum(hours), settled, arrived)
    return pace


def _settled_waiting(waiting_h: Amounts | None, due: Codes, bins: int) -> Amounts:
    """Hours of waiting work that are due by each edge."""
    by_edge = np.zeros(bins + 1) if waiting_h is None else waiting_h.copy()
    if len(due):
        by_edge[due[0]], by_edge[0] = by_edge[due[0]] + by_edge[0], 0.0
    return np.asarray(np.cumsum(by_edge))


@dataclass(frozen=True)
class Goal:
    """Work is done within `deadline_h` (open hours where `business`), at least a `share` of it."""

    deadline_h: float
    share: float = 1.0
    business: bool = False
    bin_hours: float = 1.0

    def due(self, open_hours: Amounts, *, stretched: float = 1.0) -> Codes:
        return due_bins(open_hours, self.deadline_h * stretched, business=self.business, bin_hours=self.bin_hours)


def enough_agents(work_h: Amounts, open_hours: Amounts, goal: Goal, waiting_h: Amounts | None = None) -> Amounts:
    """The most even staffing with which, oldest first, the goal's share of work is done in time.

    Peaks are flattened by planning for a later deadline, as far as the goal lets work be late; all of
    it is done in the end. What is overdue at the start is not the staffing's fault and not judged.
    """
    due = goal.due(open_hours)
    best = even_agents(work_h, due, open_hours, waiting_h)
    judged = float(work_h.sum()) + (float(waiting_h[1:].sum()) if waiting_h is not None else 0.0)
    for stretched in STRETCHES:
        flatter = even_agents(work_h, goal.due(open_hours, stretched=stretched), open_hours, waiting_h)
        if late_work(work_h, due, open_hours, flatter, waiting_h) > (1 - goal.share) * judged + _NOUGHT:
            break
        best = flatter
    return best


def _taut(edge: Amounts, least: Amounts, most: Amounts) -> Amounts:
    """Slopes of the shortest path from the origin that stays between `least` and `most` at every edge."""
    slopes = np.zeros(len(edge))
    begin, height, place = 0, 0.0, 0.0
    while begin < len(edge):
        run = edge[begin:] - place
        low = np.maximum.accumulate((least[begin:] - height) / run)
        high = np.minimum.accumulate((most[begin:] - height) / run)
        crossed = np.flatnonzero(low > high + 1e-12)
        last = int(crossed[0]) if len(crossed) else len(run)
        if not last:
            last, slope = 1, float(low[0])
        elif not len(crossed):
            slope = max(float(low[-1]), 0.0)
            last = int(np.argmax((least[begin:] - height) / run)) + 1 if slope > 0 else len(run)
        else:
            rises = (least[begin + last] - height) / run[last] > high[last - 1]  # pulled up by work due
            if rises:
                slope = float(high[last - 1])
                last = int(np.argmin((most[begin : begin + last] - height) / run[:last])) + 1
            else:
                slope = float(low[last - 1])
                last = int(np.argmax((least[begin : begin + last] - height) / run[:last])) + 1
        slopes[begin : begin + last] = slope
        height += slope * float(run[last - 1])
        place = float(edge[begin + last - 1])
        begin += last
    return slopes


def late_work(
    work_h: Amounts, due: Codes, open_hours: Amounts, agents: float | Amounts, waiting_h: Amounts | None = None
) -> float:
    """Hours of work that `agents`, working oldest first, do not finish in time; overdue work takes its turn."""
    waiting = np.zeros(len(work_h) + 1) if waiting_h is None else waiting_h
    late_coming, late_waiting = late_by_bin(work_h, due, open_hours * agents, waiting)
    return float(late_coming.sum() + late_waiting[1:].sum())


def late_by_bin(work_h: Amounts, due: Codes, can_h: Amounts, waiting_h: Amounts) -> tuple[Amounts, Amounts]:
    """Hours not done in time, oldest first: of the work that comes in each bin, and of what waits, by its edge."""
    before = np.cumsum(waiting_h) - waiting_h
    arrived = waiting_h.sum() + np.cumsum(work_h)
    done, finished = np.zeros(len(work_h) + 1), 0.0
    for each, (there, can) in enumerate(zip(arrived.tolist(), can_h.tolist(), strict=True)):
        finished += min(there - finished, can)
        done[each + 1] = finished
    in_time = np.clip(done[due] - (arrived - work_h), 0.0, work_h)
    waited = np.clip(done - before, 0.0, waiting_h)
    return work_h - in_time, waiting_h - waited


@dataclass(frozen=True)
class Backlog:
    """Stock at the end of each period, and what was completed in it."""

    stock: tuple[float, ...]
    completed: tuple[float, ...]
    periods_to_clear: float | None  # at the last net pace; None when it never clears


def backlog(start: float, arrivals: Sequence[float], capacity: Sequence[float]) -> Backlog:
    """done = min(B + A, C), B' = B + A - done."""
    stock, left, completed = [], start, []
    for came, can in zip(arrivals, capacity, strict=True):
        done = min(left + came, can)
        left = left + came - done
        stock.append(left)
        completed.append(done)
    if left <= 0:
        clears: float | None = 0.0
    else:
        net = capacity[-1] - arrivals[-1] if arrivals else 0.0
        clears = left / net if net > 0 else None
    return Backlog(tuple(stock), tuple(completed), clears)
