"""The roster in a real browser: keyboard, undo, publishing, and two planners at once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.workforce.rostering import MONDAY, OTHER, make_team, published, revision, shift, week
from workforce import rosters
from workforce.models import RosterVersion, Shift
from workforce.shift_changes import Told, moved

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = f"/roster/?week={MONDAY}&team=payments"


@pytest.fixture
def told() -> Told:
    """Ada works on Monday, as published; Ben on Tuesday."""
    team, agents = make_team()
    mine = shift(agents["ada"], MONDAY)
    published(team, mine, shift(agents["ben"], MONDAY + timedelta(days=1)))
    return mine


@pytest.fixture
def page(sign_in: Callable[..., Page], told: Told) -> Page:
    page = sign_in(User.objects.create(username="petra", role=Role.PLANNER))
    page.goto(ADDRESS)
    return page


def test_arrows_move_from_day_to_day_and_tab_reaches_one(page: Page) -> None:
    page.locator("[data-roster] td > a").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^Ben, Tue 24 Mar: 09:00–17:00"))
    page.keyboard.press("Home")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Ben, Mon 23 Mar: free")
    assert page.locator('[data-roster] a[tabindex="0"]').count() == 1


def test_a_shift_is_edited_from_the_keyboard_and_its_rules_are_told_in_place(page: Page) -> None:
    page.locator("[data-roster] td > a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#day-title")).to_be_focused()
    page.locator("#editor [name=start]").first.fill("06:00")
    page.keyboard.press("Enter")
    expect(page.locator("#editor")).to_contain_text("The shift of Ada on Mon 23 Mar is changed.")
    expect(page.locator("#editor")).to_contain_text("11 h long; the contract allows 10 h.")
    cell = page.locator("[data-roster] td > a").first
    expect(cell).to_have_text("06:00–17:00")
    expect(cell).to_have_attribute(
        "title", "11 h long; the contract allows 10 h. 11 h without a break; one is due after 6 h."
    )
    expect(page.locator("tr.group")).to_contain_text("Draft over a published week")
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()


def test_delete_removes_and_u_brings_back(page: Page, told: Told) -> None:
    cell = page.locator("[data-roster] td > a").first
    cell.focus()
    page.keyboard.press("Delete")
    expect(cell).to_have_text("")
    expect(page.locator("#roster-said")).to_have_text("Ada is off on Mon 23 Mar now.")
    assert not Shift.objects.filter(version__state="draft", key=told.key).exists()
    cell.focus()
    page.keyboard.press("u")
    expect(cell).to_have_text("09:00–17:00")
    expect(page.locator("#roster-said")).to_have_text("Undone.")
    page.keyboard.press("u")
    expect(page.locator("#roster-said")).to_have_text("You have nothing to undo in this week.")


def test_a_new_shift_is_added_and_the_week_published_after_a_look_at_what_changes(page: Page) -> None:
    page.get_by_role("link", name="Ben, Wed 25 Mar: free").click()
    page.locator("#editor [name=start]").fill("22:00")
    page.locator("#editor [name=end]").fill("06:00")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name="Ben, Wed 25 Mar: 22:00–06:00")).to_be_visible()
    page.get_by_role("link", name="Publish…").click()
    expect(page.get_by_role("heading", name="1 change")).to_be_visible()
    expect(page.locator("table.rows tbody tr")).to_have_text(["BenNewWed 25 Mar 22:00–06:00"])
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".message")).to_have_text("The week of 23 March is published for Payments.")
    assert RosterVersion.objects.published().get().published_by == "petra"


def test_who_comes_second_is_told_and_sees_the_shift_as_it_stands(page: Page, told: Told) -> None:
    page.locator("[data-roster] td > a").first.click()
    expect(page.locator("#editor h3")).to_have_text("09:00–17:00")
    team = RosterVersion.objects.get().team

    def later(shift: Told) -> Told:
        return moved(shift, to=shift.on + timedelta(days=3), agent=shift.agent, zone=shift.zone)

    rosters.change(week(team, scope=OTHER), told.key, seen=revision(told), act="times", by=later)
    page.locator("#editor [name=start]").first.fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#editor .problem-words").first).to_contain_text("Somebody has changed this shift")
    assert Shift.objects.get(version__state="draft", key=told.key).on == MONDAY + timedelta(days=3)


def test_an_activity_is_laid_over_a_part_of_the_shift(page: Page) -> None:
    page.locator("[data-roster] td > a").first.click()
    page.locator("#editor [name=activity]").select_option("training")
    page.locator("#editor form:has([name=activity]) [name=start]").fill("10:00")
    page.locator("#editor form:has([name=activity]) [name=end]").fill("12:00")
    page.get_by_role("button", name="Set activity").click()
    expect(page.locator("#editor .parts")).to_have_text("09:00–10:00 Work10:00–12:00 Training12:00–17:00 Work")


def test_an_agent_reads_own_shifts_and_gets_a_calendar_address(sign_in: Callable[..., Page], told: Told) -> None:
    user = User.objects.create(username="ada", role=Role.AGENT, agent_id=told.agent)
    page = sign_in(user)
    page.goto(f"/roster/?week={MONDAY}")
    expect(page.locator(".own-days li").first).to_contain_text("09:00–17:00")
    page.get_by_role("button", name="Make an address").click()
    address = page.locator("input[readonly]").input_value()
    answer = page.request.get(address)
    assert answer.ok
    assert answer.headers["content-type"].startswith("text/calendar")
    page.get_by_role("button", name="Stop it").click()
    assert page.request.get(address).status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_roster(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.locator("[data-roster] td > a").first.click()
    expect(page.locator("#day-title")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 1000])
def test_the_roster_does_not_scroll_the_page_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(ADDRESS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
