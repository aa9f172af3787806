"""A forecast that a planner asks for: owed once, made once, from what was known then."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from ops_dashboard.people.models import AuditEntry
from tests.cast import make_cast
from tests.workforce.queues import MONDAY, fill, forecast, queue
from workforce import forecast_orders, tasks, volumes
from workforce.models import ForecastRun, OwedForecast, Queue, QueueVolume
from workforce.outlook import outlook

pytestmark = pytest.mark.django_db

NOW = MONDAY + timedelta(hours=14, minutes=10)
TWO = MONDAY + timedelta(hours=14)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr(tasks.forecast_again, "delay", calls.append)
    return calls


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A queue that has been forecast in the night; what came is as filled, not counted from tickets."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr(volumes, "refresh", lambda since=None: 0)
    phone = queue()
    fill(phone, until=TWO)
    forecast(phone, MONDAY)
    return phone


def test_what_is_owed_is_not_owed_twice(phone: Queue) -> None:
    first = forecast_orders.ask(phone, by="petra", now=NOW)
    second = forecast_orders.ask(phone, by="carol", now=NOW + timedelta(minutes=40))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.as_of == second.as_of == TWO
    owed = OwedForecast.objects.get()
    assert (owed.asked_by, owed.asked_at) == ("petra", NOW)
    assert AuditEntry.objects.get().action == "forecast_ordered"


def test_it_is_made_once_and_is_owed_no_more(phone: Queue) -> None:
    forecast_orders.ask(phone, by="petra", now=NOW)
    assert forecast_orders.owed() == [phone.pk]
    assert [tasks.forecast_again(phone.pk) for _ in range(2)] == [True, False]
    assert ForecastRun.objects.filter(queue=phone, as_of=TWO).count() == 1
    assert not OwedForecast.objects.exists()
    assert forecast_orders.ask(phone, by="petra", now=NOW).stands
    assert not OwedForecast.objects.exists()


def test_a_queue_to_which_nothing_came_owes_nothing_for_ever(phone: Queue) -> None:
    bare = queue("bare")
    forecast_orders.ask(bare, by="petra", now=NOW)
    assert not forecast_orders.work_off(bare.pk, now=NOW)
    assert not OwedForecast.objects.exists()


def test_one_that_got_lost_is_rung_for_again(phone: Queue, rung: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.forecast_queue, "delay", lambda *told: None)
    forecast_orders.ask(phone, by="petra", now=NOW)
    tasks.forecast_due()
    assert rung == [phone.pk]


def test_the_day_within_which_it_was_made_shows_what_came_and_the_rest(phone: Queue) -> None:
    """28 half-hours had come by 14:00; the day of the new run is their sum and what it expects of the other 20."""
    run = forecast(phone, TWO)
    morning = QueueVolume.objects.filter(queue=phone, start_at__gte=MONDAY, start_at__lt=TWO)
    came = sum(morning.values_list("offered", flat=True))
    rest = run.daily[0][2]
    assert run.daily[0][0] == "2026-11-02"
    assert 0 < rest < came
    seen = outlook(phone, run, on=None, now=NOW)
    assert seen.coming[0].p50 == pytest.approx(came + rest)
    assert seen.coming[1].p50 == pytest.approx(run.daily[1][2])


def test_a_planner_asks_and_the_page_says_so(
    phone: Queue, rung: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    cast = make_cast()
    petra = cast.client("petra")
    assert "Forecast again now" in petra.get("/forecast/").content.decode()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = petra.post("/forecast/queues/phone/again/")
        assert answer["Location"] == "/forecast/?queue=phone"
    assert rung == [phone.pk]
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "A forecast as of 14:00 is being made already."
    ]
    page = petra.get("/forecast/?queue=phone").content.decode()
    assert "A forecast as of 14:00 UTC is being made; petra asked for it at 14:10 UTC." in page
    assert "Forecast again now" not in page
    tasks.forecast_again(phone.pk)
    after = petra.get("/forecast/?queue=phone")
    assert after.context["seen"].run.as_of == TWO
    assert "Forecast again now" in after.content.decode()


def test_who_does_not_plan_cannot_ask(phone: Queue) -> None:
    cast = make_cast()
    assert cast.client("carol").post("/forecast/queues/phone/again/").status_code == 403
    assert "Forecast again now" not in cast.client("carol").get("/forecast/").content.decode()
    assert not OwedForecast.objects.exists()


def test_without_workers_it_stays_owed_and_says_so(
    phone: Queue,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(queue: int) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.forecast_again, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        answer = make_cast().client("petra").post("/forecast/queues/phone/again/")
    assert "The workers cannot be reached" in str(next(iter(get_messages(answer.wsgi_request))))
    assert OwedForecast.objects.get().as_of == datetime(2026, 11, 2, 14, tzinfo=UTC)
