"""The forecast pages in a real browser: choosing, events, the what-if, both themes, narrow screens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ops_dashboard.metrics import rollup
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.workforce.queues import fill, forecast, queue
from workforce.models import Event, OwedForecast, Queue

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = ("/forecast/", "/staffing/", "/forecast/queues/phone/")


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    """Petra's page; two queues with forecasts, an event in four days."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for slug, kind, columns in (
        ("phone", Queue.Kind.LIVE, {}),
        ("mail", Queue.Kind.DEFERRED, {"target_s": 8 * 3600}),
    ):
        made = queue(slug, kind, **columns)
        fill(made, until=midnight)
        forecast(made, midnight)
    on = (midnight + timedelta(days=4)).date()
    Event.objects.create(type="sale", label="Spring sale", start_on=on, known_since=midnight)
    return sign_in(User.objects.create(username="petra", role=Role.PLANNER))


def test_a_chosen_queue_lands_in_the_address_and_its_charts_are_drawn(page: Page) -> None:
    page.goto("/forecast/")
    expect(page.locator("[data-chart] .main-svg").first).to_be_visible()
    expect(page.locator(".legend .pin")).to_have_text(["A"])
    page.locator("form.bar select[name=queue]").select_option("mail")
    expect(page).to_have_url("/forecast/?queue=mail&day=" + timezone.now().date().isoformat())
    expect(page.locator(".panel-sentence", has_text="by deadline, shrinkage 27.8 % on top")).to_be_visible()
    expect(page.locator("[data-chart='chart-required'] .main-svg").first).to_be_visible()


def test_how_forecasts_turned_out_stands_beside_the_average_and_chance(page: Page) -> None:
    """The forecast of a week ago, held against the week that came."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    forecast(Queue.objects.get(slug="phone"), midnight - timedelta(days=7), horizon_days=14)
    rollup.refill()
    page.goto("/forecast/?queue=phone")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="How forecasts turned out"))
    expect(panel.locator(".figure")).to_have_count(5)
    expect(panel.locator("table", has_text="Eight-week average").first).to_contain_text("Chance alone")
    expect(panel.locator(".freshness")).to_contain_text("Data to")
    expect(panel.locator("[data-chart] .main-svg").first).to_be_visible()
    panel.get_by_role("button", name="What Forecast error by day means").click()
    expect(panel.get_by_text("Sum of absolute errors of whole days")).to_be_visible()


def test_a_forecast_that_is_asked_for_is_told_as_owed_until_it_stands(page: Page) -> None:
    """Of a queue last forecast a day ago: in the first half hour of a day the one of midnight would stand already."""
    yesterday = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    chat = queue("chat")
    fill(chat, until=yesterday)
    forecast(chat, yesterday)
    page.goto("/forecast/?queue=chat")
    page.get_by_role("button", name="Forecast again now").click()
    expect(page.locator(".owed")).to_contain_text("petra asked for it")
    assert OwedForecast.objects.get().asked_by == "petra"
    OwedForecast.objects.all().delete()
    expect(page.get_by_role("button", name="Forecast again now")).to_be_visible()  # it looks every five seconds


def test_an_event_is_added_removed_and_put_back(page: Page) -> None:
    page.goto("/forecast/?queue=phone")
    page.get_by_text("Add an event").click()
    page.get_by_label("What happens").fill("Video outage drill")
    page.get_by_label("Type").fill("drill")
    page.get_by_label("First day").fill((timezone.now() + timedelta(days=2)).date().isoformat())
    page.get_by_role("button", name="Add event").click()
    expect(page.get_by_role("status")).to_contain_text("Video outage drill is noted")
    page.get_by_role("button", name="Remove Video outage drill").click()
    page.get_by_text("Removed", exact=True).click()
    page.get_by_role("button", name="Put back Video outage drill").click()
    expect(page.get_by_role("button", name="Remove Video outage drill")).to_be_visible()


def test_the_what_if_answers_while_numbers_are_typed(page: Page) -> None:
    page.goto("/staffing/?occupancy=100")
    expect(page.locator("#answer [role=status]")).to_contain_text("14 people keep")
    page.get_by_label("Contacts an hour").fill("600")
    page.get_by_label("Handle time, seconds").fill("300")
    page.get_by_label("Handle time, seconds").blur()
    expect(page.locator("#answer [role=status]")).to_contain_text("57 people keep")
    assert "arrivals=600" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in PATHS:
        page.goto(path)
        assert (path, violations(page)) == (path, [])


@pytest.mark.parametrize("width", [320, 1000])
def test_no_page_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
