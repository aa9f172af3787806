"""What Celery does for workforce."""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from workforce import forecast_orders, forecasts, timekeeping, volumes
from workforce.forecast_marks import mark_forecasts
from workforce.models import Queue, QueueVolume


@shared_task(name="workforce.tasks.forecast_due")
def forecast_due() -> int:
    """Count what came, then ring for every queue whose day has begun without a forecast; returns how many.

    Rung every hour, since queues' midnights differ; nothing is done where nothing is due. A forecast
    that was asked for and got lost is rung for again.
    """
    for queue in forecast_orders.owed():
        forecast_again.delay(queue)
    timekeeping.refresh()
    now = timezone.now()
    waiting = forecasts.due(now)
    if waiting:
        since = forecasts.recent(now) if QueueVolume.objects.exists() else None
        volumes.refresh(since=since)
        mark_forecasts(since)  # once a day whole: calendars and the teams of queues change too
    for queue, as_of in waiting:
        forecast_queue.delay(queue, as_of.isoformat())
    return len(waiting)


@shared_task(name="workforce.tasks.count_day")
def count_day() -> int:
    """Count the last day again, so that Today keeps pace with what comes; returns the number of rows."""
    since = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    timekeeping.refresh(since=since)
    if not Queue.objects.active().exists():
        return 0
    return volumes.refresh(since=since if QueueVolume.objects.exists() else None)


@shared_task(name="workforce.tasks.forecast_queue")
def forecast_queue(queue: int, as_of: str) -> bool:
    """Make one queue's forecast from a moment on. Safe to run twice: a forecast that stands stays."""
    found = Queue.objects.active().filter(pk=queue).first()
    return found is not None and forecasts.make_run(found, datetime.fromisoformat(as_of)) is not None


@shared_task(name="workforce.tasks.forecast_again")
def forecast_again(queue: int) -> bool:
    """Make the forecast that somebody asked for. Safe to run twice: what is no longer owed is not made."""
    return forecast_orders.work_off(queue, now=timezone.now())
