"""Under the strict policy pages draw, stay quiet and stay at home, in both themes and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("/patterns/", "/", "/service-levels/", "/backlog/")
STRICT = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def analyst(sign_in: Callable[..., Page]) -> Page:
    """A signed-in page; `browser_page` fails for refusals, script errors and requests elsewhere."""
    return sign_in(User.objects.create(username="erin", role=Role.ANALYST))


@pytest.fixture
def errors(analyst: Page) -> list[str]:
    """What the console called an error."""
    told: list[str] = []
    analyst.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    return told


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_strict_and_leaves_the_console_empty(analyst: Page, errors: list[str], path: str) -> None:
    response = analyst.goto(path)
    analyst.wait_for_load_state("networkidle")
    assert response is not None and response.status == 200
    assert set(response.headers["content-security-policy"].split("; ")) == STRICT
    assert errors == []


def test_charts_are_drawn_and_hover_words_appear(analyst: Page, errors: list[str]) -> None:
    analyst.goto("/patterns/")
    analyst.wait_for_selector("[data-chart] .main-svg")
    assert analyst.locator("[data-chart] .main-svg").count() >= 6
    analyst.locator("[data-chart]").first.hover(position={"x": 300, "y": 120})
    analyst.wait_for_selector(".hoverlayer .hovertext")
    analyst.locator("[data-theme-button]").click()  # they are drawn anew
    assert errors == []


def test_plotlys_rules_come_from_the_static_sheet(analyst: Page) -> None:
    analyst.goto("/patterns/")
    analyst.wait_for_selector("[data-chart] .main-svg")
    place = analyst.eval_on_selector("[data-chart] .main-svg", "element => getComputedStyle(element).position")
    assert place == "absolute"
    assert analyst.locator("style").count() == 0


def test_no_chart_offers_to_send_its_figure_away(analyst: Page) -> None:
    analyst.goto("/patterns/")
    analyst.wait_for_selector("[data-chart] .main-svg")
    assert analyst.locator(".modebar-btn").count() == 0
    config = analyst.eval_on_selector("[data-chart]", "({_context: c}) => [c.showSendToCloud, c.plotlyServerURL]")
    assert config == [False, ""]


def test_charts_take_their_colours_from_the_theme_they_stand_in(analyst: Page) -> None:
    analyst.goto("/patterns/")
    analyst.wait_for_selector("#main .themed:last-child [data-chart] .main-svg")
    light, dark = (
        analyst.eval_on_selector(
            f'[data-theme="{theme}"] [data-chart]', "e => e.data.find(t => t.meta === 'now').line.color"
        )
        for theme in ("light", "dark")
    )
    assert (light, dark) == ("rgb(36, 86, 201)", "rgb(122, 165, 255)")


def test_the_theme_button_goes_round_and_is_remembered(analyst: Page) -> None:
    analyst.goto("/backlog/")
    button = analyst.locator("[data-theme-button]")
    seen = []
    for _ in range(3):
        button.click()
        seen.append(button.get_attribute("data-chosen"))
    assert seen == ["light", "dark", "system"]
    button.click()
    button.click()
    analyst.reload()
    assert analyst.locator("html").get_attribute("data-theme") == "dark"


def test_the_key_t_shows_and_hides_the_rows_of_charts(analyst: Page) -> None:
    analyst.goto("/patterns/")
    rows = analyst.locator("details.chart-rows")
    analyst.keyboard.press("t")
    assert rows.evaluate_all("all => all.every(one => one.open)")
    analyst.keyboard.press("t")
    assert rows.evaluate_all("all => all.every(one => !one.open)")


def test_a_head_sorts_its_column(analyst: Page) -> None:
    analyst.goto("/patterns/")
    panel = analyst.locator(".panel").filter(has=analyst.get_by_role("heading", name="By team", exact=True)).first
    table = panel.locator("table.rows")
    table.get_by_role("button", name="n", exact=True).click()
    first = table.locator("tbody th").first
    assert first.inner_text() == "Privacy requests"
    table.get_by_role("button", name="n", exact=True).click()
    assert first.inner_text() == "Technical issues"


@pytest.mark.parametrize("width", [320, 390, 1000, 2560])
def test_no_page_scrolls_sideways(analyst: Page, width: int) -> None:
    analyst.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        analyst.goto(path)
        assert analyst.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(analyst: Page, path: str, scheme: str) -> None:
    analyst.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    analyst.goto(path)
    analyst.wait_for_load_state("networkidle")
    assert violations(analyst) == []


def test_the_skip_link_comes_first_and_leads_to_the_content(analyst: Page) -> None:
    analyst.goto("/patterns/")
    analyst.keyboard.press("Tab")
    assert analyst.evaluate("document.activeElement.className") == "skip"
    analyst.keyboard.press("Enter")
    assert analyst.evaluate("document.activeElement.id") == "main"


def test_without_scripts_the_rows_stand_where_charts_would(analyst: Page) -> None:
    analyst.goto("/patterns/")
    address, browser = analyst.url, analyst.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=analyst.context.storage_state())
    plain = context.new_page()
    plain.goto(address)
    assert plain.locator(".chart-area").first.is_hidden()
    assert plain.locator("details.chart-rows table").first.is_visible()
    assert plain.locator("[data-theme-button]").is_hidden()
    context.close()
