"""Saved views in a browser: kept, marked, opened and given up, by mouse, by keyboard and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from ops_dashboard.metrics import saved_views
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Question
from ops_dashboard.metrics.saved_views import Terms
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)

LEVELS = "/service-levels/"
WEEK = "period=last-7-days&compare=previous"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    carol = User.objects.create(username="carol", role=Role.MANAGER)
    saved_views.save(carol, "service-levels", Question("period=today&compare=off"), Terms("Today", is_shared=True))
    return sign_in(User.objects.create(username="erin", role=Role.ANALYST))


def save(page: Page, name: str) -> None:
    page.click("#chip-views")
    if not page.locator("#menu-views .save form").is_visible():
        page.get_by_text("Save this view…").click()
    page.locator("#menu-views .save").get_by_label("Name").fill(name)
    page.locator("#menu-views .save").get_by_role("button", name="Save").click()


def test_a_view_is_saved_marked_opened_and_given_up(page: Page) -> None:
    page.goto(f"{LEVELS}?{WEEK}")
    save(page, "The week")
    expect(page.get_by_role("status").filter(has_text="“The week” is saved.")).to_be_visible()
    expect(page.locator("#chip-views")).to_have_text("Views The week")
    page.click("#chip-period")
    page.locator("#menu-period").get_by_label("Last 8 weeks").check()
    expect(page.locator("#chip-views")).to_have_text("Views")
    page.click("#chip-views")
    expect(page.locator("#menu-views [aria-current]")).to_have_count(0)
    page.get_by_role("link", name="The week").click()
    expect(page).to_have_url(f"{LEVELS}?{WEEK}")
    page.click("#chip-views")
    expect(page.locator("#menu-views [aria-current]")).to_have_text("The week")
    page.locator("#menu-views summary", has_text="Change The week").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status").filter(has_text="“The week” is deleted.")).to_be_visible()
    expect(page).to_have_url(f"{LEVELS}?{WEEK}")
    assert [view.name for view in SavedView.objects.all()] == ["Today"]


def test_what_the_filters_ask_now_is_what_is_saved(page: Page) -> None:
    page.goto(LEVELS)
    page.click("#chip-period")
    page.locator("#menu-period").get_by_label("Last 7 days").check()
    expect(page).to_have_url(f"{LEVELS}?{WEEK}")
    save(page, "The week")
    expect(page.locator("#chip-views")).to_have_text("Views The week")
    assert SavedView.objects.get(name="The week").querystring == WEEK


def test_a_name_that_is_taken_is_asked_about(page: Page) -> None:
    page.goto(f"{LEVELS}?{WEEK}")
    save(page, "Mine")
    page.goto("/service-levels/?period=today")
    save(page, "Mine")
    expect(page.get_by_role("alert")).to_contain_text("You have a view “Mine” of this page already.")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Replace it").click()
    expect(page.locator("#chip-views")).to_have_text("Views Mine")
    expect(page).to_have_url("/service-levels/?period=today&compare=previous")


def test_everything_works_from_the_keyboard(page: Page) -> None:
    page.goto("/tickets/?sort=due")
    page.focus("#chip-views")
    press(page, "Enter", "Tab", "Tab", "Tab")
    page.keyboard.type("Due soonest")
    press(page, "Tab", "Tab", "Space", "Tab", "Enter")
    expect(page.locator("#chip-views")).to_have_text("Views Due soonest")
    page.goto("/tickets/?sort=updated")
    page.goto("/tickets/")
    expect(page).to_have_url("/tickets/?sort=due")
    page.focus("#chip-views")
    press(page, "Enter", "Tab", "Enter")
    expect(page).to_have_url("/tickets/?sort=created")
    page.focus("#chip-views")
    press(page, "Enter", "Tab", "Tab", "Tab", "Enter", "Tab")
    page.keyboard.type("Soon")
    press(page, "Enter")
    expect(page.get_by_role("status").filter(has_text="“Soon” is changed.")).to_be_visible()
    page.focus("#chip-views")
    press(page, "Enter", "Escape")
    assert page.evaluate("document.activeElement.id") == "chip-views"
    press(page, "Enter", "Tab", "Tab", "Tab", "Enter", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
    expect(page.get_by_role("status").filter(has_text="“Soon” is deleted.")).to_be_visible()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_it_works_without_scripts(page: Page, browser: Browser, live_server: LiveServer) -> None:
    plain = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    try:
        bare = plain.new_page()
        bare.goto(f"{LEVELS}?{WEEK}")
        save(bare, "The week")
        expect(bare.locator("#chip-views")).to_have_text("Views The week")
        bare.click("#chip-views")
        bare.get_by_role("link", name="Today by carol").click()
        expect(bare).to_have_url(f"{LEVELS}?period=today&compare=off")
    finally:
        plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_the_open_menu_and_it_fits(page: Page, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{LEVELS}?{WEEK}")
    save(page, "Every letter of a name that is as long as it may be: sixty!")
    page.click("#chip-views")
    page.locator("#menu-views summary", has_text="Change Every letter").click()
    assert violations(page) == []
    box = page.locator("#menu-views").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
