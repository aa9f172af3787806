"""How much of the coming work will be late with the people there are; and where people are short."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce.deferred import late_by_bin
from workforce.staffing import Assumptions, given

Amounts = NDArray[np.float64]
Codes = NDArray[np.int64]
HOUR_S = 3600
WORTH_A_WORD = 0.75  # people short: below this it is rounding


def live(contacts: Amounts, staffed: Amounts, *, interval_s: int, assumptions: Assumptions) -> Amounts:
    """Contacts not answered in time in each interval, live work or chat.

    Whole people answer; of a fraction the two whole numbers around it count in proportion. Nobody
    answers nothing in time.
    """
    late = np.zeros(len(contacts))
    for slot in np.flatnonzero(contacts > 0).tolist():
        rate = round(float(contacts[slot]) * HOUR_S / interval_s, 2)
        low = int(staffed[slot])
        part = float(staffed[slot]) - low
        level = (1 - part) * _level(rate, low, assumptions) + part * (_level(rate, low + 1, assumptions) if part else 0)
        late[slot] = contacts[slot] * (1 - level)
    return late


def _level(rate: float, agents: int, assumptions: Assumptions) -> float:
    if agents <= 0:
        return 0.0
    return (given(rate, agents, assumptions).service_level or 0.0) if rate > 0 else 1.0


def deferred(
    work_h: Amounts,
    due: Codes,
    open_hours: Amounts,
    staffed: Amounts,
    *,
    aht_s: float,
    waiting: Amounts | None = None,
) -> Amounts:
    """Contacts that fall due in each interval and are not done by then, working oldest first.

    `due[i]` is the interval before whose start the work that came in i is due; what falls due past
    the last interval is not judged. `waiting` are the contacts that are there at the start, by the
    interval before whose start they are due; [0], those overdue, come first and are no news.
    """
    bins = len(work_h)
    waiting_h = (np.zeros(bins + 1) if waiting is None else waiting) * aht_s / HOUR_S
    last = np.minimum(due, bins)
    late_coming, late = late_by_bin(work_h, last, open_hours * staffed, waiting_h)
    late[0] = 0.0
    late += np.bincount(last, weights=late_coming, minlength=bins + 1)
    return np.asarray(late[:bins] * HOUR_S / aht_s, dtype=np.float64)


@dataclass(frozen=True)
class Shortage:
    """The worst stretch of intervals with too few people: slots `first` to `last`, both included."""

    first: int
    last: int
    people: float  # at its worst moment


def worst_shortage(required: Amounts, staffed: Amounts) -> Shortage | None:
    """The run of short intervals that lacks the most people-intervals, if any is short."""
    gap = np.nan_to_num(required - staffed)
    short = np.concatenate([[False], gap >= WORTH_A_WORD, [False]])
    begins, ends = np.flatnonzero(~short[:-1] & short[1:]), np.flatnonzero(short[:-1] & ~short[1:])
    if not len(begins):
        return None
    lacking = [float(gap[begin:end].sum()) for begin, end in zip(begins, ends, strict=True)]
    which = int(np.argmax(lacking))
    begin, end = int(begins[which]), int(ends[which])
    return Shortage(begin, end - 1, float(gap[begin:end].max()))


def shared(heads: Amounts, wanted: Amounts) -> Amounts:
    """(queues, intervals) of one team's heads, split among its queues as they need people; evenly where none does."""
    total = wanted.sum(axis=0)
    even = np.full_like(wanted, 1 / len(wanted)) if len(wanted) else wanted
    share = np.where(total > 0, wanted / np.where(total > 0, total, 1), even)
    return share * heads
