"""The page of feedback in a real browser: search, pages, no fault of access, nothing wider than a phone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from insights.feedback_intake import Told, record, source_of
from insights.models import FeedbackSource
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    """Erin's page; fifty voices, one of them about sound."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    texts = [f"video {n} does not load" for n in range(49)] + ["no sound\n<b>at all</b> " + "w" * 300]
    told = [
        Told(ref=str(n), at=start + timedelta(minutes=n), text=text, channel="email") for n, text in enumerate(texts)
    ]
    record(source_of("reviews", name="Reviews", kind=FeedbackSource.Kind.FILE), told)
    return sign_in(User.objects.create(username="erin", role=Role.ANALYST))


def test_words_narrow_the_list_and_land_in_the_address(page: Page) -> None:
    page.goto("/feedback/")
    expect(page.get_by_role("heading", name="50 pieces of feedback")).to_be_visible()
    page.get_by_role("searchbox", name="Words").fill("sound")
    page.get_by_role("searchbox", name="Words").press("Enter")
    expect(page.get_by_role("heading", name="1 piece of feedback")).to_be_visible()
    expect(page.locator(".voice bdi")).to_contain_text("<b>at all</b>")
    expect(page).to_have_url(re.compile(r"/feedback/\?q=sound(&period=)?$"))


def test_pages_are_turned(page: Page) -> None:
    page.goto("/feedback/")
    expect(page.locator(".voice")).to_have_count(40)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".voice")).to_have_count(10)


def test_it_is_accessible_and_fits_a_phone(page: Page) -> None:
    page.goto("/feedback/")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
