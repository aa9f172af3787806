"""Which days surveillance may judge: whole ones, whose messages have had their suggestions.

A day is told low for good if it is judged before its messages bear themes. So a look waits for the figures, and
for the first run of suggestions after the day, but never longer than PATIENCE for the latter: a model that cannot
be learned stops no alarm. What comes later still is found as days are judged AGAIN.
"""

from datetime import datetime, timedelta

from django.db.models import Max

from insights.counting import CONTACTS
from insights.models import SuggestionRun, Survey
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.models import Fill
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.roles import SYSTEM

AGAIN = 7  # days before the newest one
CATCH_UP = 14  # days: after a longer pause only the last ones are looked at
PATIENCE = timedelta(hours=6)
DAY = timedelta(days=1)
RECENT_RUNS = 5


def due() -> Period | None:
    """The days to judge; None until a day has become whole that nobody has looked at."""
    reached, contacts = None if rollup.is_held_back() else _counted_to(), Fill.objects.reaches().get(CONTACTS)
    if reached is None or contacts is None:
        return None
    # A day after the last one with any contact is not told from one whose data has not come.
    last = min(contacts.end, day_at(_suggested_to(reached)) - DAY)
    newest = Survey.objects.aggregate(on=Max("on"))["on"] or last - DAY
    if newest >= last:
        return None
    return Period(max(newest + DAY - AGAIN * DAY, last - (CATCH_UP - 1) * DAY), last)


def _counted_to() -> datetime | None:
    """What was written before this instant is in the figures."""
    return Reader(SYSTEM).freshness.complete_to


def _suggested_to(reached: datetime) -> datetime:
    """Messages from before this instant have had their suggestions, in figures that are counted to `reached`."""
    ended = (
        run.learned_at
        for run in SuggestionRun.objects.all()[:RECENT_RUNS]
        if run.learned_at + timedelta(seconds=run.seconds or 0) <= reached
    )
    return max(next(ended, reached - PATIENCE), reached - PATIENCE)
