"""The admin under the strict policy: nothing is refused, and a policy can be filled in."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page

from ops_dashboard.metrics.models import Annotation
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tickets.models import BusinessCalendar, ImportRun, Priority, SlaPolicy
from tickets.policies import load
from tickets.policy_file import parse
from tickets.words import register_source

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
FILE = {
    "calendars": [{"name": "office", "timezone": "Europe/London", "weekly": WEEK}],
    "policies": [
        {
            "name": "standard",
            "order": 1,
            "calendar": "office",
            "targets": [{"kind": "first_reply", "priority": "high", "seconds": 3600}],
        }
    ],
}


@pytest.fixture
def admin(sign_in: Callable[..., Page]) -> Page:
    """The administrator's page; it fails for refusals and script errors."""
    load(parse(FILE), by="a file")
    return sign_in(User.objects.create(username="adam", role=Role.ADMIN))


def test_no_page_of_the_admin_is_refused_anything(admin: Page) -> None:
    told: list[str] = []
    admin.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    run = ImportRun.objects.create(source=register_source("desk", kind="events"), origin="a file")
    priority = Priority.objects.create(slug="high", label="High", rank=3)
    Annotation.objects.create(kind="launch", label="Launch", on=date(2026, 3, 2))
    for path in (
        "",
        "tickets/",
        "tickets/businesscalendar/",
        "tickets/businesscalendar/add/",
        f"tickets/businesscalendar/{BusinessCalendar.objects.get().pk}/change/",
        "tickets/slapolicy/",
        "tickets/slapolicy/add/",
        f"tickets/slapolicy/{SlaPolicy.objects.get().pk}/change/",
        f"tickets/slapolicy/{SlaPolicy.objects.get().pk}/history/",
        f"tickets/source/{run.source_id}/change/",
        f"tickets/priority/{priority.pk}/change/",
        f"tickets/importrun/{run.pk}/change/",
        "tickets/rejectedrow/",
        "metrics/goal/add/",
        "metrics/annotation/",
        "metrics/annotation/add/",
    ):
        response = admin.goto(f"/admin/{path}")
        assert response is not None and response.status == 200, path
    admin.wait_for_load_state("networkidle")
    assert told == []


def test_a_date_is_picked_from_the_calendar(admin: Page) -> None:
    admin.goto("/admin/metrics/annotation/add/")
    admin.locator(".field-on .datetimeshortcuts a").first.click()
    assert admin.locator("#id_on").input_value() != ""


def test_a_policy_is_changed_by_hand(admin: Page) -> None:
    admin.goto(f"/admin/tickets/slapolicy/{SlaPolicy.objects.get().pk}/change/")
    admin.locator("#id_targets-0-seconds").fill("30m")
    admin.locator("#id_targets-1-kind").select_option("resolution")
    admin.locator("#id_targets-1-seconds").fill("8h")
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.wait_for_url("**/admin/tickets/slapolicy/")
    assert admin.locator(".messagelist").inner_text() == "Standard v2 counts from now on."
    targets = SlaPolicy.objects.latest("version").definition["targets"]
    assert [(target["kind"], target["seconds"]) for target in targets] == [("first_reply", 1800), ("resolution", 28800)]
