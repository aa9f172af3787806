"""How the facts of workforce are read: forecasts beside what came, and few rows for few cells."""

import json
from datetime import UTC, date, datetime, timedelta
from math import exp, lgamma, log
from typing import Any

import pytest
from django.db import connection

from ops_dashboard.metrics import reconciliation, rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.facts_reader import cells_sql
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.people.roles import SYSTEM
from tests.workforce.rostering import make_team
from workforce.activities import ensured
from workforce.models import ForecastPoint, ForecastRun, Queue, QueueVolume, RosterVersion, Shift, ShiftSegment

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 23)
HALF = timedelta(minutes=30)


def at(hour: float, day: int = 0) -> datetime:
    return datetime(2026, 3, 23, tzinfo=UTC) + timedelta(days=day, hours=hour)


def queue(slug: str = "chat", zone: str = "UTC") -> Queue:
    return Queue.objects.create(slug=slug, name=slug.title(), kind=Queue.Kind.CHAT, zone=zone)


def forecast(of: Queue, as_of: datetime, points: dict[datetime, float]) -> None:
    made = ForecastRun.objects.create(
        queue=of, as_of=as_of, until=as_of + timedelta(days=14), model="m", params={}, data_hash="", daily=[],
        backtest={}, made_at=as_of,
    )  # fmt: skip
    ForecastPoint.objects.bulk_create(
        ForecastPoint(run=made, start_at=start, p10=p50 / 2, p50=p50, p90=p50 * 2, aht_s=300)
        for start, p50 in points.items()
    )


def offered(of: Queue, counts: dict[datetime, int]) -> None:
    QueueVolume.objects.bulk_create(
        QueueVolume(queue=of, start_at=start, offered=count) for start, count in counts.items()
    )
    rollup.mark_days("forecasts", MONDAY - timedelta(days=2), MONDAY + timedelta(days=8))
    rollup.refill()


def figure(slug: str, **more: Any) -> float | None:
    period = Period(MONDAY - timedelta(days=1), MONDAY + timedelta(days=6))
    return run(Query(slug, period, **more), scope=SYSTEM).total.value


def test_the_error_is_that_of_the_last_forecast_before_the_day_began() -> None:
    chat = queue()
    forecast(chat, at(0, -2), {at(9): 100.0, at(9.5): 100.0})
    forecast(chat, at(-1), {at(9): 12.5, at(9.5): 4.0})
    forecast(chat, at(8), {at(9): 10.0, at(9.5): 8.0})  # made in the day: too late to staff it
    offered(chat, {at(9): 10, at(9.5): 8})
    # Errors +2.5 and -4 on 18 contacts.
    assert figure("forecast_wape") == pytest.approx(6.5 / 18)
    assert figure("forecast_bias") == pytest.approx(-1.5 / 18)
    # E|N - 4| = 2 e^-4 4^5 / 4! = 1.5629.
    assert figure("forecast_floor") == pytest.approx((1.5629 + _deviation(12.5)) / 16.5, abs=1e-4)


def _deviation(rate: float) -> float:
    """E|N - rate| of a Poisson count, summed up."""
    return sum(exp(n * log(rate) - rate - lgamma(n + 1)) * abs(n - rate) for n in range(200))


def test_what_came_is_known_as_far_as_volumes_were_counted_and_nothing_is_a_count() -> None:
    chat, other = queue(), queue("other")
    forecast(chat, at(-1), {at(9): 5.0, at(9.5): 3.0, at(10.5): 7.0})
    offered(chat, {at(9): 10})
    offered(other, {at(10): 1})
    assert figure("forecast_wape") == pytest.approx((5 + 3) / 10)


def test_the_day_is_that_of_the_queue_s_zone() -> None:
    tokyo = queue("tokyo", "Asia/Tokyo")  # 9 hours ahead: its 24 March begins at 15:00 UTC on the 23rd
    forecast(tokyo, at(14), {at(16): 30.0, at(14.5): 30.0})
    offered(tokyo, {at(16): 20, at(14.5): 20})
    assert figure("forecast_wape") == pytest.approx(10 / 20)


def test_hours_without_contacts_have_no_error_to_share_and_still_count() -> None:
    chat = queue()
    forecast(chat, at(-1), {at(3): 0.5, at(9): 5.0})
    offered(chat, {at(3): 0, at(9): 10})
    assert figure("forecast_wape") == pytest.approx(5.5 / 10)
    alone = run(Query("forecast_wape", Period(MONDAY, MONDAY), Grain.HOUR_OF_WEEK), scope=SYSTEM).rows
    assert [row.figure.value for row in alone if row.hour in (3, 9)] == [None, 0.5]


def test_a_queue_of_one_team_is_that_team_s_and_another_is_nobody_s() -> None:
    first, _ = make_team("first")
    second, _ = make_team("second", "cem")
    one, both = queue("one"), queue("both")
    one.teams.add(first)
    both.teams.add(first, second)
    for each in (one, both):
        forecast(each, at(-1), {at(9): 6.0})
    offered(one, {at(9): 5})
    offered(both, {at(9): 4})
    assert figure("forecast_wape", where=(("team", ("first",)),)) == pytest.approx(1 / 5)
    assert figure("forecast_wape", where=(("team", ("none",)),)) == pytest.approx(2 / 4)
    rows = run(Query("forecast_wape", Period(MONDAY, MONDAY), by=("queue",)), scope=SYSTEM).rows
    assert {row.keys[0]: row.figure.value for row in rows} == {"one": 0.2, "both": 0.5}
    assert [str(d) for d in reconciliation.differing_cells(registry.source("forecasts"))] == []


def test_a_few_cells_of_rostered_time_look_at_the_shifts_around_them() -> None:
    team, agents = make_team("first", "ada")
    work, begin = ensured()["work"], datetime(2025, 1, 6, 9, tzinfo=UTC)
    for number in range(52):
        start = begin + timedelta(weeks=number)
        version = RosterVersion.objects.create(
            team=team, week=start.date(), created_by="x", state="published", published_at=start
        )
        shifts = Shift.objects.bulk_create(
            Shift(
                version=version,
                agent=agents["ada"],
                team=team,
                on=start.date(),
                zone="UTC",
                start_at=start + timedelta(hours=hour),
                end_at=start + timedelta(hours=hour + 1),
            )
            for hour in range(150)
        )
        ShiftSegment.objects.bulk_create(
            ShiftSegment(shift=each, activity=work, start_at=each.start_at, end_at=each.end_at) for each in shifts
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")  # as reading cells does
        cells = [(date(2025, 6, 2), team.pk), (date(2025, 6, 3), team.pk)]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {cells_sql(registry.source('rostered'), cells, as_of=at(0))}")
        ((plan,),) = cursor.fetchall()
    text = plan if isinstance(plan, str) else json.dumps(plan)
    assert "shift_of_team" in text or "shift_by_start" in text
