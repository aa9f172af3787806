"""The catalogue in a real browser: a metric is found by a word of what it means."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_metric_is_found_by_a_word_and_its_formula_is_told(sign_in: Callable[..., Page]) -> None:
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.goto("/catalogue/")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("one-touch")
    search.press("Enter")
    expect(page).to_have_url("/catalogue/?q=one-touch")
    entry = page.locator("article", has=page.get_by_role("heading", name="One-touch rate"))
    expect(entry).to_contain_text("one_touch_rate")
    expect(entry).to_contain_text("solves.")
    expect(page.get_by_role("heading", name="Tickets created")).to_have_count(0)
    assert faults(page) == []
    page.get_by_role("searchbox", name="Search").fill("no such word <b>")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("0 metrics with “no such word <b>”")).to_be_visible()
    page.locator("main").get_by_role("link", name="Show all").click()
    expect(page.get_by_role("heading", name="Tickets created")).to_be_visible()
