"""The filter bar: what is chosen lands in the address and comes back from it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.goto("/service-levels/")
    return page


def test_a_choice_lands_in_the_address_and_on_the_chip_while_the_menu_stays_open(page: Page) -> None:
    page.click("#chip-period")
    page.get_by_label("Last 7 days").check()
    expect(page.locator("#chip-value-period")).to_have_text("Last 7 days")
    expect(page).to_have_url("/service-levels/?period=last-7-days&compare=previous")
    expect(page.locator("#menu-period:popover-open")).to_have_count(1)


def test_typed_dates_win_and_the_preset_lets_go(page: Page) -> None:
    page.click("#chip-period")
    page.fill("#menu-period [name=from]", "2026-03-02")
    page.fill("#menu-period [name=to]", "2026-03-08")
    expect(page.locator("#chip-value-period")).to_have_text("2 Mar – 8 Mar 2026")
    assert page.locator("#menu-period input[type=radio]:checked").count() == 0


def test_back_returns_to_the_question_before(page: Page) -> None:
    page.click("#chip-period")
    page.get_by_label("Last 7 days").check()
    expect(page).to_have_url("/service-levels/?period=last-7-days&compare=previous")
    page.go_back()
    expect(page.locator("#chip-value-period")).to_have_text("Last 28 days")


def test_a_chip_works_from_the_keyboard(page: Page) -> None:
    page.focus("#chip-compare")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#chip-value-compare")).to_have_text("52 weeks before")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "chip-compare"


def test_a_bad_address_is_told_and_the_page_stands(page: Page) -> None:
    page.goto("/service-levels/?period=soon")
    expect(page.locator("#problem-period")).to_contain_text("'soon' is not a period")
    expect(page.locator("#chip-value-period")).to_have_text("Last 28 days")


def test_panels_that_nobody_has_drawn_follow_the_page(page: Page, settings: Settings) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    settings.FIRST_ANSWER_S = 0
    page.goto("/service-levels/?period=last-7-days&tab=resolution")
    expect(page.locator("#title-hours")).to_have_text("By hour of the week")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(page.locator("h2[id^=title-]")).to_have_count(11)
    page.click("#chip-period")
    page.get_by_label("Last 28 days").check()
    expect(page).to_have_url("/service-levels/?period=last-28-days&compare=previous&tab=resolution")
    expect(page.locator("h2[id^=title-]")).to_have_count(11)
    assert errors == []


def test_figures_that_cannot_be_fetched_are_told(page: Page) -> None:
    expect(page.locator("#unanswered")).to_be_hidden()
    page.route("**/service-levels/?*period=last-7-days*", lambda route: route.abort())
    page.click("#chip-period")
    page.get_by_label("Last 7 days").check()
    expect(page.locator("#unanswered")).to_have_text("What you asked for could not be fetched. Try again")


def test_on_a_phone_the_pages_are_in_a_menu(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    links = page.locator("#rail-pages").get_by_role("link")
    assert links.count() == 0
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Backlog").click()
    expect(page).to_have_url("/backlog/")
