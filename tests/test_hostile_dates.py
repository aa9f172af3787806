"""Days at the ends of the calendar, wherever a person may write a day: pages still open, and work still ends."""

from datetime import date

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from insights.tasks import draft_digests, look
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import Annotation, Goal
from tests.cast import Cast
from tests.test_access import ROWS, cast, stage  # noqa: F401  # the stage of the table of addresses
from workforce import forecasts
from workforce.models import Queue
from workforce.tasks import count_day

pytestmark = pytest.mark.django_db

BROKEN = 500
WRITTEN = {
    "people.Membership",
    "metrics.Goal",
    "metrics.Annotation",
    "workforce.Event",
    "workforce.Contract",
    "workforce.Rate",
    "workforce.AgentSkill",
    "insights.Program",
    "insights.Milestone",
    "insights.Ask",
    "insights.Insight",
}


def displace(day: date) -> int:
    """Write `day` into every column of days that takes it; returns how many did."""
    taken = 0
    for name in sorted(WRITTEN):
        model = apps.get_model(name)
        for field in model._meta.local_concrete_fields:
            if type(field) is not models.DateField or field.name == "shipped_on":
                continue
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s', [day])
                    taken += bool(cursor.rowcount)
            except DatabaseError:  # it must not lie after, or before, another
                continue
    return taken


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_nobody_means_breaks_nothing(cast: Cast, day: date) -> None:  # noqa: F811
    Goal.objects.create(metric="created", value=9, valid_from=date(2026, 1, 1))
    Annotation.objects.create(kind="launch", label="Launch", on=date(2026, 1, 1))
    assert displace(day) >= 5
    for name in ("alice", "carol", "pat", "petra"):
        client = cast.client(name)
        client.raise_request_exception = False
        told = {route: client.get(row.url).status_code for route, row in ROWS.items() if row.shows(name)}
        assert {route: status for route, status in told.items() if status >= BROKEN} == {}
    for run in (rollup.refill, look, draft_digests, count_day):
        run()
    forecasts.make_run(Queue.objects.get(slug="phone"), timezone.now().replace(minute=0, second=0, microsecond=0))
