"""The demo's queues, events and forecasts: told once, removed whole."""

import pytest

from tests.tickets.demo_worlds import small_world
from tickets.demo import records
from tickets.demo.live import tell_history
from workforce.demo import volumes
from workforce.models import Event, ForecastRun, Queue, QueueVolume

pytestmark = pytest.mark.django_db


def test_the_demo_tells_queues_with_volumes_and_forecasts_and_takes_them_away() -> None:
    world = small_world()
    tell_history(records.settle(world), world, created=lambda amount: None)
    volumes.tell(world)
    counts = Queue.objects.count(), Event.objects.count(), ForecastRun.objects.count()
    assert counts[0] == 10
    assert counts[1] == 3
    assert counts[2] >= 20
    messages = Queue.objects.filter(kind=Queue.Kind.DEFERRED)
    assert {queue.aht_s % 60 for queue in messages} == {0}
    assert all(queue.aht_s != 360 for queue in messages)  # fitted to what came and who is there
    assert sum(QueueVolume.objects.values_list("offered", flat=True)) > 700
    assert {run.as_of <= world.now for run in ForecastRun.objects.all()} == {True}
    volumes.tell(world)
    assert (Queue.objects.count(), Event.objects.count(), ForecastRun.objects.count()) == counts
    volumes.remove()
    assert not Queue.objects.exists()
    assert not Event.objects.exists()
    assert not QueueVolume.objects.exists()
