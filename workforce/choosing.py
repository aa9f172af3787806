"""The forecast that a series deserves: the model, unless a plain average has done better on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from workforce.backtest import EIGHT_WEEKS, HORIZON_DAYS, MOST_ORIGINS, SIMPLE, Backtest, backtest, origins_of, simple
from workforce.forecasting import Forecast, fit
from workforce.series import DAY_S, Flags, Instants, Series
from workforce.uplift import Happening


@dataclass(frozen=True)
class Chosen:
    forecast: Forecast
    backtest: Backtest


def chosen_forecast(
    series: Series,
    targets: Instants,
    *,
    happenings: Sequence[Happening] = (),
    holidays: frozenset[date] = frozenset(),
    open_at: Flags | None = None,
    past_open_at: Flags | None = None,
    origins: int = MOST_ORIGINS,
) -> Chosen:
    """Test on the past, choose, forecast. `open_at` goes with `targets`, `past_open_at` with the series."""
    days = horizon_days(series, targets)
    tested = backtest(
        series,
        horizon_days=days,
        happenings=happenings,
        holidays=holidays,
        open_at=past_open_at,
        origins=origins_of(series, days, most=origins),
    )
    model = fit(series, targets, happenings=happenings, holidays=holidays)
    expected = model.expected(targets)
    if tested.chosen == EIGHT_WEEKS:
        expected = simple(series, targets, SIMPLE[EIGHT_WEEKS])
    if open_at is not None:
        expected = np.where(open_at, expected, 0.0)
    return Chosen(replace(model.told(targets, expected), model=tested.chosen), tested)


def horizon_days(series: Series, targets: Instants) -> int:
    """Days to test over: as far as is asked, four weeks at most, a third of the past at most."""
    unit = max(series.step_s, DAY_S)
    asked = -(-int(targets[-1] + series.step_s - series.at[-1] - series.step_s) // unit) if len(targets) else 1
    past = int(series.at[-1] + series.step_s - series.at[0]) // unit
    return max(1, min(HORIZON_DAYS, asked, past // 3))
