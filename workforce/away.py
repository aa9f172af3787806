"""Stretches of work that lie in somebody's time off. Pure; seconds since the epoch.

Whoever is off is counted once: time off that overlaps is one stretch.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Off = tuple[int, int, int]  # who, from, until


class Cut(NamedTuple):
    """What of the stretches lies in time off: the place of each, from when, until when."""

    row: Ints
    start: Ints
    end: Ints


def merged(time_off: Iterable[Off]) -> list[Off]:
    """Time off of one person that overlaps or touches as one, in the order of (who, from)."""
    told: list[Off] = []
    for who, start, end in sorted(time_off):
        if told and told[-1][0] == who and start <= told[-1][2]:
            told[-1] = (who, told[-1][1], max(end, told[-1][2]))
        else:
            told.append((who, start, end))
    return told


def in_time_off(who: Ints, start: Ints, end: Ints, time_off: Sequence[Off]) -> Cut:
    """The parts of the stretches (whose, from, until) that lie in the time off of the same person."""
    order = np.argsort(who, kind="stable")
    people = who[order]
    rows, begins, ends = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for person, first, last in merged(time_off):
        mine = order[np.searchsorted(people, person, "left") : np.searchsorted(people, person, "right")]
        inside = mine[(start[mine] < last) & (end[mine] > first)]
        rows.append(inside)
        begins.append(np.maximum(start[inside], first))
        ends.append(np.minimum(end[inside], last))
    return Cut(np.concatenate(rows), np.concatenate(begins), np.concatenate(ends))
