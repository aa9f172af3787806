"""An open dashboard moves by itself: figures change under the reader's eyes, and nothing else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from ops_dashboard.metrics import rollup
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.metrics.facts import add_ticket, make_teams, record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_context")]

MINUTE_MS = 61_000
TODAY = "/?period=today&compare=off"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    come(1)
    page = sign_in(User.objects.create(username="carol", role=Role.MANAGER))
    page.clock.install()
    page.goto(TODAY)
    page.evaluate("window.isTheSamePage = true")
    return page


def come(number: int) -> None:
    """A ticket that was created just now, counted."""
    team, *_ = make_teams(1)
    record(add_ticket(number, created_at=timezone.now() - timedelta(seconds=1), team=team.pk))
    rollup.refill()


def created(page: Page) -> Locator:
    return page.locator("#part-figures .figure", has_text="Tickets created").locator(".figure-value")


def minute(page: Page) -> None:
    page.clock.run_for(MINUTE_MS)


def test_a_figure_changes_without_the_page_being_opened_again(page: Page) -> None:
    expect(created(page)).to_have_text("1")
    page.evaluate("scrollTo(0, 300)")
    come(2)
    minute(page)
    expect(created(page)).to_have_text("2")
    expect(page.locator("#part-panel-today .figure").first.locator(".figure-value")).to_have_text("2")
    expect(page.locator("#part-panel-created .js-plotly-plot")).to_have_count(1)
    expect(page).to_have_url(TODAY)
    assert page.evaluate("window.isTheSamePage") is True
    assert page.evaluate("[scrollY, document.activeElement === document.body]") == [300, True]
    come(3)
    minute(page)
    expect(created(page)).to_have_text("3")


def test_it_can_be_paused_by_keyboard_and_goes_on_where_it_was_left(page: Page) -> None:
    page.locator("#pause").focus()
    page.keyboard.press("Enter")
    resume = page.get_by_role("button", name="Look again every minute")
    expect(resume).to_be_focused()
    come(2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    minute(page)
    assert asked == []
    page.reload()
    expect(created(page)).to_have_text("2")
    come(3)
    resume.click()
    expect(created(page)).to_have_text("3")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    come(4)
    minute(page)
    expect(created(page)).to_have_text("4")


def test_a_tab_that_nobody_sees_asks_when_it_is_seen_again(page: Page) -> None:
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    come(2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    minute(page)
    assert asked == []
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(created(page)).to_have_text("2")


def test_what_a_reader_is_in_the_middle_of_is_left_alone(page: Page) -> None:
    page.goto("/backlog/?period=today&compare=off")
    by_team = page.locator("#part-panel-cut")
    page.locator("#part-panel-level summary").click()
    by_team.locator("[data-sort]").first.click()
    figure = page.locator("#part-figures .figure-value a").first
    page.locator("#part-figures .info").first.focus()
    page.keyboard.press("Tab")
    expect(figure).to_be_focused()
    come(2)
    minute(page)
    expect(by_team.locator("td.number").first).to_have_text("2")
    expect(by_team.locator("th").first).to_have_attribute("aria-sort", "ascending")
    assert page.locator("#part-panel-level details").evaluate("details => details.open") is True
    expect(figure).to_be_focused()
    expect(figure).to_have_text("1")
    page.evaluate("document.activeElement.blur()")
    minute(page)
    expect(figure).to_have_text("2")


def test_other_filters_are_looked_at_from_then_on(page: Page, settings: Settings) -> None:
    settings.FIRST_ANSWER_S = 0
    page.goto("/service-levels/?period=today&compare=off&tab=resolution")
    page.clock.run_for(1_000)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.click("#chip-period")
    page.get_by_label("This week so far").check()
    page.clock.run_for(1_000)
    expect(page).to_have_url("/service-levels/?period=this-week&compare=off&tab=resolution")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    with page.expect_response(lambda answer: "&again=" in answer.url) as told:
        minute(page)
    assert "period=this-week" in told.value.url and "panel-hours." in told.value.url
    expect(page.locator("h2[id^=title-]")).to_have_count(11)
    expect(page.locator("#unanswered")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_after_it_has_moved(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    come(2)
    minute(page)
    expect(created(page)).to_have_text("2")
    page.clock.resume()
    assert violations(page) == []
