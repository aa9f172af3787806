"""The goals of accuracy, on real volumes: WAPE by interval over 28 days from rolling origins."""

import pytest

from tests.workforce import reference, volumes
from workforce.backtest import EIGHT_WEEKS, NAIVE, Accuracy, backtest
from workforce.forecasting import MODEL
from workforce.series import DAY_S

pytestmark = [reference.needs_volumes]


def errors(tested: dict[str, Accuracy]) -> dict[str, float]:
    return {name: each.wape for name, each in tested.items() if each.wape is not None}


@pytest.fixture(scope="module")
def of_the_bank() -> dict[str, float]:
    """13 origins a week apart in open days, 20 open days ahead."""
    series = volumes.bank()
    days = volumes.open_days(series)
    tested = backtest(series, origins=[int(days[n]) for n in range(60, 145, 7)])
    assert tested.origins == 13
    return errors({each.model: each for each in tested.accuracies})


@pytest.fixture(scope="module", params=[7, 14, 21], ids=lambda step: f"every-{step}-days")
def of_the_county(request: pytest.FixtureRequest) -> dict[str, float]:
    """20 origins, 28 days ahead, the events and holidays of the office known."""
    series = volumes.county()
    last = int(series.at[-1]) + series.step_s - 28 * DAY_S
    tested = backtest(
        series,
        origins=[last - request.param * DAY_S * n for n in range(20)],
        happenings=volumes.county_events(),
        holidays=volumes.county_holidays(),
    )
    assert tested.origins == 20
    return errors({each.model: each for each in tested.accuracies})


def test_half_hours_of_the_bank(of_the_bank: dict[str, float]) -> None:
    assert of_the_bank[MODEL] <= 0.064
    assert of_the_bank[MODEL] < of_the_bank[EIGHT_WEEKS] < of_the_bank[NAIVE]


def test_hours_of_the_county_with_its_events(of_the_county: dict[str, float]) -> None:
    assert of_the_county[MODEL] <= 0.45
    assert of_the_county[MODEL] < of_the_county[EIGHT_WEEKS] < of_the_county[NAIVE]


def test_knowing_the_events_of_the_county_is_worth_five_points() -> None:
    series = volumes.county()
    last = int(series.at[-1]) + series.step_s - 28 * DAY_S
    origins = [last - 14 * DAY_S * n for n in range(20)]
    free, events = volumes.county_holidays(), volumes.county_events()
    told = backtest(series, happenings=events, holidays=free, origins=origins).of(MODEL)
    untold = backtest(series, holidays=free, origins=origins).of(MODEL)
    assert told is not None and told.wape is not None and untold is not None and untold.wape is not None
    assert told.wape < untold.wape - 0.05
