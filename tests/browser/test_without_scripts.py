"""Filters without JavaScript: a form of links and buttons, whose answer stands in the address."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.browser.test_walk import at, days_of_work
from tests.tickets.rows import save_ticket
from tickets.models import Source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dip() -> date:
    return today() - timedelta(days=9)


@pytest.fixture
def page(sign_in: Callable[..., Page], dip: date) -> Iterator[Page]:
    """Carol's page without scripts: Payments had 24 tickets on each of 21 days, Chat one yesterday."""
    payments, chat = (Team.objects.create(slug=slug, name=slug.title()) for slug in ("payments", "chat"))
    days_of_work(payments, dip)
    save_ticket(Source.objects.get(), "C1", at=at(today() - timedelta(days=1), 9), team=chat)
    rollup.refill_everything()
    scripted = sign_in(User.objects.create(username="carol", role=Role.MANAGER))
    browser = scripted.context.browser
    assert browser is not None
    scripted.goto("/healthz")
    context = browser.new_context(
        java_script_enabled=False,
        base_url=scripted.url.removesuffix("/healthz"),
        storage_state=scripted.context.storage_state(),
    )
    yield context.new_page()
    context.close()


def choose(page: Page, chip: str, label: str) -> None:
    page.click(f"#chip-{chip}")
    page.locator(f"#menu-{chip}").get_by_label(label).check()


def test_service_levels_heed_a_team_and_a_period_that_were_sent_by_the_form(page: Page, dip: date) -> None:
    """504 first replies of which 20 were late, all of them on one day: 484 / 504 = 96 %, and 4 / 24 = 16.7 %."""
    page.goto("/service-levels/")
    figure = page.locator(".figure", has_text="First reply on time").first
    expect(figure.locator(".figure-value")).to_have_text("96.0%")
    page.click("#chip-period")
    page.locator("#menu-period [name=from]").fill(dip.isoformat())
    page.locator("#menu-period [name=to]").fill(dip.isoformat())
    page.keyboard.press("Escape")
    choose(page, "team", "Payments")
    page.locator("#menu-team").get_by_role("button", name="Apply").click()
    expect(page.locator("#chip-value-team")).to_have_text("Payments")
    expect(figure.locator(".figure-value")).to_have_text("16.7%")
    assert f"from={dip}" in page.url
    assert "team=payments" in page.url
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("#chip-value-team")).to_have_text("all")
    expect(figure.locator(".figure-value")).to_have_text("16.7%")  # the days stay


def test_tickets_heed_a_team_and_days_that_were_sent_by_the_form(page: Page) -> None:
    """24 of Payments on each of 7 days: 168, of 505 in all."""
    page.goto("/tickets/")
    expect(page.get_by_role("heading", name="505 tickets")).to_be_visible()
    choose(page, "team", "Payments")
    page.keyboard.press("Escape")
    choose(page, "created", "Last 7 days")
    page.locator("#menu-created").get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="168 tickets")).to_be_visible()
    assert {"team=payments", "created=last-7-days"} <= set(page.url.partition("?")[2].split("&"))
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("heading", name="168 tickets")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("heading", name="505 tickets")).to_be_visible()
