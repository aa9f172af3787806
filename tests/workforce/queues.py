"""Queues with volumes and forecasts, for tests of what reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from workforce.forecasts import make_run
from workforce.models import INTERVAL_S, ForecastRun, Queue, QueueVolume

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
INTERVAL = timedelta(seconds=INTERVAL_S)


def queue(slug: str = "phone", kind: Queue.Kind = Queue.Kind.LIVE, **columns: Any) -> Queue:
    return Queue.objects.create(slug=slug, name=slug.capitalize(), kind=kind, **columns)


def fill(queue: Queue, *, days: int = 35, until: datetime = MONDAY, mean: float = 6.0, seed: int = 1) -> None:
    """Counts for every half hour of the days before `until`."""
    counts = np.random.default_rng(seed).poisson(mean, days * 48).tolist()
    first = until - timedelta(days=days)
    QueueVolume.objects.bulk_create(
        QueueVolume(queue=queue, start_at=first + n * INTERVAL, offered=count)
        for n, count in enumerate(counts)
        if count
    )


def forecast(queue: Queue, as_of: datetime = MONDAY, **options: Any) -> ForecastRun:
    run = make_run(queue, as_of, **{"horizon_days": 7, "origins": 1, **options})
    assert run is not None
    return run
