"""A forecast of contacts per interval: level x weekday x time of day x holiday x event, in logs.

The model is multiplicative, so its parts add up in logs of day totals. The level is the mean of
three exponentially weighted means (half-lives of 2, 6 and 18 weeks: one follows, one steadies, one
pulls back to the usual), weekday factors have a half-life of 8 weeks, the share of each time of day
one of 12 weeks, by weekday and drawn towards the shape of all days. Holidays and days below 30 % of
their weekday's median teach neither level nor shape. Where a usual day brings fewer than ten
contacts, logs of single days say little, and sums take the place of mean logs.

Halving ages by half-lives follows Brown (1959); that averages over equal weekdays are hard to beat
beyond a few days is Taylor (2008), Management Science 54:253.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from workforce.bands import Spread, day_band, interval_band, spread_of
from workforce.series import Amounts, Codes, Flags, Instants, Series, Table, day_number, tabulate, weekday
from workforce.uplift import Happening, learned

MODEL = "multiplicative"


@dataclass(frozen=True)
class Settings:
    """Half-lives in days, unless said otherwise."""

    level: tuple[int, ...] = (14, 42, 126)
    path: int = 21  # of the level around a past day, for weekday factors
    weekday: int = 56
    shape: int = 84
    shape_days: float = 1.0  # weight of the shape of all days in that of one weekday
    cleaned: float = 0.3  # of the weekday's median; lower days teach nothing
    bound: float = 1.2  # how far a log residual may pull
    few: float = 10.0  # contacts on a usual day; with fewer, sums instead of logs


DEFAULT = Settings()
RECENT_DAYS = 112  # over which a weekday's usual amount is taken
MINOR = 0.1  # a weekday with less than this part of the busiest one is no working day
CLOSED = 0.05  # a holiday that usually brings less than this part of its weekday is closed


@dataclass(frozen=True)
class Forecast:
    """Parallel columns by interval, and the same by local day (number, p10, p50, p90)."""

    at: Instants
    p10: Amounts
    p50: Amounts
    p90: Amounts
    days: Codes
    day_p10: Amounts
    day_p50: Amounts
    day_p90: Amounts
    day_sd: float  # log sd of a day's total, net of counting noise
    model: str = MODEL


def forecast(
    series: Series,
    targets: Instants,
    *,
    happenings: Sequence[Happening] = (),
    holidays: frozenset[date] = frozenset(),
    open_at: Flags | None = None,
    settings: Settings = DEFAULT,
) -> Forecast:
    """What to expect at `targets`, which begin after the series ends. `open_at`: False brings nothing."""
    model = fit(series, targets, happenings=happenings, holidays=holidays, settings=settings)
    expected = model.expected(targets)
    if open_at is not None:
        expected = np.where(open_at, expected, 0.0)
    return model.told(targets, expected)


@dataclass(frozen=True)
class Model:
    """What was learned. `day_log` and `day_amount` cover the days from `first` to the last target."""

    series: Series
    first: int
    amount: Amounts  # (days,) expected total of each day, holidays and events in it
    shape: Amounts  # (cycle, slots), each row sums to 1
    spread: Spread
    is_count: bool
    end: int  # number of the first day not seen
    parts: dict[str, object] = field(default_factory=dict)

    def expected(self, targets: Instants) -> Amounts:
        day, slot = self.series.places(targets)
        return self.amount[day - self.first] * self.shape[weekday(day, len(self.shape)), slot]

    def told(self, targets: Instants, expected: Amounts) -> Forecast:
        """With the band around what is expected."""
        day, _ = self.series.places(targets)
        days, place = np.unique(day, return_inverse=True)
        ahead = np.maximum(days - self.end, 0)
        sums: Amounts = np.bincount(place, weights=expected, minlength=len(days)).astype(np.float64)
        low, high = interval_band(expected, ahead[place], self.spread, whole=self.is_count)
        day_low, day_high = day_band(sums, ahead, self.spread)
        return Forecast(targets, low, expected, high, days, day_low, sums, day_high, self.spread.net_sd)


def fit(
    series: Series,
    targets: Instants,
    *,
    happenings: Sequence[Happening] = (),
    holidays: frozenset[date] = frozenset(),
    settings: Settings = DEFAULT,
) -> Model:
    """Learn from a series of at least one interval what its next days bring, up to the last target."""
    table = tabulate(series)
    last = max(int(series.places(targets)[0].max()) if len(targets) else 0, table.first + len(table))
    days = np.arange(table.first, last + 1, dtype=np.int64)
    free = np.isin(days, [day_number(on) for on in holidays])
    lesson = Lesson.of(table, free[: len(table)], settings)
    factor = _holiday_factor(table, free, lesson)
    is_open = lesson.major[weekday(days, table.cycle)] & ~(free & (factor == 0))
    uplifts = learned(lesson.logs, lesson.level_before, days=days, is_open=is_open, happenings=happenings)
    lesson = lesson.without(uplifts.in_window[: len(table)])
    uplifts = learned(lesson.logs, lesson.level_before, days=days, is_open=is_open, happenings=happenings)
    level = lesson.level_before(len(table))
    amount = np.exp(level + lesson.by_weekday[weekday(days, table.cycle)] + uplifts.effect(level, len(table)))
    minor = ~lesson.major[weekday(days, table.cycle)]
    amount = np.where(minor, lesson.usual[weekday(days, table.cycle)], amount)
    shape = _shape(table, lesson, settings)
    spread = spread_of(table, lesson.logs - uplifts.explained[: len(table)], lesson, shape)
    is_count = bool(np.all(series.values[np.isfinite(series.values)] % 1 == 0))
    parts: dict[str, object] = {"level": float(np.exp(level)), "weekday": np.exp(lesson.by_weekday).round(4).tolist()}
    return Model(series, table.first, amount * factor, shape, spread, is_count, table.first + len(table), parts)


@dataclass(frozen=True)
class Lesson:
    """Day totals in logs, what each weekday does to them, and which days may teach."""

    table: Table
    settings: Settings
    major: Flags  # (cycle,) weekdays with work
    usual: Amounts  # (cycle,) mean total of each
    teaches: Flags  # (days,)
    calm: Flags  # (days,) of these, those outside the windows of events
    by_weekday: Amounts  # (cycle,) log factors
    few: bool

    @classmethod
    def of(cls, table: Table, free: Flags, settings: Settings) -> "Lesson":
        days = table.weekday
        recent = np.arange(len(table)) >= len(table) - RECENT_DAYS
        usual, median = np.zeros(table.cycle), np.zeros(table.cycle)
        for each in range(table.cycle):
            rows = recent & (days == each)
            kept = rows & (table.observed >= 0.5) & ~free
            sparse = kept.sum() < 0.5 * rows.sum()  # absent more often than not: absence means nothing came
            usual[each] = table.total[kept].sum() / max(rows.sum() if sparse else kept.sum(), 1)
            median[each] = np.median(table.total[kept]) if kept.any() and not sparse else 0.0
        never = np.array([not (days == each).any() for each in range(table.cycle)])
        if never.any() and len(table) < 2 * table.cycle:
            usual = np.where(never, usual[~never].mean(), usual)
        major = usual >= MINOR * max(usual.max(), 1e-12)
        few = not major.any() or bool(np.mean(usual[major]) < settings.few)
        floor = 0.0 if few else settings.cleaned
        teaches = (table.observed >= 0.5) & major[days] & ~free & (np.nan_to_num(table.total) >= floor * median[days])
        teaches &= few | (np.nan_to_num(table.total) > 0)
        lesson = cls(table, settings, major, usual, teaches, teaches, np.zeros(table.cycle), few)
        return lesson._weekdays_learned()

    def without(self, window: Flags) -> "Lesson":
        """The same, the level learned from days outside `window` alone where there are enough of them."""
        calm = self.teaches & ~window
        if calm.sum() < 10:
            return self
        lesson = Lesson(
            self.table, self.settings, self.major, self.usual, self.teaches, calm, np.zeros(self.table.cycle), self.few
        )
        return lesson._weekdays_learned()

    @cached_property
    def logs(self) -> Amounts:
        """Log totals less their weekday's factor; NaN where a day does not teach."""
        logs = np.log(np.maximum(np.nan_to_num(self.table.total), self._least))
        return np.where(self.teaches, logs - self.by_weekday[self.table.weekday], np.nan)

    @cached_property
    def _least(self) -> float:
        positive = self.table.total[np.nan_to_num(self.table.total) > 0]
        return 0.5 * float(positive.min()) if len(positive) else 1e-9

    def level_before(self, day: int) -> float:
        """The log level that the calm days before a day (counted from the first) speak for."""
        rows = np.flatnonzero(self.calm[:day])
        if not len(rows):
            rows = np.flatnonzero(self.teaches[:day])
        if not len(rows):
            return float(np.log(max(self.usual[self.major].mean(), 1e-9))) if self.major.any() else -30.0
        age = (day - 1 - rows).astype(np.float64)
        return float(np.mean([self._centre(rows, 0.5 ** (age / half_life)) for half_life in self.settings.level]))

    def _centre(self, rows: Codes, weights: Amounts) -> float:
        if self.few:
            factor = np.exp(self.by_weekday[self.table.weekday[rows]])
            whole = float(weights @ factor)
            return float(np.log(max(float(weights @ self.table.total[rows]) / whole, 1e-9)))
        logs = self.logs[rows]
        centre = float(weights @ logs / weights.sum())
        kept = np.clip(logs, centre - self.settings.bound, centre + self.settings.bound)
        return float(weights @ kept / weights.sum())

    def _weekdays_learned(self) -> "Lesson":
        """Factors of weekdays against the level around each day; three rounds settle them."""
        rows = np.flatnonzero(self.calm)
        if self.table.cycle == 1 or not len(rows):
            return self
        table, bound = self.table, self.settings.bound
        days = table.weekday[rows]
        total = np.maximum(table.total[rows], self._least)
        near = 0.5 ** (np.abs(rows[:, None] - rows[None, :]) / self.settings.path)
        weights = 0.5 ** ((len(table) - 1 - rows) / self.settings.weekday)
        factors = np.zeros(table.cycle)
        for _ in range(3):
            path = self._around(near, total, factors[days])
            factors = np.zeros(table.cycle)
            for each in np.unique(days):
                mine = days == each
                if self.few:
                    ratio = (weights[mine] @ table.total[rows][mine] + 1e-9) / (weights[mine] @ np.exp(path[mine]))
                    factors[each] = float(np.log(max(ratio, 1e-6)))
                else:
                    off = np.log(total[mine]) - path[mine]
                    off = np.clip(off, np.median(off) - bound, np.median(off) + bound)
                    factors[each] = float(weights[mine] @ off / weights[mine].sum())
            factors[self.major] -= factors[self.major].mean()
        return Lesson(table, self.settings, self.major, self.usual, self.teaches, self.calm, factors, self.few)

    def _around(self, near: Amounts, total: Amounts, factor: Amounts) -> Amounts:
        """The level around each day, from both sides."""
        if self.few:
            kept = near @ (total * (total > self._least))
            return np.asarray(np.log(np.maximum(kept / (near @ np.exp(factor)), 1e-9)))
        return np.asarray(near @ (np.log(total) - factor) / near.sum(axis=1))


def _shape(table: Table, lesson: Lesson, settings: Settings) -> Amounts:
    """The share of each slot, by weekday, drawn towards that of all days.

    Shares of days with few contacts are shares of their sum, not means of shares of a handful.
    """
    known, cells = ~np.isnan(table.cells), np.nan_to_num(table.cells)
    age = len(table) - 1 - np.arange(len(table))
    counts = lesson.teaches & (table.observed > 0.9) & (cells.sum(axis=1) > 0)
    weights = np.where(counts, 0.5 ** (age / settings.shape), 0.0)
    whole = np.nan_to_num(table.total)
    if lesson.few:
        whole = np.full(len(table), whole[counts].mean() if counts.any() else 1.0)
    shares = cells / np.maximum(whole, 1e-12)[:, None]
    overall = _normal(_weighted(shares, known, weights), cells.sum(axis=0))
    days, rows = table.weekday, []
    for each in range(table.cycle):
        mine = np.where(days == each, weights, 0.0)
        own = _weighted(shares, known, mine)
        if lesson.major[each]:
            rows.append(_normal(own * mine.sum() + settings.shape_days * overall, overall))
        else:  # a weekday with little work keeps the shape of its own sums
            rows.append(_normal(cells[days == each].sum(axis=0), overall))
    return np.array(rows)


def _weighted(shares: Amounts, known: Flags, weights: Amounts) -> Amounts:
    """Mean share of each slot over the days on which it is known."""
    return np.asarray(weights @ shares / np.maximum(weights @ known, 1e-12))


def _normal(amounts: Amounts, otherwise: Amounts) -> Amounts:
    """Shares that sum to one."""
    for each in (amounts, otherwise):
        if each.sum() > 0:
            return np.asarray(each / each.sum())
    return np.full(len(amounts), 1 / len(amounts))


def _holiday_factor(table: Table, free: Flags, lesson: Lesson) -> Amounts:
    """1 on ordinary days; on holidays what earlier ones brought against their weekday, 0 where closed.

    A holiday on which a usually open day has no row at all was closed.
    """
    past = np.flatnonzero(free[: len(table)] & lesson.major[table.weekday])
    factor = np.ones(len(free))
    if not len(past):
        return factor
    came = np.nan_to_num(table.total[past])
    level = np.array([lesson.level_before(int(day)) for day in past])
    ratio = came / np.exp(level + lesson.by_weekday[table.weekday[past]])
    if np.median(ratio) < CLOSED:
        factor[free] = 0.0
    else:
        logs = np.log(np.clip(ratio, CLOSED, 1 / CLOSED))
        factor[free] = np.exp(logs.sum() / (len(logs) + 1))
    return factor
