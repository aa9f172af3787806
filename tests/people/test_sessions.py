"""How long a sign-in lasts."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from ops_dashboard.people.tasks import clear_sessions

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words here"


@pytest.fixture
def client() -> Client:
    cache.clear()
    User.objects.create_user("carol", password=PASSWORD, role=Role.MANAGER)
    client = Client()
    client.post("/sign-in/", {"username": "carol", "password": PASSWORD})
    return client


def look(client: Client, minutes: float) -> int:
    with travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        return client.get("/password/").status_code


def test_one_that_is_used_lasts_on_and_one_that_is_left_alone_ends(client: Client) -> None:
    assert [look(client, minutes) for minutes in (50, 100, 150, 211)] == [200, 200, 200, 302]
    assert not Session.objects.exists()


def test_none_lasts_longer_than_half_a_day(client: Client) -> None:
    assert {look(client, minutes) for minutes in range(30, 720, 30)} == {200}
    assert look(client, 721) == 302


def test_an_installation_may_do_without_the_first_limit(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SESSION_IDLE_S = 0
    assert (look(client, 700), look(client, 721)) == (200, 302)


def test_reading_on_writes_nothing_for_five_minutes(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # the session, the user
        look(client, 4)


def test_what_has_run_out_is_forgotten(client: Client) -> None:
    assert Session.objects.count() == 1
    with travel(timezone.now() + timedelta(hours=13), tick=False):
        clear_sessions()
    assert Session.objects.count() == 0


def test_a_new_password_ends_every_other_session(client: Client) -> None:
    other = Client()
    other.post("/sign-in/", {"username": "carol", "password": PASSWORD})
    new = "four other words instead"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password/", form).status_code == 302
    assert (client.get("/password/").status_code, other.get("/password/").status_code) == (200, 302)
