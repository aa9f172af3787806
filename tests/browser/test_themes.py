"""The themes in a real browser: a merge looked at, made and told; the pages accessible on a phone and a desk."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from insights import facts
from insights.models import Feedback, TagRule
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.insights.building import give, make_themes, noon

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_theme_is_merged_after_a_look_at_what_it_does(sign_in: Callable[..., Page]) -> None:
    themes = make_themes()
    give(themes["refunds"], date(2026, 3, 2), 3)
    give(themes["payouts"], date(2026, 3, 2), 5)
    facts.rebuild(Feedback.objects.values_list("id", flat=True))
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/themes/")
    page.get_by_role("link", name="Refunds").click()
    page.get_by_text("Merge", exact=True).click()
    page.locator("#id_merge-into").select_option(label="Payouts")
    page.locator("form", has=page.locator("#id_merge-into")).get_by_role("button").click()
    expect(page.locator("tbody tr").nth(0)).to_contain_text("Refunds30no longer offered")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("Payouts58")
    page.get_by_role("button", name="Merge").click()
    expect(page.locator(".message")).to_have_text("The themes are at version 2.")
    expect(page.locator("#main")).to_contain_text("counts under Payouts")
    expect(page.locator(".theme-history")).to_contain_text("Merged: Refunds, into Payouts")


def test_a_rule_is_saved_after_a_look_at_what_it_matches(sign_in: Callable[..., Page]) -> None:
    themes = make_themes()
    yesterday = today() - timedelta(days=1)
    give(themes["payouts"], yesterday, 2, text="It came late")
    Feedback.objects.create(source="reviews", ref="u1", occurred_at=noon(yesterday), text="Late again")
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/themes/{themes['payouts'].pk}/")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Words", exact=True).fill("late, overdue")
    page.get_by_label("Of these words").select_option(label="Any of them")
    page.get_by_role("button", name="See what it matches").click()
    expect(page.locator("#matches")).to_have_text("3 of 3 messages of the last 28 days")
    expect(page.locator(".theme-count")).to_have_text(["2", "1", "0"])
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tbody tr")).to_contain_text("late, overdue")
    page.get_by_role("button", name="End the rule late, overdue").click()
    expect(page.locator("tbody tr")).to_contain_text("ended")
    expect(page.get_by_role("button", name="Use the rule late, overdue again")).to_be_visible()


def test_the_pages_are_accessible_and_do_not_scroll_sideways(sign_in: Callable[..., Page]) -> None:
    themes = make_themes()
    rule = TagRule.objects.create(theme=themes["gifts"], words="gift, lost in the post, never came at all")
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    for width, scheme in ((390, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in (
            "/themes/", f"/themes/{themes['gifts'].pk}/", "/themes/new/", "/themes/rules/", "/themes/rules/new/",
            f"/themes/rules/{rule.pk}/",
        ):  # fmt: skip
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, path)
            assert violations(page) == []
