"""Counts per interval, and the same laid out as local days by slots.

Instants are int64 seconds since the epoch, UTC. A slot is a time on the wall: on the day clocks go
forward some slots never come, on the day they go back some come twice. A day's `total` is that of a
day with every slot once, so that days of 23 and 25 hours compare with the others.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Instants: TypeAlias = NDArray[np.int64]
Amounts: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int64]

DAY_S = 86_400
DAY_ZERO = date(1970, 1, 1)
WEEK = 7
USUALLY = 0.5  # a slot or weekday seen less often than this is one where absence means nothing came
NOTHING = 1e-9  # amounts below it are what sums of zeros leave behind


@dataclass(frozen=True)
class Series:
    """What came in each interval of `step_s` seconds; intervals may be missing, `at` ascends.

    `step_s` divides a day, or is a multiple of one.
    """

    at: Instants
    values: Amounts
    step_s: int
    zone: str = "UTC"

    def __len__(self) -> int:
        return len(self.at)

    @property
    def slots(self) -> int:
        return max(DAY_S // self.step_s, 1)

    @property
    def cycle(self) -> int:
        """Days that differ by their place in the week; 1 where an interval is longer than a day."""
        return WEEK if self.step_s <= DAY_S else 1

    def places(self, at: Instants) -> tuple[Codes, Codes]:
        """The local day (counted from 1970, in intervals where they are longer than a day) and slot."""
        local = wall(self.zone, at)
        if self.step_s > DAY_S:
            anchor = int(self.at[0]) if len(self) else 0
            return (at - anchor) // self.step_s, np.zeros(len(at), dtype=np.int64)
        return local // DAY_S, local % DAY_S // self.step_s

    def before(self, instant: int) -> "Series":
        """What was known at an instant."""
        rows = int(np.searchsorted(self.at, instant))
        return Series(self.at[:rows], self.values[:rows], self.step_s, self.zone)


def wall(zone: str, at: Instants) -> Instants:
    """What the clock on the wall shows, in seconds as if it were UTC."""
    info = ZoneInfo(zone)
    day = at // DAY_S
    days = np.unique(np.concatenate([day, day + 1]))
    offsets = np.array([_offset(info, int(each) * DAY_S) for each in days], dtype=np.int64)
    place = np.searchsorted(days, day)
    shift = offsets[place]
    for row in np.flatnonzero(shift != offsets[np.minimum(place + 1, len(days) - 1)]):
        shift[row] = _offset(info, int(at[row]))
    return at + shift


def _offset(info: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(info).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def day_number(on: date) -> int:
    """Days since 1970."""
    return (on - DAY_ZERO).days


def day_of(number: int) -> date:
    """The day with that number."""
    return DAY_ZERO + timedelta(days=number)


@dataclass(frozen=True)
class Table:
    """Days by slots. `first` is the number of the first day; NaN where nothing is known.

    `cells` has zeros where absence means nothing came; `observed` is the share of a day's usual
    amount that its known slots carry.
    """

    first: int
    cycle: int
    cells: Amounts  # (days, slots)
    observed: Amounts  # (days,)
    total: Amounts  # (days,)
    presence: Amounts  # (cycle, slots): how often a slot was there on days that were

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def numbers(self) -> Codes:
        return np.arange(self.first, self.first + len(self), dtype=np.int64)

    @property
    def weekday(self) -> Codes:
        return weekday(self.numbers, self.cycle)

    @property
    def seen(self) -> Flags:
        return self.observed > 0


def weekday(numbers: Codes, cycle: int = WEEK) -> Codes:
    """Monday is 0."""
    return (numbers + 3) % WEEK if cycle == WEEK else np.zeros(len(numbers), dtype=np.int64)


def tabulate(series: Series, *, longest: int = 160 * WEEK) -> Table:
    """The last `longest` days of a series, which holds at least one interval; less than `NOTHING` counts as none."""
    values = np.where(series.values < NOTHING, 0.0, series.values)
    day, slot = series.places(series.at)
    first = max(int(day.min()), int(day.max()) + 1 - longest)
    kept = (day >= first) & np.isfinite(values)
    shape = (int(day.max()) + 1 - first, series.slots)
    cell = (day[kept] - first) * series.slots + slot[kept]
    times = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(cell, weights=values[kept], minlength=times.size).reshape(shape)
    cells = np.where(times > 0, sums / np.maximum(times, 1), np.nan)
    return _settled(first, series.cycle, cells)


def _settled(first: int, cycle: int, cells: Amounts) -> Table:
    known = ~np.isnan(cells)
    there = np.asarray(known.any(axis=1))
    days = weekday(np.arange(first, first + len(cells), dtype=np.int64), cycle)
    presence: Amounts = np.array([_mean_of(known[(days == each) & there]) for each in range(cycle)])
    means = np.array([_mean_of(np.nan_to_num(cells[(days == each) & there])) for each in range(cycle)])
    filled = np.where(~known & there[:, None] & (presence[days] < USUALLY), 0.0, cells)
    known = ~np.isnan(filled)
    usual: Amounts = np.where(presence < USUALLY, means, means / np.maximum(presence, 1e-9))
    usual = usual[days]
    whole = usual.sum(axis=1)
    part = np.where(known, usual, 0).sum(axis=1)
    observed = np.where(whole > 0, part / np.where(whole > 0, whole, 1), known.mean(axis=1))
    observed = np.where(there, np.maximum(observed, 1e-9), 0.0)
    total = np.where(there, np.nansum(filled, axis=1) / np.where(there, observed, 1), np.nan)
    return Table(first, cycle, filled, observed, total, presence)


def _mean_of(rows: NDArray[np.bool_] | Amounts) -> Amounts:
    return rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
