"""People and rates in a real browser: found, given another contract, on the phone and in the dark."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.workforce.test_staff_pages import teams
from workforce.activities import ensured
from workforce.models import Contract

__all__ = ["teams"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(teams: list[Team], sign_in: Callable[..., Page]) -> Page:
    return sign_in(User.objects.create(username="petra", role=Role.PLANNER))


def test_somebody_is_found_and_given_another_contract(page: Page) -> None:
    page.goto("/people/")
    page.get_by_role("searchbox", name="Name").fill("ada")
    page.get_by_role("searchbox", name="Name").press("Enter")
    expect(page.get_by_role("heading", name="1 person")).to_be_visible()
    page.get_by_role("link", name="Ada").click()
    page.get_by_text("Another contract").click()
    part = page.locator("#contracts form")
    part.get_by_label("Hours a week").fill("20")
    part.get_by_label("First day").fill("2026-03-01")
    part.get_by_role("button", name="Add contract").click()
    expect(page.get_by_text("The new contract of Ada counts from 1 Mar 2026")).to_be_visible()
    expect(page.locator("#contracts").get_by_role("row", name="28 Feb 2026")).to_be_visible()
    assert sorted(Contract.objects.filter(agent__slug="ada").values_list("week_minutes", flat=True)) == [1200, 2400]


@pytest.mark.parametrize("path", ["/people/", "/people/ada/", "/rates/", "/time-off/"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_and_is_accessible(page: Page, width: int, path: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    for each in page.locator("details").all():
        each.evaluate("details => { details.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_time_off_is_added_and_cancelled(page: Page) -> None:
    ensured()
    page.goto("/time-off/?agent=ada")
    expect(page.get_by_text("Nobody is away, now or later.")).to_be_visible()
    page.get_by_label("Last day").fill((today() + timedelta(days=3)).isoformat())
    page.get_by_role("button", name="Add time off").click()
    expect(page.get_by_text("Ada is off,")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel leave of Ada").click()
    expect(page.get_by_text("Leave of Ada is cancelled.")).to_be_visible()
