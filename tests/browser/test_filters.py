"""The filter bar: what is chosen lands in the address and comes back from it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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


def test_on_a_phone_the_pages_are_in_a_menu(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    links = page.locator("#rail-pages").get_by_role("link")
    assert links.count() == 0
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Backlog").click()
    expect(page).to_have_url("/backlog/")
