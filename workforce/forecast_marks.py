"""Owes the cells of forecasts beside what came, when either of them changed."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from ops_dashboard.metrics.rollup import mark_days
from workforce.models import ForecastRun, Queue

DAY = timedelta(days=1)  # a reporting zone's days lie up to one apart from those of UTC


def mark_forecasts(since: datetime | None, until: datetime | None = None) -> None:
    """Mark the days from one instant to another (to now); without a start, from the first forecast on."""
    first = since or ForecastRun.objects.order_by("as_of").values_list("as_of", flat=True).first()
    last = min(until or timezone.now(), timezone.now())
    if first is not None and first <= last:
        _mark(first.date() - DAY, last.date() + DAY)


def _mark(first: date, last: date) -> None:
    teams = Queue.teams.through.objects.values_list("team_id", flat=True).distinct()
    for source in ("forecasts", "forecast_days"):
        mark_days(source, first, last, teams=[0, *teams])
