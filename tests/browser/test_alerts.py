"""The page of alerts in a real browser: a rule is made and tried, what it finds is acknowledged."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.alert_looks import look_at_all
from ops_dashboard.metrics.models import AlertFiring
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.metrics.facts import record
from tests.metrics.test_alert_looks import tickets

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    """Nine weeks of four tickets a day, and yesterday thirty."""
    record([row for back in range(2, 66) for row in tickets(back=back, count=4)] + tickets(back=1, count=30))
    rollup.refill()
    return sign_in(User.objects.create(username="carol", role=Role.MANAGER))


def test_from_a_rule_to_what_was_said_to_its_alert(page: Page) -> None:
    page.goto("/alerts/")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Rush")
    page.get_by_label("Metric").select_option("created")
    page.get_by_label("Tell me when it is").select_option("unusual-above")
    page.get_by_role("button", name="Show when it would have fired").click()
    preview = page.get_by_role("table", name="Days on which it would have fired")
    expect(preview.get_by_role("row")).to_have_count(2)
    expect(preview).to_contain_text("30")
    assert violations(page) == []
    page.get_by_role("button", name="Save rule").click()
    expect(page.locator(".message")).to_contain_text("Rush is saved.")

    look_at_all()
    page.reload()
    expect(page.get_by_role("link", name="Alerts 1")).to_be_visible()
    expect(page.locator(".alarm")).to_contain_text(
        "Tickets created: 30, where its weekday led to expect 4, at most 14."
    )
    page.locator("summary", has_text="Acknowledge").click()
    page.get_by_label("Note (optional)").fill("The outage")
    assert violations(page) == []
    page.get_by_role("button", name="Acknowledge this alert").click()
    expect(page.get_by_text("All calm.")).to_be_visible()
    expect(page.get_by_role("table", name="Lately acknowledged")).to_contain_text("The outage")
    assert AlertFiring.objects.get().note == "The outage"
    assert violations(page) == []


def test_it_fits_a_phone_in_both_lights(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for address in ("/alerts/", "/alerts/new/"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert violations(page) == []
