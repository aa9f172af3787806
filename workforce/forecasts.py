"""The only writer of forecast runs, their points and requirements.

A run is made once for a queue and a moment, from what was known then: volumes before it, events
known by it. Making it again gives back the one that stands; a run that was broken off leaves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from workforce.backtest import Backtest
from workforce.choosing import Chosen, chosen_forecast
from workforce.forecast_marks import mark_forecasts
from workforce.forecasting import DEFAULT
from workforce.hours import Hours
from workforce.models import (
    INTERVAL_S,
    Event,
    ForecastPoint,
    ForecastRun,
    Queue,
    QueueVolume,
    Staffing,
    StaffingRequirement,
)
from workforce.series import Amounts, Instants, Series, day_number, day_of
from workforce.shrinkage import gross
from workforce.staffing import Assumptions, Kind, by_interval
from workforce.uplift import Happening
from workforce.waiting import by_due_edge, waiting

HORIZON_DAYS = 28
ORIGINS = 8  # of the test that goes with a run
BATCH = 4000
_LOCK = 7_203_101


def make_run(
    queue: Queue, as_of: datetime, *, horizon_days: int = HORIZON_DAYS, origins: int = ORIGINS
) -> ForecastRun | None:
    """The forecast of `queue` from a whole interval on; None while the queue has no volume before it."""
    if int(as_of.timestamp()) % INTERVAL_S:
        raise ValueError(f"{as_of} is not the start of an interval of {INTERVAL_S} s")
    if standing := ForecastRun.objects.filter(queue=queue, as_of=as_of).first():
        return standing
    hours, series = Hours.of(queue), history(queue, as_of)
    if not len(series):
        return None
    series = Series(series.at, series.values, INTERVAL_S, hours.zone)
    until = hours.midnight(as_of, days=horizon_days)
    targets = np.arange(int(as_of.timestamp()), int(until.timestamp()), INTERVAL_S, dtype=np.int64)
    happenings = _happenings(queue, as_of)
    is_masked = queue.kind != Queue.Kind.DEFERRED  # messages come at any hour; who answers live must be there
    chosen = chosen_forecast(
        series,
        targets,
        happenings=happenings,
        holidays=hours.holidays,
        open_at=hours.open_hours(targets) > 0 if is_masked else None,
        past_open_at=hours.open_hours(series.at) > 0 if is_masked else None,
        origins=origins,
    )
    return _save(queue, as_of, until, chosen, _hash(series, happenings, hours.holidays))


def history(queue: Queue, before: datetime) -> Series:
    """What came in every interval from the first contact until `before`, zeros where nothing came."""
    rows = list(
        QueueVolume.objects.filter(queue=queue, start_at__lt=before)
        .order_by("start_at")
        .values_list("start_at", "offered")
    )
    if not rows:
        return Series(np.empty(0, dtype=np.int64), np.empty(0), INTERVAL_S, queue.zone)
    first = int(rows[0][0].timestamp())
    at = np.arange(first, int(before.timestamp()), INTERVAL_S, dtype=np.int64)
    values = np.zeros(len(at))
    place = (np.array([int(start.timestamp()) for start, _ in rows]) - first) // INTERVAL_S
    values[place] = [offered for _, offered in rows]
    return Series(at, values, INTERVAL_S, queue.zone)


def assumptions_of(queue: Queue) -> Assumptions:
    """The queue's assumptions; chat without a profile is taken to slow down by a quarter with each further chat."""
    concurrent = tuple(float(each) for each in queue.concurrent_aht_s) or (float(queue.aht_s),)
    return Assumptions(
        kind=Kind(queue.kind),
        aht_s=float(queue.aht_s),
        target_s=float(queue.target_s),
        share=queue.share,
        max_occupancy=queue.max_occupancy,
        patience_s=queue.patience_s,
        concurrent_aht_s=concurrent,
        external=queue.external_shrinkage,
        internal=queue.internal_shrinkage,
        is_business_time=queue.is_business_time,
    )


def rebuild_requirements(run: ForecastRun) -> int:
    """Compute the people a run asks for from the queue's present assumptions; returns the number of intervals."""
    queue, assumptions = run.queue, assumptions_of(run.queue)
    points = list(run.points.order_by("start_at").values_list("start_at", "p50", "p90"))
    at = np.array([int(start.timestamp()) for start, _, _ in points], dtype=np.int64)
    p50, p90 = (np.array([point[n] for point in points]) for n in (1, 2))
    if assumptions.kind is Kind.DEFERRED:  # a day's work may be done at any hour: its own quantile counts
        p90 = p50 * _day_ratio(run, at)
    hours = Hours.of(queue)
    came = waiting([queue], run.as_of).get(queue.pk)
    net = [net_agents(amounts, at, hours, assumptions, came) for amounts in (p50, p90)]
    net[1] = np.maximum(net[0], net[1])
    rows = (
        StaffingRequirement(
            run=run,
            start_at=point[0],
            net_p50=low,
            net_p90=high,
            gross_p50=gross(low, assumptions.shrinkage),
            gross_p90=gross(high, assumptions.shrinkage),
        )
        for point, low, high in zip(points, net[0].tolist(), net[1].tolist(), strict=True)
    )
    with transaction.atomic():
        _one_at_a_time(queue)
        StaffingRequirement.objects.filter(run=run).delete()
        StaffingRequirement.objects.bulk_create(rows, batch_size=BATCH)
        told = {"model": assumptions.model, "inputs": assumptions.to_json(), "computed_at": timezone.now()}
        Staffing.objects.update_or_create(run=run, defaults=told)
    return len(points)


def net_agents(
    amounts: Amounts, at: Instants, hours: Hours, assumptions: Assumptions, came: Instants | None = None
) -> Amounts:
    """People on the work in each interval. Deferred work of the last days may still be done after the horizon,
    and starts with what came before and waits.
    """
    if assumptions.kind is not Kind.DEFERRED or not len(at):
        return by_interval(amounts, interval_s=INTERVAL_S, open_hours=hours.open_hours(at), assumptions=assumptions)
    spare = 2 * int(assumptions.target_s) // INTERVAL_S + 7 * 48
    longer = np.concatenate([at, at[-1] + INTERVAL_S * np.arange(1, spare + 1)])
    contacts = np.concatenate([amounts, np.zeros(spare)])
    there = None if came is None else by_due_edge(came, longer, hours, assumptions, step_s=INTERVAL_S)
    net = by_interval(
        contacts,
        interval_s=INTERVAL_S,
        open_hours=hours.open_hours(longer),
        assumptions=assumptions,
        waiting=there,
    )
    return net[: len(at)]


def _day_ratio(run: ForecastRun, at: Instants) -> Amounts:
    """p90 over p50 of the day of each interval."""
    ratio = {day_number(date.fromisoformat(on)): p90 / p50 if p50 > 0 else 1.0 for on, _, p50, p90 in run.daily}
    empty = Series(at[:0], np.empty(0), INTERVAL_S, Hours.of(run.queue).zone)
    return np.array([ratio.get(int(day), 1.0) for day in empty.places(at)[0]])


def _save(queue: Queue, as_of: datetime, until: datetime, chosen: Chosen, data_hash: str) -> ForecastRun:
    forecast = chosen.forecast
    days = zip(forecast.days.tolist(), forecast.day_p10, forecast.day_p50, forecast.day_p90, strict=True)
    daily = [[day_of(day).isoformat(), *(round(float(each), 3) for each in three)] for day, *three in days]
    with transaction.atomic():
        _one_at_a_time(queue)
        if standing := ForecastRun.objects.filter(queue=queue, as_of=as_of).first():
            return standing
        run = ForecastRun.objects.create(
            queue=queue,
            as_of=as_of,
            until=until,
            model=forecast.model,
            params=asdict(DEFAULT) | {"day_sd": forecast.day_sd, "horizon_days": (until - as_of).days},
            data_hash=data_hash,
            daily=daily,
            backtest=backtest_record(chosen.backtest),
            made_at=timezone.now(),
        )
        ForecastPoint.objects.bulk_create(_points(run, chosen), batch_size=BATCH)
        mark_forecasts(as_of, until)
        rebuild_requirements(run)
    return run


def _points(run: ForecastRun, chosen: Chosen) -> Iterator[ForecastPoint]:
    forecast, aht_s = chosen.forecast, float(run.queue.aht_s)
    columns = zip(forecast.at.tolist(), forecast.p10, forecast.p50, forecast.p90, strict=True)
    for at, *three in columns:
        p10, p50, p90 = (float(each) for each in three)
        yield ForecastPoint(run=run, start_at=datetime.fromtimestamp(at, UTC), p10=p10, p50=p50, p90=p90, aht_s=aht_s)


def backtest_record(tested: Backtest) -> dict[str, Any]:
    """As JSON; what a page says about how good the forecast is."""
    return asdict(tested) | {"is_near_floor": tested.is_near_floor}


def _happenings(queue: Queue, as_of: datetime) -> list[Happening]:
    events = Event.objects.standing().concerning(queue).filter(known_since__lte=as_of)
    return [Happening(each.type, each.start_on, each.end_on, int(each.known_since.timestamp())) for each in events]


def _hash(series: Series, happenings: Sequence[Happening], holidays: frozenset[date]) -> str:
    told = blake2b(digest_size=32)
    told.update(series.at.tobytes() + series.values.tobytes())
    told.update(repr((sorted(map(repr, happenings)), sorted(holidays), series.zone, DEFAULT)).encode())
    return told.hexdigest()


def _one_at_a_time(queue: Queue) -> None:
    """Until the transaction ends nobody else writes forecasts of this queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, queue.pk])


def due(now: datetime) -> list[tuple[int, datetime]]:
    """Active queues without a forecast from their last midnight, and that midnight."""
    found = []
    for queue in Queue.objects.active():
        as_of = whole_interval(Hours.of(queue).midnight(now))
        if not ForecastRun.objects.filter(queue=queue, as_of=as_of).exists():
            found.append((queue.pk, as_of))
    return found


def whole_interval(at: datetime) -> datetime:
    """The interval that an instant falls in; midnights of some zones lie between two."""
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % INTERVAL_S, UTC)


def recent(now: datetime) -> datetime:
    """From when on volumes may still have changed: late facts, changed teams, reopened tickets."""
    return whole_interval(now - timedelta(days=35))
