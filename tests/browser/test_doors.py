"""Ways in and out in a real browser: signing in, a welcome, another password, leaving a list by its letter."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page, expect

from insights import reading
from insights.mailing import unsubscribe_token
from insights.models import Area, Subscription
from ops_dashboard.people import accounts
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from ops_dashboard.people.throttle import PER_ACCOUNT
from tests.accessibility import faults

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD, BETTER = "four unrelated words here", "quite another set of words"


@pytest.fixture
def carol() -> User:
    cache.clear()
    return User.objects.create_user("carol", password=PASSWORD, role=Role.MANAGER)


def give_name(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_told_and_the_right_one_leads_to_the_page_that_was_wanted(
    browser_page: Page, carol: User
) -> None:
    page = browser_page
    page.goto("/catalogue/?q=reply")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    give_name(page, "a guess")
    expect(page.get_by_role("alert")).to_contain_text("That name and password do not match.")
    expect(page.get_by_label("Username")).to_have_value("carol")
    expect(page.get_by_label("Password")).to_have_value("")
    assert faults(page) == []
    give_name(page, PASSWORD)
    expect(page.get_by_role("heading", name="Catalogue")).to_be_visible()
    expect(page).to_have_url("/catalogue/?q=reply")
    page.get_by_role("button", name="Sign out carol").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/catalogue/")
    expect(page).to_have_url("/sign-in/?next=/catalogue/")


def test_after_too_many_guesses_one_is_told_to_wait(browser_page: Page, carol: User) -> None:
    for n in range(PER_ACCOUNT):
        Client().post("/sign-in/", {"username": "carol", "password": f"guess {n}"})
    browser_page.goto("/sign-in/")
    give_name(browser_page, PASSWORD)
    expect(browser_page.get_by_role("alert")).to_contain_text("Too many attempts. Wait a quarter of an hour")
    browser_page.goto("/password/")
    expect(browser_page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_page_of_another_site_is_not_gone_to_after_signing_in(browser_page: Page, carol: User) -> None:
    browser_page.goto("/sign-in/?next=https://example.test/")
    give_name(browser_page, PASSWORD)
    expect(browser_page).to_have_url("/")


def test_a_welcome_lets_one_choose_a_password_once(browser_page: Page) -> None:
    page = browser_page
    cache.clear()
    user = accounts.create("carol", accounts.Access(role=Role.MANAGER), by="adam")
    link = accounts.one_time_path(user, by="adam")
    page.goto(link)
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password confirmation").fill("short")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 12 characters")
    assert faults(page) == []
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    give_name(page, PASSWORD)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    for dead in (link, "/welcome/MQ/spent-link/"):
        page.goto(dead)
        expect(page.get_by_role("heading", name="This link is used up")).to_be_visible()
    assert faults(page) == []


def test_another_password_ends_every_other_session(sign_in: Callable[..., Page], carol: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(carol)
    page = sign_in(carol)
    page.goto("/password/")
    assert faults(page) == []
    page.get_by_label("Old password").fill("a guess")
    page.get_by_label("New password", exact=True).fill(BETTER)
    page.get_by_label("New password confirmation").fill(BETTER)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("alert")).to_contain_text("Your old password was entered incorrectly.")
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(BETTER)
    page.get_by_label("New password confirmation").fill(BETTER)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert elsewhere.get("/").status_code == 302
    carol.refresh_from_db()
    assert carol.check_password(BETTER)


def test_a_letter_s_reader_leaves_its_list_without_signing_in_and_comes_back(browser_page: Page) -> None:
    page = browser_page
    pat = User.objects.create(username="pat", role=Role.PARTNER, product_areas=["payments"])
    Area.objects.get_or_create(slug="payments", defaults={"name": "Payments"})
    reading.subscribe(pat.pk, "payments")
    page.goto(f"/digests/unsubscribe/{unsubscribe_token(pat.pk, 'payments')}/")
    expect(page.get_by_role("heading", name="Leave the Payments digest?")).to_be_visible()
    assert Subscription.objects.get().is_active  # a mail program that looks ahead leaves nothing
    assert faults(page) == []
    page.get_by_role("button", name="Leave this list").click()
    expect(page.get_by_role("heading", name="You left the Payments digest.")).to_be_visible()
    assert not Subscription.objects.get().is_active
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_role("button", name="Leave this list")).to_be_visible()
    assert Subscription.objects.get().is_active
