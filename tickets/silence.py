"""Whether a place that usually brings events has stopped, told from the times at which it brought some.

Its rhythm is that of the four weeks before it fell silent, and it has stopped when either
- it has been silent for twice as long as its longest pause in them: so a daily file or a small queue is missed; or
- the same hours of those weeks always brought much: so a busy desk is missed within two hours, and a night or a
  weekend in which little ever comes is none.

What came on few days is a past that was taken in, and what has been silent for four weeks has ended.
"""

import numpy as np
from numpy.typing import NDArray

SLOT_S = 600  # what came within ten minutes came once: a pull every minute, a file in a hundred parts
WEEK_S = 7 * 86_400
WEEKS = 4
LEAST_S = 3600  # of silence worth a word
LEAST_DAYS = 3  # on which something came
LONGEST_PAUSES = 2
MUCH = 8  # times a week: where chance spreads them, e^-8 or one stretch in three thousand has none
MOST_WEEKS = 3  # of the four; an hour's shift of clocks moves at most six slots, fewer than MUCH


def has_stopped(arrivals: NDArray[np.int64], *, now: int) -> bool:
    """`arrivals`: when something came, in seconds. int64[n]"""
    slots = np.unique(arrivals // SLOT_S) * SLOT_S
    if not len(slots):
        return False
    last, silence = int(slots[-1]), now - int(slots[-1])
    rhythm = slots[slots > last - WEEKS * WEEK_S]
    if not LEAST_S <= silence <= WEEKS * WEEK_S or len(np.unique(rhythm // 86_400)) < LEAST_DAYS:
        return False
    return bool(silence > LONGEST_PAUSES * np.diff(rhythm).max()) or _was_never_so_empty(slots, last, silence)


def _was_never_so_empty(slots: NDArray[np.int64], last: int, silence: int) -> bool:
    """Whether the hours of the silence, its first week at most, brought much in the weeks before."""
    starts = last - WEEK_S * np.arange(1, WEEKS + 1)
    until = np.searchsorted(slots, starts + min(silence, WEEK_S), side="right")
    came = until - np.searchsorted(slots, starts, side="right")
    return bool(came.mean() >= MUCH and (came > 0).sum() >= MOST_WEEKS)
