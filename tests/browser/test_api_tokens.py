"""An API token in a real browser: made, shown once, good for what it may, revoked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import ApiToken, User
from ops_dashboard.people.roles import Role
from tests.accessibility import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_token_is_made_shown_once_works_and_is_revoked(sign_in: Callable[..., Page]) -> None:
    User.objects.create(username="erin", role=Role.ANALYST)
    page = sign_in(User.objects.create(username="adam", role=Role.ADMIN))
    page.goto("/tokens/")
    expect(page.get_by_text("No token yet.")).to_be_visible()
    page.get_by_label("What uses it").fill("Weekly sheet")
    page.get_by_label("Acts for").select_option(label="erin")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("alert")).to_have_text("This field is required.")
    assert faults(page) == []
    page.get_by_label("Read figures", exact=True).check()
    page.get_by_role("button", name="Make token").click()
    secret = page.locator(".token-secret").inner_text()
    assert faults(page) == []

    plain = page.context.browser.new_context(base_url=page.url)  # type: ignore[union-attr]
    bearer = {"Authorization": f"Bearer {secret}"}
    assert plain.request.get("/api/v1/metrics/").status == 401
    assert plain.request.get("/api/v1/metrics/", headers=bearer).status == 200
    assert plain.request.get("/api/v1/tickets/", headers=bearer).status == 403

    page.goto("/tokens/")
    expect(page.locator("main")).not_to_contain_text(secret)
    expect(page.get_by_role("row", name="Weekly sheet")).to_contain_text("in use")
    page.get_by_role("button", name="Revoke Weekly sheet").click()
    expect(page.locator(".message")).to_have_text("Weekly sheet is revoked.")
    expect(page.get_by_role("row", name="Weekly sheet")).to_contain_text("revoked")
    assert plain.request.get("/api/v1/metrics/", headers=bearer).status == 401
    assert ApiToken.objects.get().revoked_at is not None
    plain.close()
