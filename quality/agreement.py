"""How far raters agree beyond chance.

The main number is Krippendorff's alpha (any number of raters, missing values, four levels of
measurement), with a percentile bootstrap over units. Krippendorff, Computing Krippendorff's
Alpha-Reliability (2011): alpha = 1 - D_o / D_e, where D_o averages the disagreement of the pairs
within units and D_e that of all pairs of values. Where nothing varies, D_e is 0 and alpha is
undefined: None, never 1.

Ordinal distances are squared differences of mid-ranks, since the sum of the frequencies between two
values less half of both is the difference of their cumulated frequencies at the middle. Interval
and ordinal sums therefore need no pairs: sum over i, j of (x_i - x_j)^2 = 2 (m sum x^2 - (sum x)^2).

Beside it: percent agreement, and for comparison with what others print Fleiss' kappa and Gwet's AC1,
generalised to missing values as Gwet (2014) does.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REPLICATES = 2000
SEED = 20_110_125
RELY_ON, TENTATIVE = 0.8, 0.667  # Krippendorff's conventions
FEWEST_UNITS = 50  # double-scored; below it the bootstrap interval is too wide to read alpha at all
_MOST_AT_ONCE = 4_000_000  # numbers of one batch of replicates
_COLUMNS = 512  # of a table of ratio distances, made at once
_MOST_UNDEFINED = 0.05  # share of replicates without variation beyond which no interval is told


class Level(StrEnum):
    """What may be done with the values: tell apart, order, subtract, divide."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


class BadRatings(ValueError):
    """Ratings that cannot be compared at this level."""


@dataclass(frozen=True)
class Ratings:
    """Ratings in long form, sorted by unit: of `unit[i]`, by `rater[i]`, the value `values[code[i]]`.

    `values` ascend, so that codes are ordered as the values are.
    """

    unit: Ints
    rater: Ints
    code: Ints
    values: Floats  # 0, 1, 2 ... where values are mere names

    @classmethod
    def of(
        cls, units: Sequence[Hashable], raters: Sequence[Hashable], values: Sequence[float] | Sequence[str]
    ) -> "Ratings":
        """From three columns. Names are told apart and carry no order."""
        given = np.asarray(values)
        distinct, code = np.unique(given, return_inverse=True)
        is_number = np.issubdtype(given.dtype, np.number)
        unit, rater = _codes(units), _codes(raters)
        order = np.lexsort((rater, unit))
        numbers = distinct.astype(np.float64) if is_number else np.arange(len(distinct), dtype=np.float64)
        return cls(unit[order], rater[order], code.astype(np.int64)[order], numbers)

    @property
    def counts(self) -> Ints:
        """How many ratings each unit has."""
        return np.bincount(self.unit) if len(self.unit) else np.zeros(0, dtype=np.int64)

    def pairable(self) -> "Ratings":
        """Only units that at least two raters rated; units are numbered anew, unused values stay."""
        keep = self.counts[self.unit] >= 2 if len(self.unit) else np.zeros(0, dtype=bool)
        unit = np.unique(self.unit[keep], return_inverse=True)[1]
        return Ratings(unit.astype(np.int64), self.rater[keep], self.code[keep], self.values)


@dataclass(frozen=True)
class Alpha:
    """`value` None: nothing varies, or no unit was rated twice. `low`, `high` bound it with 95 %."""

    level: Level
    value: float | None
    low: float | None
    high: float | None
    units: int  # rated by two or more
    ratings: int  # of those units

    @property
    def is_reliable(self) -> bool:
        return self.value is not None and self.units >= FEWEST_UNITS


def alpha(ratings: Ratings, level: Level, *, replicates: int = REPLICATES, seed: int = SEED) -> Alpha:
    """Krippendorff's alpha with its bootstrap interval; `replicates` 0 leaves the interval out."""
    paired = ratings.pairable()
    units, size = len(paired.counts), len(paired.unit)
    if not units:
        return Alpha(level, None, None, None, 0, 0)
    _check(paired, level)
    estimate = _Estimate(paired, level)
    value = estimate.alphas(np.ones((1, units)))[0]
    if np.isnan(value):
        return Alpha(level, None, None, None, units, size)
    low, high = _interval(estimate, units, replicates, seed) if replicates else (None, None)
    return Alpha(level, float(value), low, high, units, size)


def percent_agreement(ratings: Ratings) -> float | None:
    """Share of the pairs of raters within units that agree, each unit counting alike."""
    paired = ratings.pairable()
    m = paired.counts
    if not len(m):
        return None
    unit, _, count = _repeats(paired)
    alike = np.bincount(unit, weights=count * (count - 1))
    return float(np.mean(alike / (m * (m - 1))))


def fleiss_kappa(ratings: Ratings) -> float | None:
    """Chance agreement from the mean use of each value (Fleiss 1971)."""
    use = _use(ratings)
    return _chance_corrected(ratings, float((use**2).sum()))


def gwet_ac1(ratings: Ratings, *, values: int | None = None) -> float | None:
    """Chance agreement among the ratings that are hard to give (Gwet 2008)."""
    use = _use(ratings)
    q = values or len(use)
    return _chance_corrected(ratings, float((use * (1 - use)).sum() / (q - 1))) if q > 1 else None


class _Estimate:
    """Alpha for weights of units: ones for the sample, multinomial counts for a bootstrap replicate."""

    def __init__(self, ratings: Ratings, level: Level) -> None:
        self.ratings, self._level = ratings, level
        self._m = ratings.counts
        self._starts = np.searchsorted(ratings.unit, np.arange(len(self._m)))
        centred = ratings.values - ratings.values.mean()
        self._x = centred / (np.abs(centred).max() or 1.0)
        self._within = np.zeros(0) if level is Level.ORDINAL else self._disagreement_within()

    def alphas(self, weights: Floats) -> Floats:
        """One alpha for each row of `weights` (replicates, units); NaN where nothing varies."""
        frequency = self._frequencies(weights)
        n = frequency.sum(axis=1)
        if self._level is Level.ORDINAL:
            middle = np.cumsum(frequency, axis=1) - frequency / 2
            observed = (weights * self._squares_within(middle[:, self.ratings.code])).sum(axis=1)
            expected = _squares(frequency, middle)
        else:
            observed, expected = weights @ self._within, self._expected(frequency)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 1e-12 * n * n, 1 - (n - 1) * observed / expected, np.nan)

    def _frequencies(self, weights: Floats) -> Floats:
        """(replicates, values): how often each value occurs."""
        code, unit, size = self.ratings.code, self.ratings.unit, len(self.ratings.values)
        return np.array([np.bincount(code, weights=row[unit], minlength=size) for row in weights])

    def _disagreement_within(self) -> Floats:
        """Per unit the sum of distances over ordered pairs, divided by m - 1."""
        if self._level is Level.NOMINAL:
            unit, _, count = _repeats(self.ratings)
            alike = np.bincount(unit, weights=count**2)
            return np.asarray((self._m**2 - alike) / (self._m - 1), dtype=np.float64)
        if self._level is Level.INTERVAL:
            squares: Floats = self._squares_within(self._x[self.ratings.code][None, :])[0]
            return squares
        each = np.split(self.ratings.values[self.ratings.code], self._starts[1:])
        return np.array([_ratio_distances(values, values).sum() / (len(values) - 1) for values in each])

    def _squares_within(self, x: Floats) -> Floats:
        """(replicates, units): as above, for squared differences of `x` (replicates, ratings)."""
        sums = np.add.reduceat(x, self._starts, axis=1)
        squares = np.add.reduceat(x**2, self._starts, axis=1)
        return np.asarray(2 * (self._m * squares - sums**2) / (self._m - 1), dtype=np.float64)

    def _expected(self, frequency: Floats) -> Floats:
        if self._level is Level.NOMINAL:
            return np.asarray(frequency.sum(axis=1) ** 2 - (frequency**2).sum(axis=1), dtype=np.float64)
        if self._level is Level.INTERVAL:
            return _squares(frequency, self._x)
        values, total = self.ratings.values, np.zeros(len(frequency))
        for first in range(0, len(values), _COLUMNS):
            some = slice(first, first + _COLUMNS)
            total += ((frequency @ _ratio_distances(values, values[some])) * frequency[:, some]).sum(axis=1)
        return total


def _interval(estimate: _Estimate, units: int, replicates: int, seed: int) -> tuple[float | None, float | None]:
    rng = np.random.default_rng(seed)
    batch = max(1, min(replicates, _MOST_AT_ONCE // max(1, len(estimate.ratings.unit))))
    found = []
    for first in range(0, replicates, batch):
        size = min(batch, replicates - first)
        weights = rng.multinomial(units, np.full(units, 1 / units), size=size).astype(np.float64)
        found.append(estimate.alphas(weights))
    alphas = np.concatenate(found)
    defined = alphas[~np.isnan(alphas)]
    if len(defined) < (1 - _MOST_UNDEFINED) * replicates:
        return None, None
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def _check(ratings: Ratings, level: Level) -> None:
    if level is Level.RATIO and ratings.values.min() < 0:
        raise BadRatings(f"{ratings.values.min():g} is below 0, where no ratios are taken")


def _squares(frequency: Floats, x: Floats) -> Floats:
    """Sum over ordered pairs of squared differences, per row of frequencies."""
    m = frequency.sum(axis=1)
    return np.asarray(2 * (m * (frequency * x**2).sum(axis=1) - (frequency * x).sum(axis=1) ** 2), dtype=np.float64)


def _ratio_distances(a: Floats, b: Floats) -> Floats:
    total, difference = a[:, None] + b[None, :], a[:, None] - b[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, (difference / total) ** 2, 0.0))


def _repeats(ratings: Ratings) -> tuple[Ints, Ints, Floats]:
    """Each (unit, code) that occurs, and how many raters gave it."""
    size = len(ratings.values)
    flat, count = np.unique(ratings.unit * size + ratings.code, return_counts=True)
    return flat // size, flat % size, count.astype(np.float64)


def _use(ratings: Ratings) -> Floats:
    """How much each value is used, every unit counting alike, units rated once included."""
    unit, code, count = _repeats(ratings)
    m = ratings.counts
    return np.bincount(code, weights=count / m[unit], minlength=len(ratings.values)) / max(1, len(m))


def _chance_corrected(ratings: Ratings, by_chance: float) -> float | None:
    agreed = percent_agreement(ratings)
    return None if agreed is None else _beyond_chance(agreed, by_chance)


def _beyond_chance(agreed: float, by_chance: float) -> float | None:
    return None if by_chance >= 1 else (agreed - by_chance) / (1 - by_chance)


def _codes(names: Sequence[Hashable]) -> Ints:
    """Small numbers for names, in the order of their first appearance."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)
