"""Every metric of forecasts against a naive telling: each half-hour and each day looked at by itself, across DST."""

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp, isclose, lgamma, log
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops_dashboard.metrics import reconciliation, rollup
from ops_dashboard.metrics.copying import tell_planner
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.people.roles import SYSTEM
from tests.workforce.rostering import make_team
from workforce.forecast_metrics import METRICS
from workforce.forecast_sources import SOURCES
from workforce.models import ForecastPoint, ForecastRun, Queue, QueueVolume

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forecast")]

NOW = datetime(2026, 4, 8, 10, tzinfo=UTC)
PERIOD = Period(date(2026, 3, 20), date(2026, 4, 8))  # Europe's clocks go forward on 29 March, Sydney's back on 5 April
FIRST = datetime(2026, 1, 20, 9, tzinfo=UTC)  # less than eight weeks before, so that some averages rest on fewer
HALF = timedelta(minutes=30)
ZONES = {"london": "Europe/London", "sydney": "Australia/Sydney"}
# Local days from whose midnight forecasts are made, one of them skipped, and one made within a day.
MADE = (date(2026, 3, 19), date(2026, 3, 28), date(2026, 4, 4))
WITHIN = datetime(2026, 4, 6, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """One half-hour or one day of a queue, in contacts."""

    queue: str
    at: datetime
    offered: float
    p10: float
    p50: float
    p90: float
    average: float | None


@pytest.fixture(scope="module")
def stage(on_stage: None) -> list[Queue]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        return _forecasts()


@pytest.fixture
def forecast(stage: list[Queue], monkeypatch: pytest.MonkeyPatch) -> list[Queue]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return deepcopy(stage)


def _forecasts() -> list[Queue]:
    team, _ = make_team("own", "ada")
    rng = np.random.default_rng(5)
    queues = []
    for slug, zone in ZONES.items():
        queue = Queue.objects.create(slug=slug, name=slug.title(), kind=Queue.Kind.DEFERRED, zone=zone)
        _fill(queue, rng)
        queues.append(queue)
        for on in MADE:
            _forecast(queue, datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)), rng)
        _forecast(queue, WITHIN, rng)
    queues[0].teams.add(team)
    for source in SOURCES:
        rollup.mark_days(source.slug, MADE[0] - timedelta(days=2), NOW.date(), teams=[0, team.pk])
    with connection.cursor() as cursor:
        tell_planner(cursor, Queue, QueueVolume, ForecastRun, ForecastPoint)
    rollup.refill()
    return queues


def _fill(queue: Queue, rng: np.random.Generator) -> None:
    """Counts of the half-hours up to now; those in which nothing came have no row."""
    steps = int((NOW - FIRST) / HALF)
    counts = rng.poisson(1.5 + np.sin(np.arange(steps) / 7.6) ** 2 * 3).tolist()
    QueueVolume.objects.bulk_create(
        QueueVolume(queue=queue, start_at=FIRST + n * HALF, offered=count)
        for n, count in enumerate(counts)
        if count or n in (0, steps - 1)
    )


def _forecast(queue: Queue, as_of: datetime, rng: np.random.Generator) -> None:
    """Nine days of half-hours in whole thousandths, closed every third hour of the day; days of their own."""
    zone = ZoneInfo(queue.zone)
    begin = as_of.astimezone(zone).date()
    end = begin + timedelta(days=9)
    until = datetime(end.year, end.month, end.day, tzinfo=zone)
    starts = [as_of.astimezone(UTC) + n * HALF for n in range(int((until - as_of.astimezone(UTC)) / HALF))]
    middle = np.round(rng.gamma(4, 0.7, len(starts)), 3) * [start.hour % 3 != 0 for start in starts]
    daily = [
        [(begin + timedelta(days=n)).isoformat(), *sorted(np.round(rng.normal(150, 25, 3), 3).tolist())]
        for n in range(9)
    ]
    made = ForecastRun.objects.create(
        queue=queue, as_of=as_of, until=until, model="m", params={}, data_hash="", daily=daily, backtest={},
        made_at=as_of,
    )  # fmt: skip
    ForecastPoint.objects.bulk_create(
        ForecastPoint(
            run=made, start_at=start, p10=round(p50 / 2, 3), p50=round(p50, 3), p90=round(p50 * 1.75, 3), aht_s=300
        )
        for start, p50 in zip(starts, middle.tolist(), strict=True)
    )


def speaking(queue: Queue, midnight: datetime) -> ForecastRun | None:
    """The last run made before a local day begins, if it reaches there."""
    run = ForecastRun.objects.filter(queue=queue, as_of__lte=midnight).order_by("as_of").last()
    return run if run and midnight < run.until else None


def volumes(queue: Queue) -> dict[datetime, int]:
    return dict(QueueVolume.objects.filter(queue=queue).values_list("start_at", "offered"))


def days(queue: Queue) -> Iterator[tuple[date, ForecastRun, list[datetime]]]:
    """Each local day that was forecast, by which run, and its half-hours."""
    zone = ZoneInfo(queue.zone)
    for n in range(-1, 21):
        on = PERIOD.start + timedelta(days=n)
        midnight, next_one = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (on, on + timedelta(days=1)))
        if run := speaking(queue, midnight):
            begin = midnight.astimezone(UTC)
            yield on, run, [begin + k * HALF for k in range(int((next_one.astimezone(UTC) - begin) / HALF))]


def counted(*, by_day: bool) -> Iterator[Judged]:
    for queue in Queue.objects.all():
        yield from _days(queue) if by_day else _half_hours(queue)


def _half_hours(queue: Queue) -> Iterator[Judged]:
    zone, came = ZoneInfo(queue.zone), volumes(queue)
    first_day = FIRST.astimezone(zone).replace(hour=0, minute=0)
    for _, made, starts in days(queue):
        points = {point.start_at: point for point in made.points.all()}
        for at in starts:
            if at > max(came):
                continue
            earlier = []
            for on in _same_weekday(made, at.astimezone(zone).date()):
                wall = at.astimezone(zone)
                moment = datetime(on.year, on.month, on.day, wall.hour, wall.minute, fold=1, tzinfo=zone)
                exists = moment.astimezone(UTC).astimezone(zone).replace(fold=1) == moment
                if exists and moment >= first_day:
                    earlier.append(came.get(moment.astimezone(UTC), 0))
            point = points[at]
            yield Judged(
                queue.slug, at, came.get(at, 0), point.p10, point.p50, point.p90,
                sum(earlier) / len(earlier) if earlier else None,
            )  # fmt: skip


def _days(queue: Queue) -> Iterator[Judged]:
    zone, came = ZoneInfo(queue.zone), volumes(queue)
    sums: dict[date, int] = defaultdict(int)
    for at, count in came.items():
        sums[at.astimezone(zone).date()] += count
    for on, made, starts in days(queue):
        if starts[-1] > max(came):
            continue
        p10, p50, p90 = next(three for iso, *three in made.daily if iso == on.isoformat())
        earlier = [sums[each] for each in _same_weekday(made, on) if each >= min(sums)]
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=zone)
        yield Judged(queue.slug, noon, sums[on], p10, p50, p90, sum(earlier) / len(earlier))


def _same_weekday(made: ForecastRun, on: date) -> list[date]:
    """The last eight days of that weekday before the day of the run."""
    made_on = made.as_of.astimezone(ZoneInfo(made.queue.zone)).date()
    before = [made_on - timedelta(days=n) for n in range(1, 57)]
    return [day for day in before if day.weekday() == on.weekday()]


def chance(rate: float) -> float:
    """E|N - rate| of a Poisson count, summed up."""
    if rate <= 0:
        return 0.0
    return sum(exp(n * log(rate) - rate - lgamma(n + 1)) * abs(n - rate) for n in range(int(rate * 2 + 60)))


def part_and_whole(slug: str, judged: list[Judged]) -> tuple[float, float]:
    known = [each for each in judged if each.average is not None]
    foreseen = [each for each in judged if each.p90 > 0]
    came = sum(each.offered for each in judged)
    match slug.replace("_day_", "_"):
        case "forecast_wape":
            return sum(abs(each.p50 - each.offered) for each in judged), came
        case "forecast_bias":
            return sum(each.p50 - each.offered for each in judged), came
        case "forecast_average_wape":
            return sum(abs((each.average or 0) - each.offered) for each in known), sum(each.offered for each in known)
        case "forecast_floor":
            return sum(chance(each.p50) for each in judged), sum(each.p50 for each in judged)
        case "forecast_coverage":
            return sum(each.p10 <= each.offered <= each.p90 for each in foreseen), len(foreseen)
    raise LookupError(slug)


@pytest.mark.parametrize("zone", ["UTC", "Australia/Lord_Howe"])
def test_every_figure_equals_the_half_hours_and_days_looked_at_one_by_one(
    forecast: list[Queue], settings: Settings, zone: str
) -> None:
    settings.REPORTING_ZONE = zone
    rollup.refill()
    wrong = []
    for by_day in (False, True):
        judged = list(counted(by_day=by_day))
        for metric in (metric for metric in METRICS if (metric.sources == ("forecast_days",)) is by_day):
            wrong += [
                f"{metric.slug} each {grain}: {found}"
                for grain in (Grain.DAY, Grain.TOTAL)
                for found in _differences(metric.slug, judged, ZoneInfo(zone), grain)
            ]
    assert wrong == []


def _differences(slug: str, judged: list[Judged], zone: ZoneInfo, grain: Grain) -> Iterator[str]:
    groups: dict[tuple[date | None, str], list[Judged]] = defaultdict(list)
    for each in judged:
        on = each.at.astimezone(zone).date()
        if PERIOD.start <= on <= PERIOD.end:
            groups[on if grain is Grain.DAY else None, each.queue].append(each)
    rows = run(Query(slug, PERIOD, grain, ("queue",)), scope=SYSTEM).rows
    found = {(row.start, row.keys[0]): row.figure for row in rows}
    assert len(groups) > (35 if grain is Grain.DAY else 1)
    for where in {*groups, *found}:
        part, whole = part_and_whole(slug, groups.get(where, []))
        value = found[where].value if where in found else None
        expected = part / whole if whole else None
        if (value is None) != (expected is None) or (
            value is not None
            and expected is not None
            and not isclose(value, expected, rel_tol=1e-4, abs_tol=5e-4 if "floor" in slug else 1e-5)
        ):
            yield f"{where}: {value}, not {expected}"


def test_roll_ups_equal_the_facts(forecast: list[Queue]) -> None:
    for source in SOURCES:
        assert [str(each) for each in reconciliation.differing_cells(registry.source(source.slug))] == []


def test_days_of_a_change_of_clocks_count_whole_and_once(forecast: list[Queue]) -> None:
    """29 March has 46 half-hours in London, 5 April 50 in Sydney; both are one day each."""
    for queue, on, half_hours in (("london", date(2026, 3, 29), 46), ("sydney", date(2026, 4, 5), 50)):
        found = [each for each in counted(by_day=False) if each.queue == queue]
        zone = ZoneInfo(ZONES[queue])
        assert sum(each.at.astimezone(zone).date() == on for each in found) == half_hours
        day = run(Query("forecast_day_wape", Period(on, on), where=(("queue", (queue,)),)), scope=SYSTEM).total
        assert day.n == 1


def test_who_sees_one_team_sees_the_queue_that_it_alone_serves(forecast: list[Queue]) -> None:
    by_team, by_queue = (
        {row.keys[0]: row.figure for row in run(Query("forecast_wape", PERIOD, by=(cut,)), scope=SYSTEM).rows}
        for cut in ("team", "queue")
    )
    assert by_team == {"own": by_queue["london"], "none": by_queue["sydney"]}
