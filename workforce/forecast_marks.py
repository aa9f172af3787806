"""Owes the cells of forecasts beside what came, when either of them changed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from ops_dashboard.metrics.rollup import mark_cells, mark_days
from workforce.models import ForecastRun, Queue

DAY = timedelta(days=1)  # a reporting zone's days lie up to one apart from those of UTC
WEEKS, HORIZON_WEEKS = 8, 4  # of the average beside a forecast, and of a forecast


def mark_forecasts(since: datetime | None, until: datetime | None = None) -> None:
    """Mark the days from one instant to another (to now); without a start, from the first forecast on."""
    first = since or ForecastRun.objects.order_by("as_of").values_list("as_of", flat=True).first()
    last = min(until or timezone.now(), timezone.now())
    if first is not None and first <= last:
        _mark(first.date() - DAY, last.date() + DAY)


def mark_volumes(changed: Iterable[tuple[int, datetime]], *, counted_from: datetime | None) -> None:
    """Mark what rests on volumes that changed, told by queue and interval.

    That is their own days, those of the same weekday later on whose average they are part of, and what
    has become countable since `counted_from`.
    """
    now = timezone.now()
    served = _served()
    days: dict[date, set[int]] = {}
    for queue, at in changed:
        days.setdefault(at.date(), set()).add(served.get(queue, 0))
        if counted_from is not None and at > counted_from:
            days.setdefault(counted_from.date(), set()).update(served.values())
            days.setdefault(at.date(), set()).update(served.values())
    owed: dict[date, set[int]] = {}
    for day, teams in days.items():
        for weeks in range(WEEKS + HORIZON_WEEKS + 1):
            for near in (-1, 0, 1):
                on = day + timedelta(weeks=weeks, days=near)
                if on <= now.date() + DAY:
                    owed.setdefault(on, set()).update(teams)
    for source in ("forecasts", "forecast_days"):
        mark_cells(source, ((on, team) for on, teams in owed.items() for team in teams))


def _served() -> dict[int, int]:
    """The team that each queue counts as: the only one that serves it, else none."""
    serves: dict[int, list[int]] = {pk: [] for pk in Queue.objects.values_list("pk", flat=True)}
    for queue, team in Queue.teams.through.objects.values_list("queue_id", "team_id"):
        serves[queue].append(team)
    return {queue: teams[0] if len(teams) == 1 else 0 for queue, teams in serves.items()}


def _mark(first: date, last: date) -> None:
    teams = Queue.teams.through.objects.values_list("team_id", flat=True).distinct()
    for source in ("forecasts", "forecast_days"):
        mark_days(source, first, last, teams=[0, *teams])
