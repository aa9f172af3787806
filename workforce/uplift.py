"""What events do to volume, learned from earlier events of the same type.

The effect of an event at the k-th open day since it began is the mean log residual at that offset
over earlier events of its type, smoothed over neighbouring days and taken at 80 %, because few
events teach it. While a window is open, what the learned effect leaves unexplained is carried
ahead and fades. Days in windows do not teach the level: the day after a mailing says little about
the month after.
"""

import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from workforce.series import Amounts, Codes, Flags, day_number

WINDOW = 18  # open days
SMOOTHED = 3  # neighbours on each side
TRUSTED = 0.8
FADES = 15.0  # half-life in open days of what is not explained
FRESH = 5.0  # half-life in days of the residuals that say how much that is
ENOUGH = 5  # open days of an event that must have passed before it teaches


@dataclass(frozen=True)
class Happening:
    """A known event. `known_since` (seconds since the epoch) None: always."""

    type: str
    start: date
    end: date | None = None
    known_since: int | None = None


@dataclass(frozen=True)
class Uplifts:
    """By day: whether an event's window is open, and the log effect that earlier events teach."""

    logs: Amounts  # of the past days
    in_window: Flags
    explained: Amounts
    open_days: Codes  # running count of open days

    def effect(self, level: float, today: int) -> Amounts:
        """The learned effect of every day; from `today` on with what fades."""
        return self.explained + self._fading(level, today)

    def _fading(self, level: float, today: int) -> Amounts:
        ahead = np.zeros(len(self.explained))
        if not self.in_window[max(0, today - 5) : today].any():
            return ahead
        past = np.arange(max(0, today - 15), today)
        past = past[self.in_window[past] & np.isfinite(self.logs[past])]
        if len(past):
            weights = 0.5 ** ((today - 1 - past) / FRESH)
            left = weights @ (self.logs[past] - level - self.explained[past]) / weights.sum()
            since = self.open_days[today:] - self.open_days[today - 1]
            ahead[today:] = left * 0.5 ** (since / FADES)
        return ahead


def learned(
    logs: Amounts,
    level_before: Callable[[int], float],
    *,
    days: Codes,
    is_open: Flags,
    happenings: Sequence[Happening],
) -> Uplifts:
    """Effects of `happenings` on `days` (numbers). `logs` are deseasonalised totals of the first of them."""
    open_days: Codes = np.cumsum(is_open, dtype=np.int64)
    starts = sorted({(day_number(each.start) - int(days[0]), each.type) for each in happenings})
    placed = [(day, type_, _offsets(day, open_days)) for day, type_ in starts if 0 <= day < len(days)]
    in_window = np.zeros(len(days), dtype=np.bool_)
    for _, _, offset in placed:
        in_window |= (offset >= 0) & (offset < WINDOW)
    seen: dict[str, list[Amounts]] = defaultdict(list)
    explained = np.zeros(len(days))
    for day, type_, offset in placed:
        if seen[type_]:
            effect = _applied(_profile(seen[type_]), offset)
            explained = np.where(np.abs(effect) > np.abs(explained), effect, explained)
        residuals = _residuals(logs, offset, level_before(day)) if 0 < day < len(logs) else None
        if residuals is not None:
            seen[type_].append(residuals)
    return Uplifts(logs, in_window, explained, open_days)


def _offsets(day: int, open_days: Codes) -> Codes:
    """Open days since the event: 0 on its first, negative before it."""
    before = int(open_days[day - 1]) if day else 0
    offset = open_days - 1 - before
    offset[:day] = -1
    return offset


def _residuals(logs: Amounts, offset: Codes, level: float) -> Amounts | None:
    """Log residual by offset, NaN where unknown; None while the event is too young."""
    known = np.flatnonzero((offset[: len(logs)] >= 0) & (offset[: len(logs)] < WINDOW) & np.isfinite(logs))
    if len(known) < ENOUGH:
        return None
    found = np.full(WINDOW, np.nan)
    found[offset[known]] = logs[known] - level
    return found


def _profile(seen: list[Amounts]) -> Amounts:
    """Mean over events, smoothed save for the first day, which is often a peak of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an offset that no event has shown
        mean = np.nan_to_num(np.nanmean(np.array(seen), axis=0))
    padded = np.pad(mean, SMOOTHED, mode="edge")
    smooth = np.convolve(padded, np.full(2 * SMOOTHED + 1, 1 / (2 * SMOOTHED + 1)), "valid")
    smooth[0] = mean[0]
    return TRUSTED * smooth


def _applied(profile: Amounts, offset: Codes) -> Amounts:
    inside = (offset >= 0) & (offset < WINDOW)
    return np.where(inside, profile[np.clip(offset, 0, WINDOW - 1)], 0.0)
