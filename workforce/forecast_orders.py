"""Forecasts that planners ask for between the nightly ones: the only writer of `OwedForecast`."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ops_dashboard.people import audit
from workforce import forecasts, volumes
from workforce.models import ForecastRun, OwedForecast, Queue, QueueVolume


@dataclass(frozen=True)
class Answer:
    """What became of asking: `is_new` when it is owed from now on, `stands` when that forecast exists already."""

    as_of: datetime
    is_new: bool = False
    stands: bool = False


def ask(queue: Queue, *, by: str, now: datetime) -> Answer:
    """Owe a forecast from the running interval on, unless one is owed already or has been made."""
    as_of = forecasts.whole_interval(now)
    if ForecastRun.objects.filter(queue=queue, as_of=as_of).exists():
        return Answer(as_of, stands=True)
    with transaction.atomic():
        told = {"as_of": as_of, "asked_by": by, "asked_at": now}
        owed, is_new = OwedForecast.objects.get_or_create(queue=queue, defaults=told)
        if is_new:
            audit.record(by, "forecast_ordered", f"queue {queue.slug}", as_of=as_of.isoformat())
    return Answer(owed.as_of, is_new=is_new)


def owed() -> list[int]:
    """Queues whose forecast was asked for and has not been made."""
    return list(OwedForecast.objects.values_list("queue", flat=True))


def work_off(queue: int, *, now: datetime) -> bool:
    """Count what came until now and make the forecast; False where none is owed or nothing ever came."""
    found = OwedForecast.objects.filter(queue=queue).select_related("queue").first()
    if found is None:
        return False
    volumes.refresh(since=forecasts.recent(now) if QueueVolume.objects.exists() else None)
    made = forecasts.make_run(found.queue, found.as_of)
    OwedForecast.objects.filter(queue=queue, as_of=found.as_of).delete()
    return made is not None
