"""What the page of forecasts reads: one queue, one run, what came, how well it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from ops_dashboard.metrics.rendering.numbers import day
from workforce.forecasts import history
from workforce.hours import Hours
from workforce.models import (
    INTERVAL_S,
    Event,
    ForecastPoint,
    ForecastRun,
    Queue,
    QueueVolume,
    StaffingRequirement,
)
from workforce.series import DAY_S, day_of, wall

PAST_DAYS = 28


@dataclass(frozen=True)
class Day:
    """One local day: what came (None while it has not ended) and what was expected (None outside the run)."""

    on: date
    actual: float | None
    p10: float | None
    p50: float | None
    p90: float | None


@dataclass(frozen=True)
class Slot:
    """One interval of a day, with the people it asks for."""

    at: datetime  # local
    actual: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    net_p50: float | None
    net_p90: float | None
    gross_p50: float | None


@dataclass(frozen=True)
class Kept:
    """A run with how well it has done so far; None before anything came."""

    run: ForecastRun
    hours: int
    wape: float | None
    bias: float | None


@dataclass(frozen=True)
class Outlook:
    queue: Queue
    run: ForecastRun
    zone: str
    days: tuple[Day, ...]
    slots: tuple[Slot, ...]
    on: date
    runs: tuple[Kept, ...]
    events: tuple[Event, ...]

    @property
    def as_of(self) -> datetime:
        return self.run.as_of.astimezone(ZoneInfo(self.zone))

    @property
    def known_on(self) -> str:
        """The local moment of `as_of` in words."""
        return f"{day(self.as_of.date(), year=True)}, {self.as_of:%H:%M}"

    @property
    def coming(self) -> tuple[Day, ...]:
        return tuple(day for day in self.days if day.p50 is not None)


def outlook(queue: Queue, run: ForecastRun, *, on: date | None, now: datetime) -> Outlook:
    """Everything the page shows of one run; `on` is the day shown by interval, the run's first by default."""
    zone = Hours.of(queue).zone
    first = run.as_of.astimezone(ZoneInfo(zone)).date()
    coming = {date.fromisoformat(day) for day, *_ in run.daily}
    shown = on if on in coming else first
    runs = list(ForecastRun.objects.filter(queue=queue).order_by("-as_of")[:30])
    events = Event.objects.standing().concerning(queue).filter(start_on__gte=first - timedelta(days=PAST_DAYS))
    return Outlook(
        queue=queue,
        run=run,
        zone=zone,
        days=_days(queue, run, zone, now),
        slots=_slots(queue, run, shown, zone, now),
        on=shown,
        runs=_kept(runs, now),
        events=tuple(events.prefetch_related("queues")),
    )


def _days(queue: Queue, run: ForecastRun, zone: str, now: datetime) -> tuple[Day, ...]:
    info = ZoneInfo(zone)
    first = run.as_of.astimezone(info).date() - timedelta(days=PAST_DAYS)
    today = now.astimezone(info).date()
    came: dict[date, float] = {}
    before = 0.0  # what had come on the day within which the run was made
    series = history(queue, min(now, run.until))
    if len(series):
        made_on = run.as_of.astimezone(info).replace(hour=0, minute=0)
        of_that_day = (series.at >= int(made_on.timestamp())) & (series.at < int(run.as_of.timestamp()))
        before = float(series.values[of_that_day].sum())
        from_first = series.at >= int(datetime(first.year, first.month, first.day, tzinfo=info).timestamp())
        numbers = wall(zone, series.at[from_first]) // DAY_S
        for number, value in zip(numbers.tolist(), series.values[from_first].tolist(), strict=True):
            on = day_of(number)
            came[on] = came.get(on, 0.0) + value
    told = {date.fromisoformat(on): three for on, *three in run.daily}
    if told and before:
        told[min(told)] = [before + each for each in told[min(told)]]
    last = max(told, default=today)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(Day(on, came.get(on) if on < today else None, *(told.get(on, (None, None, None)))) for on in days)


def _slots(queue: Queue, run: ForecastRun, on: date, zone: str, now: datetime) -> tuple[Slot, ...]:
    info = ZoneInfo(zone)
    begin = datetime(on.year, on.month, on.day, tzinfo=info)
    after = on + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=info)
    window = {"start_at__gte": begin, "start_at__lt": end}
    points = ForecastPoint.objects.filter(run=run, **window).values_list("start_at", "p10", "p50", "p90")
    told = {start: three for start, *three in points}
    people = {
        start: three
        for start, *three in StaffingRequirement.objects.filter(run=run, **window).values_list(
            "start_at", "net_p50", "net_p90", "gross_p50"
        )
    }
    came = dict(QueueVolume.objects.filter(queue=queue, **window).values_list("start_at", "offered"))
    slots = []
    for seconds in range(int(begin.timestamp()), int(end.timestamp()), INTERVAL_S):
        start = datetime.fromtimestamp(seconds, UTC)
        is_over = start + timedelta(seconds=INTERVAL_S) <= now
        slots.append(
            Slot(
                start.astimezone(info),
                float(came.get(start, 0)) if is_over else None,
                *told.get(start, (None, None, None)),
                *people.get(start, (None, None, None)),
            )
        )
    return tuple(slots)


# WAPE so far: every interval of the run that has ended, nought where nothing came.
_KEPT = f"""
SELECT p.run_id, count(*), sum(abs(p.p50 - coalesce(v.offered, 0))), sum(p.p50 - coalesce(v.offered, 0)),
       sum(coalesce(v.offered, 0))
  FROM {ForecastPoint._meta.db_table} p
  JOIN {ForecastRun._meta.db_table} r ON r.id = p.run_id
  LEFT JOIN {QueueVolume._meta.db_table} v ON v.queue_id = r.queue_id AND v.start_at = p.start_at
 WHERE p.run_id = ANY(%s) AND p.start_at <= %s
 GROUP BY p.run_id
"""


def _kept(runs: Sequence[ForecastRun], now: datetime) -> tuple[Kept, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [[run.pk for run in runs], now - timedelta(seconds=INTERVAL_S)])
        sums = {run: rest for run, *rest in cursor.fetchall()}
    found = []
    for run in runs:
        count, missed, off, came = sums.get(run.pk, (0, 0.0, 0.0, 0))
        found.append(Kept(run, count // 2, missed / came if came else None, off / came if came else None))
    return tuple(found)
