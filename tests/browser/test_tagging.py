"""The tagging desk in a real browser, by the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.insights.building import make_themes
from tests.insights.tagging import said, suggest, tags

pytestmark = pytest.mark.django_db(transaction=True)


def test_feedback_is_tagged_skipped_searched_and_undone_by_single_keys(sign_in: Callable[..., Page]) -> None:
    themes = make_themes()
    unsure, surer, last = said("Where is it?"), said("My payout is late"), said("It is late", minutes=-1)
    for feedback, confidence in ((unsure, 0.41), (surer, 0.83)):
        suggest(feedback, themes["payouts"], confidence)
        suggest(feedback, themes["refunds"], 0.1)
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/tagging/")
    text, done = page.locator(".tagging-text"), page.locator(".tagging-progress")
    expect(text).to_contain_text("Where is it?")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#tagging-keys")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("2")
    expect(text).to_contain_text("My payout is late")
    expect(page.locator(".message")).to_have_text("Tagged: Refunds.")
    expect(done).to_contain_text("1 done today")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("u")
    expect(text).to_contain_text("Where is it?")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("x")
    expect(text).to_contain_text("My payout is late")
    expect(page.locator("[data-key='1']")).to_be_focused()
    page.keyboard.press("s")
    expect(text).to_contain_text("It is late")
    expect(page.locator("[data-act='tag']")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator("[data-act='tag']")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("Gifts")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_contain_text("Nothing left to tag.")
    assert tags(last) == {("erin", "gifts", "accepted")}
    assert {state for name, _, state in tags(unsure) if name == "erin"} == {"rejected"}


def test_the_desk_is_accessible_and_does_not_scroll_sideways(sign_in: Callable[..., Page]) -> None:
    themes = make_themes()
    suggest(said("Where is my payout? " * 20 + "x" * 200), themes["payouts"], 0.41)
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    for width, scheme in ((390, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in ("/tagging/", "/tagging/bulk/?q=payout"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, path)
            assert violations(page) == []
