"""Productivity and cost in a real browser: its panels, a cut, the phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.workforce.test_oracle import PERIOD, clock, worked

__all__ = ["clock", "worked"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = f"/productivity/?period={PERIOD}"


@pytest.fixture
def page(worked: list[Team], clock: object, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., Page]) -> Page:
    monkeypatch.undo()  # the hours are counted; a session needs the real clock
    return sign_in(User.objects.create(username="carol", role=Role.MANAGER))


def test_vendors_stand_beside_each_other_at_equal_case_mix(page: Page) -> None:
    page.goto(f"/productivity/?period={PERIOD}")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="At equal case mix"))
    output = panel.locator("table", has_text="Throughput and cost at equal case mix")
    expect(output.locator("tbody tr")).to_have_count(2)
    expect(panel.locator("table", has_text="How hours and money were spread")).to_contain_text("time logged")
    expect(panel.locator("table", has_text="Quality of service at equal case mix")).to_be_visible()


def test_occupancy_stands_beside_the_handle_times_it_assumes(page: Page) -> None:
    page.goto(f"/productivity/?period={PERIOD}")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Occupancy", exact=True))
    expect(panel.locator("table", has_text="Assumed handle times")).to_contain_text("7 min")
    table = panel.locator("table", has_text="Entries")
    expect(table.get_by_role("row", name="Own")).to_contain_text("of hours")  # Ben logs nothing
    expect(table.get_by_role("row", name="Idle")).to_contain_text("no staffed hours")


def test_costs_are_told_with_their_allocation_and_cut_by_vendor(page: Page) -> None:
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", name="How cost is allocated")).to_be_visible()
    expect(page.locator(".failed")).to_have_count(0)
    allocated = page.get_by_role("group", name="How cost is allocated, by team")
    expect(allocated.get_by_role("row", name="All together")).to_be_visible()
    page.goto(f"{ADDRESS}&vendor=acme")
    expect(page.locator("#chip-value-vendor")).to_have_text("Acme")
    expect(page.get_by_role("group", name="How cost is allocated, by team").get_by_text("Own")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_and_is_accessible(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(ADDRESS)
    expect(page.get_by_role("heading", name="At equal case mix")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
