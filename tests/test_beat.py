"""However many beats run, one ticks."""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import psycopg2
import pytest
from celery import Celery
from kombu.utils.imports import symbol_by_name

from ops_dashboard import beat as module
from ops_dashboard.beat import WAIT_S, OneBeat, is_ticking
from ops_dashboard.celery import EVERY_S, app
from ops_dashboard.environment import Environment
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import Cell, StaleCell
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.people.roles import SYSTEM
from tests.killing import running_until_killed
from tests.metrics.test_rollup import HELD, differences
from tests.tickets.drafting import STORY, take


class CountingBeat(OneBeat):
    """A beat that notes what it sends instead of sending it; what it rings for is done at once."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.heard: Callable[[], object] = lambda: None
        counting = Celery(broker="memory://", set_as_current=False)
        counting.conf.beat_schedule = {"often": {"task": "often", "schedule": 0.0}}
        super().__init__(app=counting, lazy=False)

    def apply_entry(self, entry: object, producer: object = None) -> None:
        self.sent.append(getattr(entry, "name", "?"))
        self.heard()

    def owed_ticks(self, count: int) -> list[float]:
        return [self.tick() for _ in range(count)]


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[CountingBeat, CountingBeat]]:
    """Two with a lock of their own: a test before may not have given its lock back yet, or one runs beside."""
    monkeypatch.setattr(module, "LOCK", secrets.randbits(62))
    pair = CountingBeat(), CountingBeat()
    yield pair
    for beat in pair:
        beat._forget_session()


def test_the_second_beat_waits_while_the_first_ticks(beats: tuple[CountingBeat, CountingBeat]) -> None:
    first, second = beats
    first.owed_ticks(5)
    assert second.owed_ticks(5) == [WAIT_S] * 5
    assert len(first.sent) == 5
    assert second.sent == []


def test_the_second_beat_takes_over_when_the_first_has_gone(beats: tuple[CountingBeat, CountingBeat]) -> None:
    first, second = beats
    first.tick()
    first._forget_session()
    assert eventually(lambda: second.tick() != WAIT_S)
    assert second.sent == ["often"]
    assert first.tick() == WAIT_S


def test_a_beat_that_lost_its_database_session_stops_ticking(beats: tuple[CountingBeat, CountingBeat]) -> None:
    first, second = beats
    first.tick()
    assert first._session is not None
    _end_session(first._session.info.backend_pid)
    assert first.tick() == WAIT_S
    assert first.sent == ["often"]
    assert eventually(lambda: second.tick() != WAIT_S)
    assert second.sent == ["often"]


def test_a_health_check_sees_whether_any_beat_ticks(beats: tuple[CountingBeat, CountingBeat]) -> None:
    assert is_ticking() is False
    beats[0].tick()
    assert is_ticking() is True
    beats[0]._forget_session()
    assert eventually(lambda: not is_ticking())


@pytest.mark.django_db(transaction=True)
def test_with_two_beats_and_a_worker_killed_in_the_middle_every_number_is_that_of_a_rebuild(
    beats: tuple[CountingBeat, CountingBeat],
) -> None:
    """Three times the story: each ticket is created once, reopened once and solved twice, with a reply before each."""
    first, second = beats
    first.heard = second.heard = rollup.refill
    take(replace(event, ticket_ref=ref) for ref in ("T1", "T2", "T3") for event in STORY)
    with running_until_killed(HELD):  # half of what is owed is in its hands
        assert (first.sent, second.sent) == ([], [])
    first.tick()
    take(replace(event, ticket_ref="T4") for event in STORY)
    first._forget_session()
    assert eventually(lambda: second.tick() != WAIT_S)
    assert first.tick() == WAIT_S
    assert (first.sent, second.sent) == (["often"], ["often"])
    assert (StaleCell.objects.count(), differences()) == (0, [])
    assert (counted("created"), counted("reopened"), counted("solved")) == (4, 4, 8)
    before = stored()
    rollup.refill_everything()
    assert stored() == before


def counted(metric: str) -> float | None:
    week = Period(date(2026, 3, 2), date(2026, 3, 8))
    return run(Query(metric, week), scope=SYSTEM).total.value


def stored() -> list[tuple[object, ...]]:
    return list(Cell.objects.order_by("source", "day", "team").values_list("source", "day", "team", "totals"))


def eventually(holds: Callable[[], bool]) -> bool:
    """A server lets go of a lock a moment after its client has left."""
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _end_session(backend: int) -> None:
    session = psycopg2.connect(Environment.read(os.environ).database_url)
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    finally:
        session.close()


def test_every_task_that_is_rung_for_exists() -> None:
    app.loader.import_default_modules()
    assert set(EVERY_S) <= set(app.tasks)


def test_cells_are_redone_and_freshness_is_looked_at_every_minute_and_no_bell_outlives_the_next() -> None:
    for name in ("ops_dashboard.metrics.tasks.refill", "ops_dashboard.metrics.tasks.check_freshness"):
        assert app.conf.beat_schedule[name] == {"task": name, "schedule": 60.0, "options": {"expires": 60}}
    assert app.conf.beat_schedule.keys() == EVERY_S.keys()


def test_the_clock_is_the_beat_of_which_only_one_ticks() -> None:
    assert symbol_by_name(app.conf.beat_scheduler) is OneBeat


def test_a_task_whose_worker_is_killed_comes_back_and_none_runs_beside_itself() -> None:
    app.loader.import_default_modules()
    ours = [app.tasks[name] for name in EVERY_S]
    assert {(task.acks_late, task.reject_on_worker_lost, task.ignore_result) for task in ours} == {(True, True, True)}
    assert app.conf.worker_prefetch_multiplier == 1  # what waits in a killed worker would wait for the sweep
    longest_s = max(task.time_limit or app.conf.task_time_limit for task in ours)
    assert longest_s < app.conf.broker_transport_options["visibility_timeout"]
