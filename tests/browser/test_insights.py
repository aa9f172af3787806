"""The loop in a real browser: from an alarm to a shipped ask and the digest that tells of it."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from insights import alarms, reading
from insights.counting import Daily
from insights.models import Ask, Insight
from insights.weeks import due_weeks
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations
from tests.insights.building import contacts, give, make_themes, settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> dict[str, User]:
    """An analyst and a partner of Payments; payouts have risen and an alarm is open."""
    themes, last = make_themes(), today() - timedelta(days=1)
    give(themes["payouts"], last, 12, text="Where is my payout")
    contacts(last, 40)
    settle()
    counts = np.full((1, 200), 5)
    counts[0, -1] = 40
    alarms.record(Daily(last - timedelta(days=199), (themes["payouts"].id,), counts, np.full(200, 500)))
    partner = User.objects.create(username="pat", role=Role.PARTNER, product_areas=["payments"], email="p@example.test")
    reading.subscribe(partner.pk, "payments")
    return {"erin": User.objects.create(username="erin", role=Role.ANALYST), "pat": partner}


def test_from_an_alarm_to_the_digest_that_tells_what_became_of_it(
    sign_in: Callable[..., Page], people: dict[str, User]
) -> None:
    page = sign_in(people["erin"])
    page.goto("/emerging/")
    page.get_by_role("button", name="Open its insight").click()
    page.get_by_label("Claim").fill("Payouts are late since Monday")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message")).to_have_text("Saved.")
    page.get_by_text("Choose from").click()
    page.get_by_role("button", name="Quote this").first.click()
    expect(page.get_by_role("button", name="Take away")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".message")).to_contain_text("Published")
    page.get_by_text("Put an ask").click()
    page.get_by_label("What do we ask?").fill("Roll back 34.2?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".message")).to_have_text("Asked.")
    Ask.objects.update(opened_at=Ask.objects.get().opened_at - timedelta(days=9))

    page = sign_in(people["pat"])
    page.goto("/asks/")
    page.locator("summary", has_text="Accept").click()
    page.get_by_role("button", name="Accept this ask").click()
    expect(page.get_by_text("Accepted: Roll back 34.2?")).to_be_visible()
    page.locator("summary", has_text="It shipped").click()
    page.get_by_role("button", name="Say it shipped").click()
    expect(page.get_by_text("Shipped: Roll back 34.2?")).to_be_visible()

    page = sign_in(people["erin"])
    week = due_weeks(today()) + timedelta(days=7)
    year, number, _ = week.isocalendar()
    page.goto(f"/digests/{year}-W{number:02}/payments/edit/")
    page.get_by_label("Headline").fill("Payouts are mended")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text("goes out to 1 reader")).to_be_visible()

    page = sign_in(people["pat"])
    page.goto("/digests/")
    page.get_by_role("link", name=f"{year}-W{number:02}").click()
    expect(page.get_by_role("heading", name="Payouts are mended")).to_be_visible()
    status = page.locator(".letter-ask", has_text="Roll back 34.2?")
    expect(status).to_contain_text("shipped")
    page.get_by_role("button", name="Useful", exact=True).click()
    expect(page.get_by_text("Thank you, noted.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    sign_in: Callable[..., Page], people: dict[str, User], scheme: str
) -> None:
    page = sign_in(people["erin"])
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    insight = Insight.objects.get()
    paths = (
        "/emerging/",
        "/insights/",
        f"/insights/{insight.pk}/",
        "/insights/new/",
        "/asks/",
        "/programs/",
        "/digests/",
    )
    for path in paths:
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        page.set_viewport_size({"width": 390, "height": 900})
        page.reload()  # charts follow a change of width a little later
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.set_viewport_size({"width": 1440, "height": 900})
