"""The pages of forecasts and the API: what they show, what planners change, how much they ask."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.workforce.queues import fill, forecast, queue
from workforce.models import Event, ForecastRun, Queue

pytestmark = pytest.mark.django_db

QUERIES = 21


@pytest.fixture(scope="module")
def stage(on_stage: None) -> tuple[Cast, Queue]:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    phone = queue()
    fill(phone, until=midnight)
    forecast(phone, midnight - timedelta(days=7), horizon_days=28)
    forecast(phone, midnight, horizon_days=28)
    return make_cast(), phone


@pytest.fixture
def cast(stage: tuple[Cast, Queue]) -> Cast:
    return deepcopy(stage[0])


@pytest.fixture
def phone(stage: tuple[Cast, Queue]) -> Queue:
    return deepcopy(stage[1])


@pytest.fixture
def petra(cast: Cast) -> Client:
    return cast.client("petra")


def event_data(**changed: object) -> dict[str, object]:
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    return {
        "label": "Spring sale",
        "type": "sale",
        "start_on": day,
        "end_on": "",
        "note": "",
        "back": "phone",
        **changed,
    }


def test_the_page_tells_what_is_coming(phone: Queue, petra: Client) -> None:
    page = petra.get("/forecast/").content.decode()
    for words in ("Contacts by day", "People needed that day", "How good it is", "Eight-week average", "Chance alone"):
        assert words in page
    assert page.count("data-chart=") == 3
    assert page.count('<details class="chart-rows">') == 3


def test_the_page_asks_a_fixed_number_of_questions(
    phone: Queue, petra: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    petra.get("/forecast/")
    with django_assert_max_num_queries(QUERIES):
        petra.get("/forecast/")
    for n in range(4):
        Event.objects.create(type="sale", label=f"Sale {n}", start_on=timezone.now().date(), known_since=timezone.now())
    with django_assert_max_num_queries(QUERIES):
        petra.get("/forecast/")


def test_an_earlier_run_is_shown_as_it_was_and_held_against_what_came(phone: Queue, petra: Client) -> None:
    early = ForecastRun.objects.order_by("as_of")[0]
    page = petra.get(f"/forecast/?queue=phone&run={early.pk}")
    kept = {each.run.pk: each for each in page.context["seen"].runs}
    assert kept[early.pk].hours >= 7 * 24
    assert 0 < kept[early.pk].wape < 1
    assert page.context["seen"].run == early


@pytest.mark.parametrize("query", ["queue=nothing", "run=99999", "run=x", "run=" + "9" * 30])
def test_what_does_not_exist_is_not_found(phone: Queue, petra: Client, query: str) -> None:
    assert petra.get(f"/forecast/?{query}").status_code == 404


def test_a_day_outside_the_run_shows_its_first(phone: Queue, petra: Client) -> None:
    assert petra.get("/forecast/?day=1999-01-01").context["seen"].on == timezone.now().date()


def test_a_planner_adds_edits_removes_and_puts_back_an_event(phone: Queue, petra: Client) -> None:
    assert petra.post("/forecast/events/add/", event_data(queues=[phone.pk])).status_code == 302
    event = Event.objects.get()
    assert (event.label, list(event.queues.all())) == ("Spring sale", [phone])
    assert "Spring sale" in petra.get("/forecast/").content.decode()
    petra.post(f"/forecast/events/{event.pk}/", event_data(label="Summer sale"))
    petra.post(f"/forecast/events/{event.pk}/remove/", {"back": "phone"})
    event.refresh_from_db()
    assert (event.label, event.removed_at is None) == ("Summer sale", False)
    assert "Put back Summer sale" in petra.get("/forecast/").content.decode()
    answer = petra.post(f"/forecast/events/{event.pk}/restore/", {"back": "phone"})
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Summer sale is back."]
    assert Event.objects.standing().get() == event
    deeds = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert deeds == ["event_added", "event_changed", "event_removed", "event_restored"]


def test_an_event_that_ends_before_it_begins_is_refused(phone: Queue, petra: Client) -> None:
    answer = petra.post("/forecast/events/add/", event_data(end_on="2020-01-01"))
    assert answer.status_code == 422
    assert "Ends before it begins." in answer.content.decode()
    assert not Event.objects.exists()


def test_who_only_sees_plans_changes_nothing(phone: Queue, cast: Cast) -> None:
    event = Event.objects.create(type="a", label="A", start_on=date(2026, 1, 1), known_since=timezone.now())
    for url in ("/forecast/events/add/", f"/forecast/events/{event.pk}/remove/", "/forecast/queues/phone/"):
        assert cast.client("carol").post(url, event_data()).status_code == 403
    assert "Add an event" not in cast.client("carol").get("/forecast/").content.decode()


def test_new_assumptions_are_computed_at_once(phone: Queue, petra: Client) -> None:
    run = ForecastRun.objects.order_by("-as_of")[0]
    before = sum(run.requirements.values_list("net_p50", flat=True))
    form = {"aht_s": 720, "target_s": 20, "share": 0.8, "max_occupancy": 0.85, "patience_s": ""}
    answer = petra.post("/forecast/queues/phone/", form | {"external_shrinkage": 0.1, "internal_shrinkage": 0.2})
    assert answer["Location"] == "/forecast/?queue=phone"
    assert sum(run.requirements.values_list("net_p50", flat=True)) > 1.5 * before
    assert AuditEntry.objects.get().action == "assumptions_changed"


def test_assumptions_that_make_no_sense_are_refused(phone: Queue, petra: Client) -> None:
    form = {"aht_s": 0, "target_s": 20, "share": 2, "max_occupancy": 0.85}
    answer = petra.post("/forecast/queues/phone/", form | {"external_shrinkage": 0.1, "internal_shrinkage": 1})
    assert answer.status_code == 422
    phone.refresh_from_db()
    assert phone.aht_s == 360


def test_the_api_gives_points_with_people(phone: Queue, petra: Client) -> None:
    got = petra.get("/api/v1/forecasts/phone/").json()
    assert (got["queue"], got["interval_s"], len(got["points"])) == ("phone", 1800, 28 * 48)
    assert set(got["points"][0]) >= {"start_at", "p10", "p50", "p90", "aht_s", "net_p50", "gross_p90"}
    early = petra.get("/api/v1/forecasts/phone/", {"as_of": (timezone.now() - timedelta(days=3)).isoformat()}).json()
    assert early["as_of"] < got["as_of"]
    assert petra.get("/api/v1/forecasts/phone/?as_of=soon").status_code == 400
    assert petra.get("/api/v1/forecasts/").json()["results"][0]["slug"] == "phone"
