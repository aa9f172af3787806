"""The ticket pages in a real browser: filters, pages, one ticket, its proof."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.metrics import rollup
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.tickets.drafting import STORY, draft, take
from tests.tickets.test_ticket_page import POLICY
from tickets.policies import load
from tickets.policy_file import parse

pytestmark = pytest.mark.django_db(transaction=True)

LIST, TICKET, PROOF = "/tickets/", "/tickets/helpdesk/T1/", "/tickets/helpdesk/T1/promises/first_reply/1/"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    """Carol's page; sixty tickets of team red are new, one has a story."""
    load(parse(POLICY), by="test")
    take(STORY)
    take(draft("ticket_created", n, by="rita", ticket=f"N{n}", status="new", team="red") for n in range(60))
    return sign_in(User.objects.create(username="carol", role=Role.MANAGER))


def test_a_filter_narrows_the_list_and_lands_in_the_address(page: Page) -> None:
    page.goto(LIST)
    expect(page.get_by_role("heading", name="61 tickets")).to_be_visible()
    page.click("#chip-status")
    page.locator("#menu-status").get_by_label("Closed").check()
    expect(page.get_by_role("heading", name="1 ticket", exact=True)).to_be_visible()
    expect(page.locator("#chip-value-status")).to_have_text("Closed")
    expect(page).to_have_url("/tickets/?status=closed&sort=created")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("heading", name="61 tickets")).to_be_visible()


def test_pages_are_turned_and_the_filter_stays(page: Page) -> None:
    page.goto("/tickets/?status=new")
    expect(page.locator("table.rows tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("table.rows tbody tr")).to_have_count(10)
    expect(page.get_by_role("heading", name="60 tickets")).to_be_visible()
    page.get_by_role("link", name="First page").click()
    expect(page.locator("table.rows tbody tr").first).to_contain_text("N59")


def test_an_hour_of_the_week_is_reached_by_arrows_and_let_go_of_on_the_list(page: Page) -> None:
    """First replies fall due after 15 minutes: those of N0 to N44 and of the story before 10:00, the others after."""
    rollup.refill()
    page.goto("/service-levels/?period=2026-03-02..2026-03-08")
    hours = page.locator("table.heat td > a")
    expect(hours).to_have_count(2)
    hours.first.focus()
    page.keyboard.press("ArrowDown")  # no hour below leads on
    page.keyboard.press("ArrowRight")
    expect(hours.last).to_be_focused()
    assert [hour.get_attribute("tabindex") for hour in hours.all()] == ["-1", "0"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="15 tickets")).to_be_visible()
    page.click("#chip-hour")
    page.locator("#menu-hour").get_by_label("any").check()
    expect(page.get_by_role("heading", name="61 tickets")).to_be_visible()


def test_from_the_list_to_a_ticket_to_its_proof(page: Page) -> None:
    page.goto("/tickets/?ref=T1")
    page.get_by_role("link", name="T1").click()
    expect(page.get_by_role("heading", name="Ticket T1")).to_be_visible()
    page.get_by_role("link", name="Proof of First reply").click()
    expect(page.get_by_role("heading", name="First reply", exact=True)).to_be_visible()
    expect(page.locator("dl.proof-facts")).to_contain_text("Missed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_ticket_pages(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in (LIST, TICKET, PROOF):
        page.goto(path)
        assert (path, violations(page)) == (path, [])


@pytest.mark.parametrize("width", [320, 1000])
def test_no_ticket_page_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in (LIST, TICKET, PROOF):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
