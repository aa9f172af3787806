"""Signing in: guesses are slowed down, and every attempt leaves a trace without its password."""

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as BrokerGone

from ops_dashboard.people.models import AuditEntry, User
from ops_dashboard.people.roles import Role
from ops_dashboard.people.throttle import FROM_STRANGERS, PER_ACCOUNT, PER_ADDRESS, network

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words here"


@pytest.fixture(autouse=True)
def carol() -> User:
    cache.clear()
    return User.objects.create_user("carol", password=PASSWORD, role=Role.MANAGER)


def attempt(username: str, password: str, *, address: str = "192.0.2.7", client: Client | None = None) -> int:
    form = {"username": username, "password": password}
    return (client or Client()).post("/sign-in/", form, REMOTE_ADDR=address).status_code


def trail() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("actor", "action"))


def test_the_right_password_signs_in_and_is_recorded() -> None:
    client = Client()
    assert attempt("carol", PASSWORD, client=client) == 302
    assert client.get("/password/").status_code == 200
    assert trail() == [("carol", "signed_in")]


def test_the_wrong_one_does_not_and_is_recorded() -> None:
    client = Client()
    assert attempt("carol", "guess", client=client) == 422
    assert client.get("/password/").status_code == 302
    assert trail() == [("carol", "sign_in_failed")]


def test_a_name_that_nobody_has_is_not_kept_since_it_may_be_a_password() -> None:
    assert attempt("hunter2 hunter2", "x") == 422
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.detail) == ("(unknown)", "sign_in_failed", {"address": "192.0.2.7"})


def test_a_disabled_account_cannot_sign_in(carol: User) -> None:
    User.objects.filter(pk=carol.pk).update(is_active=False)
    assert attempt("carol", PASSWORD) == 422


def test_after_too_many_guesses_even_the_right_password_waits() -> None:
    assert [attempt("carol", f"guess {n}") for n in range(PER_ACCOUNT)] == [422] * PER_ACCOUNT
    assert attempt("Carol", PASSWORD) == 429
    assert trail()[-1] == ("(unknown)", "sign_in_throttled")
    assert attempt("carol", PASSWORD) == 429


def test_guesses_from_one_address_do_not_lock_the_owner_out_at_another() -> None:
    for n in range(PER_ACCOUNT + 1):
        attempt("carol", f"guess {n}", address="192.0.2.66")
    assert attempt("carol", PASSWORD, address="192.0.2.7") == 302


def test_one_address_cannot_try_many_names() -> None:
    statuses = [attempt(f"name{n}", "guess") for n in range(PER_ADDRESS + 1)]
    assert statuses == [422] * PER_ADDRESS + [429]


def test_an_office_behind_one_address_can_come_to_work() -> None:
    """Signing in counts for nothing there, nor does it buy a guess: after as many more, the next one waits."""
    guesses = [attempt(f"name{n}", "guess") for n in range(PER_ADDRESS - 1)]
    assert guesses == [422] * (PER_ADDRESS - 1)
    assert [attempt("carol", PASSWORD) for _ in range(5)] == [302] * 5
    assert [attempt("one more", "guess"), attempt("another", "guess")] == [422, 429]


def test_all_addresses_of_one_ipv6_network_are_one_guesser() -> None:
    statuses = [attempt("carol", "guess", address=f"2001:db8:0:7::{n:x}") for n in range(PER_ACCOUNT + 1)]
    assert statuses == [422] * PER_ACCOUNT + [429]
    assert attempt("carol", PASSWORD, address="2001:db8:0:8::1") == 302


@pytest.mark.parametrize(
    ("address", "holder"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_one_holder_has(address: str, holder: str) -> None:
    assert network(address) == holder


def test_a_flood_of_refusals_leaves_one_trace() -> None:
    for n in range(PER_ACCOUNT + 20):
        attempt("carol", f"guess {n}")
    assert [action for _, action in trail()] == ["sign_in_failed"] * PER_ACCOUNT + ["sign_in_throttled"]


def test_guesses_from_everywhere_are_counted_but_do_not_keep_the_owner_out() -> None:
    assert attempt("carol", PASSWORD, address="192.0.2.7") == 302  # an address that is known from now on
    left = FROM_STRANGERS - 1  # it was a stranger until then
    statuses = [attempt("carol", "guess", address=f"198.51.100.{n}") for n in range(left + 2)]
    assert statuses == [422] * left + [429] * 2
    assert attempt("carol", PASSWORD, address="203.0.113.1") == 429
    assert attempt("carol", PASSWORD, address="192.0.2.7") == 302


def test_a_stolen_session_cannot_guess_the_old_password(carol: User) -> None:
    client = Client()
    client.force_login(carol)
    new = {"new_password1": "another four words here", "new_password2": "another four words here"}
    statuses = [client.post("/password/", {"old_password": f"guess {n}", **new}) for n in range(PER_ACCOUNT)]
    assert {answer.status_code for answer in statuses} == {200}
    refused = client.post("/password/", {"old_password": PASSWORD, **new})
    assert refused.status_code == 429 and b"Too many attempts" in refused.content
    carol.refresh_from_db()
    assert carol.check_password(PASSWORD)
    assert trail() == [("carol", "password_change_failed")] * PER_ACCOUNT + [("carol", "sign_in_throttled")]


def test_a_new_password_is_chosen_with_the_old_one(carol: User) -> None:
    client = Client()
    client.force_login(carol)
    new = {"new_password1": "another four words here", "new_password2": "another four words here"}
    assert client.post("/password/", {"old_password": PASSWORD, **new}).status_code == 302
    assert attempt("carol", "another four words here") == 302
    assert trail() == [("carol", "password_changed"), ("carol", "signed_in")]


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "x" * 10_000])
def test_an_odd_name_is_nobodys(name: str) -> None:
    form = {"username": name.encode(errors="surrogatepass").decode("latin-1"), "password": "guess"}
    assert Client(raise_request_exception=True).post("/sign-in/", form).status_code == 422


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(target: str) -> None:
    form = {"username": "carol", "password": PASSWORD, "next": target}
    response = Client().post(f"/sign-in/?next={target}", form)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_session_from_before_is_not_the_session_after() -> None:
    client = Client()
    client.cookies["sessionid"] = "chosen-by-somebody-else"
    attempt("carol", PASSWORD, client=client)
    assert client.cookies["sessionid"].value != "chosen-by-somebody-else"


def test_signing_in_forgives_the_failures_before_it() -> None:
    for n in range(PER_ACCOUNT - 1):
        attempt("carol", f"guess {n}")
    assert attempt("carol", PASSWORD) == 302
    assert attempt("carol", "guess") == 422


def test_without_the_broker_guesses_cannot_be_counted_so_nobody_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*arguments: object, **options: object) -> None:
        raise BrokerGone

    monkeypatch.setattr("ops_dashboard.people.throttle.cache.add", gone)
    assert attempt("carol", PASSWORD) == 503


def test_signing_out_takes_a_post_and_ends_the_session() -> None:
    client = Client()
    attempt("carol", PASSWORD, client=client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/password/").status_code == 302
    assert trail() == [("carol", "signed_in"), ("carol", "signed_out")]


def test_a_forwarded_address_counts_only_behind_our_proxy(settings) -> None:  # type: ignore[no-untyped-def]
    def forwarded(address: str) -> str:
        Client().post("/sign-in/", {"username": "carol", "password": "x"}, HTTP_X_FORWARDED_FOR=address)
        return AuditEntry.objects.latest("id").detail["address"]

    assert forwarded("198.51.100.1") == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert forwarded("203.0.113.9, 198.51.100.1") == "198.51.100.1"
