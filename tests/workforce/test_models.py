"""What the database refuses: forecasts that are rewritten, and numbers that cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from workforce.models import ForecastPoint, ForecastRun, NeverChanged, Queue, QueueVolume

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def run() -> ForecastRun:
    queue = Queue.objects.create(slug="phone", name="Phone", kind=Queue.Kind.LIVE)
    return ForecastRun.objects.create(
        queue=queue, as_of=MONDAY, until=MONDAY + timedelta(days=1), model="multiplicative", params={},
        data_hash="", daily=[], backtest={}, made_at=MONDAY,
    )  # fmt: skip


def point(run: ForecastRun, p10: float, p50: float, p90: float) -> ForecastPoint:
    return ForecastPoint.objects.create(run=run, start_at=MONDAY, p10=p10, p50=p50, p90=p90, aht_s=300)


def test_code_that_updates_a_forecast_is_refused(run: ForecastRun) -> None:
    point(run, 1, 2, 3)
    with pytest.raises(NeverChanged):
        ForecastPoint.objects.filter(run=run).update(p50=9)
    with pytest.raises(NeverChanged):
        ForecastRun.objects.update(model="other")


@pytest.mark.parametrize("table", ["workforce_forecastrun SET model = 'x'", "workforce_forecastpoint SET p50 = 2"])
def test_sql_that_updates_a_forecast_is_refused(run: ForecastRun, table: str) -> None:
    point(run, 1, 2, 3)
    with pytest.raises(DatabaseError, match="never updated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table}")


def test_saving_a_run_again_is_refused(run: ForecastRun) -> None:
    run.model = "other"
    with pytest.raises(DatabaseError, match="never updated"), transaction.atomic():
        run.save()


def test_a_run_may_be_removed_whole(run: ForecastRun) -> None:
    point(run, 1, 2, 3)
    run.delete()
    assert not ForecastPoint.objects.exists()


@pytest.mark.parametrize("quantiles", [(2, 1, 3), (1, 3, 2), (-1, 0, 1)])
def test_quantiles_out_of_order_are_refused(run: ForecastRun, quantiles: tuple[float, float, float]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        point(run, *quantiles)


def test_one_forecast_of_a_queue_per_moment(run: ForecastRun) -> None:
    run.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        run.save(force_insert=True)


def test_more_reopened_than_offered_is_refused(run: ForecastRun) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        QueueVolume.objects.create(queue=run.queue, start_at=MONDAY, offered=1, reopened=2)
