"""The admin's pages of tickets: versions instead of edits, and problems beside their fields."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.tickets.drafting import STORY, all_facts, draft, source, take
from tickets import tasks
from tickets.models import (
    BusinessCalendar,
    Channel,
    ImportRun,
    Priority,
    Promise,
    RejectedRow,
    Rejudging,
    SlaPolicy,
    StatusMapping,
)
from tickets.policies import load
from tickets.policy_file import parse
from tickets.vocabulary import PromiseKind, PromiseState, Status

pytestmark = pytest.mark.django_db

OFFICE = {
    "name": "office",
    "timezone": "Europe/London",
    "weekly": {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-12-25"],
    "overrides": {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []},
    "breaks": {"2026-06-18": [["14:00", "16:00"]]},
}
STANDARD = {
    "name": "standard",
    "order": 1,
    "conditions": {"channel": ["email"]},
    "calendar": "office",
    "targets": [
        {"kind": "first_reply", "priority": "high", "seconds": 5400, "clock": "calendar"},
        {"kind": "resolution", "seconds": 28800, "pauses_in": ["pending"]},
    ],
}
OFFICE_FORM = {
    "timezone": "Europe/London",
    "weekly": "\n".join(f"{day} 09:00-12:00, 13:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")),
    "holidays": "2026-12-25",
    "overrides": "2026-12-24 09:00-12:00\n2026-12-31 closed",
    "breaks": "2026-06-18 14:00-16:00",
}
DEFAULTS = {
    "clock": "business",
    "boundary": "close",
    "priority_from": "current",
    "first_reply_from": "creation",
    "next_reply_starts": "after_first_reply",
    "update_starts": "reply",
}
TARGETS = (
    {"kind": "first_reply", "priority": "high", "seconds": "1h 30m", "clock": "calendar"},
    {"kind": "resolution", "seconds": "8h", "pauses_in": ["pending"]},
)
CALENDARS, POLICIES = "/admin/tickets/businesscalendar/", "/admin/tickets/slapolicy/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def petra(cast: Cast) -> Client:
    """The planner, who may define service levels."""
    return cast.client("petra")


@pytest.fixture
def adam(cast: Cast) -> Client:
    """The administrator, who may configure sources."""
    return cast.client("adam")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the queue was asked to judge again."""
    calls: list[str] = []
    monkeypatch.setattr(tasks.judge_again, "delay", lambda: calls.append("again"))
    return calls


@pytest.fixture
def levels(db: None) -> SlaPolicy:
    """The first version of a calendar and of a policy."""
    load(parse({"calendars": [OFFICE], "policies": [STANDARD]}), by="a file", rejudges=False)
    return SlaPolicy.objects.get()


def policy_form(*targets: dict[str, Any], stored: int = 0, **fields: Any) -> dict[str, Any]:
    """A filled-in policy; `stored` rows were there when the page was opened."""
    rows = [DEFAULTS | target for target in targets]
    form = {"order": 1, "calendar": "office", "channel": "email"} | fields
    form |= {"targets-TOTAL_FORMS": len(rows), "targets-INITIAL_FORMS": stored}
    return form | {f"targets-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}


def problems(response: Any) -> dict[str, list[str]]:
    """Messages by field; the page was shown again and nothing is kept."""
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def change(client: Client, version: BusinessCalendar | SlaPolicy, form: dict[str, Any]) -> Any:
    shelf = CALENDARS if isinstance(version, BusinessCalendar) else POLICIES
    return client.post(f"{shelf}{version.pk}/change/", form)


# -- calendars


def test_a_calendar_filled_in_by_hand_is_the_one_of_a_file(petra: Client, rung: list[str]) -> None:
    assert petra.post(f"{CALENDARS}add/", OFFICE_FORM | {"name": "office"}).status_code == 302
    by_hand = BusinessCalendar.objects.get()
    assert (by_hand.version, by_hand.valid_from, by_hand.loaded_by) == (1, None, "petra")
    assert not load(parse({"calendars": [OFFICE]})).is_change


def test_saving_a_calendar_makes_the_next_version_and_judges_what_runs(
    petra: Client,
    levels: SlaPolicy,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old = BusinessCalendar.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        change(petra, old, OFFICE_FORM | {"holidays": "2026-12-25\n2026-12-28"})
    first, second = BusinessCalendar.objects.order_by("version")
    assert first.definition == old.definition
    assert first.valid_to == second.valid_from is not None
    assert second.definition["holidays"] == ["2026-12-25", "2026-12-28"]
    assert rung == ["again"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.detail["calendars"]) == ("petra", "policies_loaded", ["office"])


def test_saving_what_stood_there_makes_no_version(
    petra: Client,
    levels: SlaPolicy,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change(petra, BusinessCalendar.objects.get(), OFFICE_FORM)
        change(petra, levels, policy_form(*TARGETS, stored=2))
    assert (BusinessCalendar.objects.count(), SlaPolicy.objects.count(), rung) == (1, 1, [])


def test_the_page_of_a_version_shows_its_fields_as_people_write_them(petra: Client, levels: SlaPolicy) -> None:
    page = petra.get(f"{CALENDARS}{BusinessCalendar.objects.get().pk}/change/")
    initial = page.context["adminform"].form.initial
    assert {name: initial[name] for name in OFFICE_FORM} == OFFICE_FORM
    targets = petra.get(f"{POLICIES}{levels.pk}/change/").context["targets"]
    assert [form.initial["seconds"] for form in targets.initial_forms] == ["1h 30m", "8h"]


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("weekly", "mon 25:00-26:00", "mon: '25:00' is not a time like 09:00"),
        ("weekly", "mon 9 to 5", "'mon 9 to 5' is not a day and its windows"),
        ("weekly", "mon", "'mon' is not a day and its windows"),
        ("weekly", "monday 09:00-17:00", "'monday' is not one of mon, tue"),
        ("weekly", "mon 09:00-12:00\nmon 13:00-17:00", "'mon' stands there twice"),
        ("holidays", "25 December", "'25 December' is not a date like 2026-12-25"),
        ("overrides", "2026-12-24 9-12", "2026-12-24: '9' is not a time like 09:00"),
        ("overrides", "someday closed", "'someday' is not a date like 2026-12-25"),
        ("breaks", "2026-06-18 24:00-01:00", "2026-06-18: a window cannot open at 24:00"),
        ("timezone", "Mars/Base", "Select a valid choice"),
        ("name", "office", "'office' is there already"),
    ],
)
def test_what_is_wrong_with_a_calendar_stands_beside_its_field(
    petra: Client, levels: SlaPolicy, field: str, text: str, message: str
) -> None:
    found = problems(petra.post(f"{CALENDARS}add/", OFFICE_FORM | {"name": "other", field: text}))
    assert list(found) == [field]
    assert found[field][0].startswith(message)
    assert BusinessCalendar.objects.count() == 1


# -- policies


def test_a_policy_filled_in_by_hand_is_the_one_of_a_file(petra: Client, rung: list[str]) -> None:
    load(parse({"calendars": [OFFICE]}))
    untouched: dict[str, Any] = {"kind": ""}
    petra.post(f"{POLICIES}add/", policy_form(*TARGETS, untouched, name="standard"))
    assert SlaPolicy.objects.get().order == 1
    assert not load(parse({"policies": [STANDARD]}, known_calendars=["office"])).is_change


def test_promises_keep_the_version_they_were_given_under(
    petra: Client,
    levels: SlaPolicy,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    take(STORY)
    before = all_facts()
    with django_capture_on_commit_callbacks(execute=True):
        change(petra, levels, policy_form({"kind": "resolution", "seconds": "1m"}, stored=0))
    assert [row.version for row in SlaPolicy.objects.order_by("version")] == [1, 2]
    assert (all_facts(), rung) == (before, [])
    take([draft("ticket_created", 1, ticket="T2", channel="email")])  # in March, long before the new version
    assert set(Promise.objects.values_list("policy", flat=True)) == {levels.pk}


def test_a_restatement_is_asked_for_and_judges_the_past_in_the_queue(
    petra: Client,
    levels: SlaPolicy,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    take(STORY)
    with django_capture_on_commit_callbacks(execute=True):
        change(petra, levels, policy_form({"kind": "resolution", "seconds": "1m"}, restate="on"))
    promise = Promise.objects.get(kind=PromiseKind.RESOLUTION)
    assert (rung, promise.policy, promise.state) == (["again"], levels.pk, PromiseState.MET)
    assert AuditEntry.objects.latest("id").action == "policies_restated"
    assert [tasks.judge_again(), tasks.judge_again()] == [1, 0]
    promise.refresh_from_db()
    assert (promise.policy, promise.state) == (SlaPolicy.objects.latest("version").pk, PromiseState.MISSED)


def test_a_queue_that_cannot_be_reached_is_no_lost_version(
    petra: Client,
    levels: SlaPolicy,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.judge_again, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        change(petra, BusinessCalendar.objects.get(), OFFICE_FORM | {"holidays": ""})
    assert BusinessCalendar.objects.count() == 2
    assert Rejudging.objects.filter(touched="unsolved").exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"kind": "resolution", "seconds": "soon"}, {"seconds": ["'soon' is not a duration like 8h, 1h 30m or 90s"]}),
        ({"kind": "resolution", "seconds": ""}, {"seconds": ["This field is required."]}),
        ({"kind": "", "seconds": "8h"}, {"kind": ["This field is required."]}),
        (
            {"kind": "resolution", "seconds": "0h"},
            {"seconds": ["0 is not a whole number from 1 to 316224000"]},
        ),
        (
            {"kind": "first_reply", "priority": "High", "seconds": "1h"},
            {"__all__": ["a second first_reply target for priority high"]},
        ),
    ],
)
def test_what_is_wrong_with_a_target_stands_in_its_row(
    petra: Client, levels: SlaPolicy, row: dict[str, str], message: dict[str, list[str]]
) -> None:
    response = change(petra, levels, policy_form(TARGETS[0], row, stored=1))
    assert problems(response) == {"__all__": ["A target needs another look."]}
    assert dict(response.context["targets"].forms[1].errors) == message
    assert SlaPolicy.objects.count() == 1


def test_a_policy_needs_a_target_and_dropped_ones_do_not_count(petra: Client, levels: SlaPolicy) -> None:
    dropped = [target | {"DELETE": "on"} for target in TARGETS]
    response = change(petra, levels, policy_form(*dropped, stored=2))
    assert problems(response) == {"__all__": ["A policy needs at least one target."]}


def test_a_target_can_be_dropped(petra: Client, levels: SlaPolicy, rung: list[str]) -> None:
    assert change(petra, levels, policy_form(TARGETS[0] | {"DELETE": "on"}, TARGETS[1], stored=2)).status_code == 302
    latest = SlaPolicy.objects.latest("version")
    assert [target["kind"] for target in latest.definition["targets"]] == ["resolution"]


# -- versions that counted once


def test_a_version_that_no_longer_counts_can_be_read_and_not_saved(petra: Client, levels: SlaPolicy) -> None:
    load(parse({"policies": [STANDARD | {"order": 2}]}, known_calendars=["office"]))
    page = petra.get(f"{POLICIES}{levels.pk}/change/")
    text = page.content.decode()
    assert "first_reply, high: 1h 30m (calendar)" in text
    assert 'name="order"' not in text
    assert change(petra, levels, policy_form(*TARGETS, stored=2)).status_code == 403
    assert SlaPolicy.objects.count() == 2


def test_the_list_shows_what_counts_now_and_the_page_every_version(petra: Client, levels: SlaPolicy) -> None:
    load(parse({"policies": [STANDARD | {"order": 2}]}, known_calendars=["office"]))
    assert [row.version for row in petra.get(POLICIES).context["cl"].result_list] == [2]
    assert petra.get(f"{POLICIES}?versions=all").context["cl"].result_count == 2
    page = petra.get(f"{POLICIES}{SlaPolicy.objects.latest('version').pk}/change/")
    assert [row.version for row in page.context["versions"]] == [2, 1]


def test_saving_and_going_on_leads_to_the_new_version(petra: Client, levels: SlaPolicy, rung: list[str]) -> None:
    response = change(petra, levels, policy_form(*TARGETS, stored=2, order=7, _continue="1"))
    assert response["Location"] == f"{POLICIES}{SlaPolicy.objects.latest('version').pk}/change/"


@pytest.mark.parametrize("name", ["carol", "petra", "adam"])
def test_managers_planners_and_administrators_define(cast: Cast, levels: SlaPolicy, rung: list[str], name: str) -> None:
    assert change(cast.client(name), levels, policy_form(*TARGETS, stored=2, order=3)).status_code == 302
    assert SlaPolicy.objects.latest("version").loaded_by == name


@pytest.mark.parametrize("name", ["alice", "bob", "erin", "pat", "quinn", "eve"])
def test_nobody_else_defines_anything(cast: Cast, levels: SlaPolicy, name: str) -> None:
    client = cast.client(name)
    response = client.post(f"{POLICIES}{levels.pk}/change/", policy_form(*TARGETS, stored=2, order=3), follow=True)
    assert response.status_code == 403
    assert SlaPolicy.objects.count() == 1


# -- words and sources


def mapping_form(*rows: dict[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {"status_mappings-TOTAL_FORMS": len(rows), "status_mappings-INITIAL_FORMS": 0}
    return form | {f"status_mappings-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}


def test_an_unmapped_word_is_shown_and_mapped_and_then_comes_in(adam: Client) -> None:
    story = [draft("ticket_created", 0, status="Geparkt", channel="email")]
    assert take(story).rejected == 1
    url = f"/admin/tickets/source/{source().pk}/change/"
    StatusMapping.objects.all().delete()
    assert "Geparkt&#x27; is not mapped" in adam.get(url).content.decode()
    assert adam.post(url, mapping_form({"word": "geparkt", "status": Status.HOLD.value})).status_code == 302
    assert take(story).accepted == 1
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.detail["name"]) == ("adam", "admin_changed", "helpdesk")


def test_a_word_may_mean_two_things_one_after_the_other_and_not_at_once(adam: Client) -> None:
    url = f"/admin/tickets/source/{source().pk}/change/"
    StatusMapping.objects.all().delete()
    old = {"word": "done", "status": Status.SOLVED.value, "valid_to": "2026-03-01"}
    new = {"word": "Done", "status": Status.CLOSED.value, "valid_from": "2026-02-28"}
    response = adam.post(url, mapping_form(old, new))
    formset = response.context["inline_admin_formsets"][0].formset
    assert formset.errors[1] == {"word": ["'Done' is mapped for some of these days already."]}
    assert adam.post(url, mapping_form(old, new | {"valid_from": "2026-03-01"})).status_code == 302
    assert list(StatusMapping.objects.order_by("id").values_list("valid_to", "valid_from")) == [
        (date(2026, 3, 1), None),
        (None, date(2026, 3, 1)),
    ]


def test_a_label_and_a_rank_change_and_the_slug_does_not(petra: Client) -> None:
    channel = Channel.objects.create(slug="email", label="email")
    priority = Priority.objects.create(slug="p1", label="p1")
    petra.post(f"/admin/tickets/channel/{channel.pk}/change/", {"label": "E-mail", "slug": "mail"})
    petra.post(f"/admin/tickets/priority/{priority.pk}/change/", {"label": "Burning", "rank": 9})
    channel.refresh_from_db()
    priority.refresh_from_db()
    assert (channel.slug, channel.label, priority.label, priority.rank) == ("email", "E-mail", "Burning", 9)


# -- imports


def test_rejected_rows_are_filtered_and_downloaded_one_object_a_line(adam: Client) -> None:
    take([draft("ticket_created", 0, status="odd", channel="email")])
    run = ImportRun.objects.get()
    RejectedRow.objects.create(run=run, line=9, field="at", reason="'x' is no instant", raw="=cmd()")
    assert adam.get("/admin/tickets/rejectedrow/?field=at").context["cl"].result_count == 1
    assert adam.get(f"/admin/tickets/rejectedrow/?run__id__exact={run.pk}").context["cl"].result_count == 2
    response = adam.get(f"/admin/tickets/importrun/{run.pk}/rejected.jsonl")
    rows = [json.loads(line) for line in response.getvalue().decode().splitlines()]
    assert response["Content-Disposition"] == f'attachment; filename="rejected-helpdesk-{run.pk}.jsonl"'
    reason = "'odd' is not mapped to a status category"
    assert rows[0] == {"run": run.pk, "line": 0, "field": "status", "reason": reason, "raw": ""}
    assert rows[1]["raw"] == "'=cmd()"
    assert AuditEntry.objects.latest("id").detail == {"rows": 2}


def test_chosen_rejected_rows_are_downloaded_too(adam: Client) -> None:
    take([draft("ticket_created", minute, status="odd", channel="email") for minute in range(3)])
    chosen = list(RejectedRow.objects.values_list("pk", flat=True))[:2]
    form = {"action": "download", "_selected_action": chosen}
    lines = adam.post("/admin/tickets/rejectedrow/", form).getvalue().decode().splitlines()
    assert [json.loads(line)["field"] for line in lines] == ["status", "status"]


@pytest.mark.parametrize(("name", "status"), [("adam", 200), ("carol", 403), ("petra", 403)])
def test_only_administrators_see_what_was_imported(cast: Cast, name: str, status: int) -> None:
    take([draft("ticket_created", 0, status="odd")])
    client, run = cast.client(name), ImportRun.objects.get().pk
    urls = ("rejectedrow/", f"importrun/{run}/change/", f"importrun/{run}/rejected.jsonl", "source/")
    assert [client.get(f"/admin/tickets/{url}").status_code for url in urls] == [status] * 4
