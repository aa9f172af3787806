"""How far forecasts miss on real volumes, and what a fit takes. Needs ../shared/data/contact_volume."""

from collections.abc import Sequence
from datetime import date
from time import process_time

from tests.workforce import volumes
from tests.workforce.reference import VOLUMES
from workforce.backtest import Backtest, backtest
from workforce.forecasting import fit
from workforce.series import DAY_S, Series
from workforce.uplift import Happening

AHEAD_DAYS = 28


def run() -> None:
    """Print WAPE by interval and day, bias, MASE and the processor seconds of one fit."""
    if not VOLUMES.exists():
        print("no ../shared/data/contact_volume here")
        return
    bank, county = volumes.bank(), volumes.county()
    days = volumes.open_days(bank)
    last = int(county.at[-1]) + county.step_s - AHEAD_DAYS * DAY_S
    origins = [last - 14 * DAY_S * n for n in range(20)]
    free, events = volumes.county_holidays(), volumes.county_events()
    print(f"{'series and way':44}{'WAPE':>8}{'by day':>8}{'bias':>8}{'MASE':>7}{'CPU s':>8}")
    _print("bank, half hours", bank, [int(days[n]) for n in range(60, 145, 7)])
    _print("county, hours, events untold", county, origins, holidays=free)
    _print("county, hours, events told", county, origins, holidays=free, happenings=events)


def _print(
    name: str,
    series: Series,
    origins: list[int],
    *,
    holidays: frozenset[date] = frozenset(),
    happenings: Sequence[Happening] = (),
) -> None:
    tested = backtest(series, origins=origins, holidays=holidays, happenings=happenings)
    past = series.before(origins[-1])
    targets = series.at[len(past) :]
    began = process_time()
    fit(past, targets, holidays=holidays, happenings=happenings)
    seconds = process_time() - began
    for n, each in enumerate(tested.accuracies):
        figures = f"{each.wape:>8.2%}{each.day_wape:>8.2%}{each.bias:>8.1%}{each.mase:>7.2f}"
        print(f"{f'{name}: {each.model}':44}{figures}{f'{seconds:>8.3f}' if n == 0 else ''}")
    print(f"{f'{name}: chance alone':44}{tested.floor:>8.2%}{tested.day_floor:>8.2%}{_inside(tested)}")


def _inside(tested: Backtest) -> str:
    if tested.below_low is None or tested.above_high is None:
        return ""
    return f"   in the band {1 - tested.below_low - tested.above_high:.0%}"
