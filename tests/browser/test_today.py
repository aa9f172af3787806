"""Today in a real browser: it looks again by itself until it is paused."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.workforce.rostering import make_team
from tests.workforce.test_day import queue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    team, _ = make_team()
    for slug in ("phone", "chat"):
        queue(team, slug, now=timezone.now())
    return sign_in(User.objects.create(username="petra", role=Role.PLANNER))


def test_it_says_what_matters_and_shows_one_queue(page: Page) -> None:
    page.goto("/today/")
    expect(page.locator(".today-sentence")).to_contain_text(re.compile(r"\d agents? short"))
    page.locator("select[name=queue]").select_option("chat")
    expect(page.get_by_role("heading", name="Chat", exact=True)).to_be_visible()
    expect(page).to_have_url("/today/?queue=chat")
    expect(page.locator("#today .js-plotly-plot")).to_have_count(2)


@pytest.mark.usefixtures("own_context")
def test_it_looks_again_every_minute_until_paused(page: Page) -> None:
    page.clock.install()
    page.goto("/today/")
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.clock.run_for(61_000)
    page.get_by_role("link", name="Pause").click()
    expect(page).to_have_url("/today/?live=off")
    assert page.locator("#today[hx-trigger]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_today(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/today/")
    assert violations(page) == []


def test_today_does_not_scroll_sideways_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/today/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
