"""How well a forecast would have done: rolling origins, against two simple ones and against chance.

WAPE = sum |y - f| / sum |y|. bias = sum (f - y) / sum y. MASE = mean absolute error over that of
the seasonal naive forecast within the past (Hyndman and Koehler 2006). The Poisson floor is the
WAPE that a forecaster who knew every rate would still have: the mean deviation of a count from its
mean over the mean, 2 e^-lambda lambda^(m + 1) / m! with m = floor(lambda) (de Moivre), which for
large rates is sqrt(2 lambda / pi) and, unlike that, stays below 2 lambda for small ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import gammaln

from workforce.forecasting import MODEL, forecast
from workforce.series import DAY_S, Amounts, Flags, Instants, Series, Table, tabulate, weekday
from workforce.uplift import Happening

EIGHT_WEEKS = "eight-week average"
NAIVE = "seasonal naive"
SIMPLE = {EIGHT_WEEKS: 8, NAIVE: 1}  # weeks that each averages
HORIZON_DAYS = 28
MOST_ORIGINS = 12
LEAST_PAST_DAYS = 14
NEAR_FLOOR = 1.25  # a WAPE below so many floors cannot improve much further


@dataclass(frozen=True)
class Accuracy:
    """Errors of one way of forecasting, over all intervals and over all days of all origins."""

    model: str
    wape: float | None
    day_wape: float | None
    bias: float | None
    mase: float | None


@dataclass(frozen=True)
class Backtest:
    """`floor` is the Poisson floor by interval and by day; empty `accuracies` where the past is too short."""

    origins: int
    horizon_days: int
    accuracies: tuple[Accuracy, ...]
    floor: float | None
    day_floor: float | None
    chosen: str
    below_low: float | None = None
    above_high: float | None = None

    def of(self, model: str) -> Accuracy | None:
        return next((each for each in self.accuracies if each.model == model), None)

    @property
    def is_near_floor(self) -> bool:
        """No model could do much better by day: what is left is chance."""
        best = self.of(self.chosen)
        return bool(
            best and best.day_wape is not None and self.day_floor and best.day_wape <= NEAR_FLOOR * self.day_floor
        )


def mae(actual: Amounts, told: Amounts) -> float:
    return float(np.abs(actual - told).mean())


def rmse(actual: Amounts, told: Amounts) -> float:
    return float(np.sqrt(((actual - told) ** 2).mean()))


def wape(actual: Amounts, told: Amounts) -> float | None:
    whole = float(np.abs(actual).sum())
    return float(np.abs(actual - told).sum()) / whole if whole else None


def bias(actual: Amounts, told: Amounts) -> float | None:
    whole = float(actual.sum())
    return float((told - actual).sum()) / whole if whole else None


def mape(actual: Amounts, told: Amounts) -> float | None:
    """None where an actual is nought: the measure has no value there."""
    return float((np.abs(actual - told) / np.abs(actual)).mean()) if np.all(actual != 0) else None


def mase(actual: Amounts, told: Amounts, *, train: Amounts, season: int) -> float | None:
    if len(train) <= season:
        return None
    scale = float(np.abs(train[season:] - train[:-season]).mean())
    return mae(actual, told) / scale if scale else None


def poisson_floor(expected: Amounts) -> float | None:
    """The WAPE of chance alone, for counts of these means."""
    whole = float(expected.sum())
    if whole <= 0:
        return None
    return float(mean_deviation(expected).sum()) / whole


def mean_deviation(rate: Amounts) -> Amounts:
    """How far a Poisson count lies from its mean, on average; 0 where nothing is expected."""
    some = np.maximum(rate, np.finfo(float).tiny)
    m = np.floor(some)
    return np.where(rate > 0, 2 * np.exp((m + 1) * np.log(some) - some - gammaln(m + 1)), 0.0)


def simple(series: Series, targets: Instants, weeks: int) -> Amounts:
    """The mean of the last `weeks` days of the same weekday, slot by slot."""
    return _repeated(tabulate(series), series, targets, weeks)


def _repeated(table: Table, series: Series, targets: Instants, weeks: int) -> Amounts:
    means = np.zeros((table.cycle, series.slots))
    for each in range(table.cycle):
        rows = np.flatnonzero((table.weekday == each) & table.seen)[-weeks:]
        if len(rows):
            known = ~np.isnan(table.cells[rows])
            means[each] = np.nansum(table.cells[rows], axis=0) / np.maximum(known.sum(axis=0), 1)
    day, slot = series.places(targets)
    return np.asarray(means[weekday(day, table.cycle), slot])


def origins_of(series: Series, horizon_days: int, *, most: int = MOST_ORIGINS) -> list[int]:
    """Instants to forecast from: as late as the horizon allows, a week or two apart, newest last."""
    if not len(series):
        return []
    unit = max(series.step_s, DAY_S)
    first, end = int(series.at[0]), int(series.at[-1]) + series.step_s
    last = end - horizon_days * unit
    earliest = first + max(LEAST_PAST_DAYS, horizon_days) * unit
    if last < earliest:
        return []
    step = 7 * unit if last - earliest < 14 * unit * most else 14 * unit
    return list(range(last, earliest - 1, -step))[:most][::-1]


def backtest(
    series: Series,
    *,
    horizon_days: int = HORIZON_DAYS,
    happenings: Sequence[Happening] = (),
    holidays: frozenset[date] = frozenset(),
    open_at: Flags | None = None,
    origins: Sequence[int] | None = None,
) -> Backtest:
    """Forecast from each origin with what was known then, and score every interval that followed."""
    starts = origins_of(series, horizon_days) if origins is None else list(origins)
    kept = [_from(series, origin, horizon_days, happenings, holidays, open_at) for origin in starts]
    kept = [each for each in kept if len(each.actual)]
    if not kept:
        return Backtest(0, horizon_days, (), None, None, MODEL)
    scale = _season_error(series)
    actual = np.concatenate([each.actual for each in kept])
    days = np.concatenate([each.days + n * 1_000_000 for n, each in enumerate(kept)])
    told = {name: np.concatenate([each.told[name] for each in kept]) for name in kept[0].told}
    accuracies = tuple(_accuracy(name, actual, told[name], days, scale) for name in told)
    ours, average = accuracies[0], accuracies[1]
    chosen = EIGHT_WEEKS if _is_better(average.wape, ours.wape) else MODEL
    expected = np.maximum(told[chosen], 0.0)
    low, high = (np.concatenate([getattr(each, name) for each in kept]) for name in ("low", "high"))
    return Backtest(
        origins=len(kept),
        horizon_days=horizon_days,
        accuracies=accuracies,
        floor=poisson_floor(expected),
        day_floor=poisson_floor(_by_day(expected, days)),
        chosen=chosen,
        below_low=float(np.mean(actual < low)),
        above_high=float(np.mean(actual > high)),
    )


@dataclass(frozen=True)
class _Origin:
    actual: Amounts
    days: Instants
    told: dict[str, Amounts]
    low: Amounts
    high: Amounts


def _from(
    series: Series,
    origin: int,
    horizon_days: int,
    happenings: Sequence[Happening],
    holidays: frozenset[date],
    open_at: Flags | None,
) -> _Origin:
    past = series.before(origin)
    end = origin + horizon_days * max(series.step_s, DAY_S)
    rows = slice(len(past), int(np.searchsorted(series.at, end)))
    targets, actual = series.at[rows], series.values[rows]
    opened = None if open_at is None else open_at[rows]
    known = [each for each in happenings if each.known_since is None or each.known_since <= origin]
    ours = forecast(past, targets, happenings=known, holidays=holidays, open_at=opened)
    table = tabulate(past)
    told = {MODEL: ours.p50} | {name: _repeated(table, past, targets, weeks) for name, weeks in SIMPLE.items()}
    scored = np.isfinite(actual)
    return _Origin(
        actual[scored],
        series.places(targets)[0][scored],
        {name: each[scored] for name, each in told.items()},
        ours.p10[scored],
        ours.p90[scored],
    )


def _accuracy(name: str, actual: Amounts, told: Amounts, days: Instants, scale: float | None) -> Accuracy:
    return Accuracy(
        model=name,
        wape=wape(actual, told),
        day_wape=wape(_by_day(actual, days), _by_day(told, days)),
        bias=bias(actual, told),
        mase=mae(actual, told) / scale if scale else None,
    )


def _is_better(one: float | None, other: float | None) -> bool:
    """By more than rounding."""
    return one is not None and other is not None and one < other - 1e-6


def _by_day(amounts: Amounts, days: Instants) -> Amounts:
    _, place = np.unique(days, return_inverse=True)
    return np.bincount(place, weights=amounts).astype(np.float64)


def _season_error(series: Series) -> float | None:
    """Mean absolute difference from the same interval a week before, where both are known."""
    week = 7 * max(DAY_S, series.step_s) if series.cycle > 1 else series.step_s
    place = np.searchsorted(series.at, series.at - week)
    place = np.minimum(place, len(series) - 1)
    paired = series.at[place] == series.at - week
    if not paired.any():
        return None
    error = float(np.nanmean(np.abs(series.values[paired] - series.values[place[paired]])))
    return error or None
