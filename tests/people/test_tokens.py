"""API tokens: shown once, kept as a digest, never more than their user, and ended at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ops_dashboard.people import throttle, tokens
from ops_dashboard.people.models import ApiToken, AuditEntry
from ops_dashboard.people.roles import SYSTEM, narrowed, scope_for
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

METRICS = "/api/v1/metrics/"
TICKETS = "/api/v1/tickets/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def make(cast: Cast, name: str = "erin", *rights: str, days: int = 30) -> tokens.Made:
    return tokens.make(
        cast.users[name], name="a program", rights=rights or ("sees_metrics",), days=days, by=cast.users["adam"]
    )


def ask(secret: str, url: str = METRICS, **more: Any) -> int:
    return Client().get(url, headers={"Authorization": f"Bearer {secret}"}, **more).status_code


def test_only_a_digest_is_kept(cast: Cast) -> None:
    made = make(cast)
    row = ApiToken.objects.values().get()
    assert made.secret.startswith("ops_")
    assert len(made.secret) == 47
    assert made.secret not in str(row)
    assert (row["hint"], len(row["digest"])) == (made.secret[:8], 64)


def test_a_token_opens_what_it_carries_and_nothing_else(cast: Cast) -> None:
    secret = make(cast, "erin", "sees_metrics").secret
    assert (ask(secret), ask(secret, TICKETS)) == (200, 403)
    secret = make(cast, "erin", "sees_tickets").secret
    assert (ask(secret), ask(secret, TICKETS)) == (403, 200)


def test_a_token_opens_no_page(cast: Cast) -> None:
    assert ask(make(cast).secret, "/catalogue/") == 302


def test_a_token_never_does_more_than_its_user_may_now(cast: Cast) -> None:
    secret = make(cast, "erin", "sees_metrics", "sees_tickets").secret
    cast.users["erin"].role = "planner"
    cast.users["erin"].save()
    assert (ask(secret), ask(secret, TICKETS)) == (200, 403)
    cast.users["erin"].is_active = False
    cast.users["erin"].save()
    assert ask(secret) == 401


def test_rows_stay_within_the_teams_of_the_user(cast: Cast) -> None:
    token = make(cast, "bob", "sees_tickets").token
    scope = tokens.scope_of(token)
    assert scope.teams == frozenset({cast.teams["team-a"].pk})
    assert (scope.sees_tickets, scope.sees_text, scope.sees_metrics) == (True, False, False)


def test_narrowing_adds_nothing() -> None:
    assert narrowed(SYSTEM, ["sees_metrics", "sees_audit"]).sees_metrics
    assert not narrowed(SYSTEM, ["sees_audit"]).sees_audit


@pytest.mark.parametrize("secret", ["", "ops_", "ops_" + "x" * 43, "x" * 10_000, "\udcff", "Bearer"])
def test_what_is_no_token_is_refused_even_beside_a_session(cast: Cast, secret: str) -> None:
    answer = cast.client("erin").get(METRICS, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_when_it_is_revoked_or_expires(cast: Cast) -> None:
    made = make(cast)
    assert ask(made.secret) == 200
    assert tokens.revoke(made.token, by=cast.users["adam"])
    assert ask(made.secret) == 401
    assert not tokens.revoke(made.token, by=cast.users["adam"])
    other = make(cast)
    ApiToken.objects.filter(pk=other.token.pk).update(
        made_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert ask(other.secret) == 401


@pytest.mark.parametrize(
    ("name", "rights", "days", "said"),
    [
        ("pat", ("sees_tickets",), 30, "pat may not do that: read tickets"),
        ("carol", ("sees_audit",), 30, "carol may not do that: sees_audit"),
        ("adam", ("may_configure",), 30, "adam may not do that: may_configure"),
        ("erin", (), 30, "without a right"),
        ("erin", ("sees_metrics",), 366, "1 to 365 days"),
        ("erin", ("sees_metrics",), 0, "1 to 365 days"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(
    cast: Cast, name: str, rights: tuple[str, ...], days: int, said: str
) -> None:
    with pytest.raises(tokens.BadToken, match=said):
        tokens.make(cast.users[name], name="a program", rights=rights, days=days, by=cast.users["adam"])
    assert not ApiToken.objects.exists()


def test_making_and_revoking_are_audited_without_the_secret(cast: Cast) -> None:
    made = make(cast)
    tokens.revoke(made.token, by=cast.users["adam"])
    subject = f"token {made.token.pk}"
    told = list(AuditEntry.objects.filter(subject=subject).order_by("id").values_list("actor", "action", "detail"))
    assert told == [
        ("adam", "token_made", {"user": "erin", "rights": ["sees_metrics"], "days": 30}),
        ("adam", "token_revoked", {"user": "erin"}),
    ]


def test_use_is_noted_to_the_minute(cast: Cast) -> None:
    made = make(cast)
    assert ApiToken.objects.get().last_used_at is None
    ask(made.secret)
    first = ApiToken.objects.get().last_used_at
    ask(made.secret)
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_a_program_that_asks_too_often_waits_a_minute(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PER_TOKEN", 2)
    one, other = make(cast).secret, make(cast).secret
    assert [ask(one) for _ in range(3)] == [200, 200, 429]
    assert ask(other) == 200


def test_the_page_shows_the_secret_once(cast: Cast) -> None:
    adam = cast.client("adam")
    told = {"name": "Survey tool", "user": cast.users["erin"].pk, "rights": ["may_send_feedback"], "days": 90}
    answer = adam.post("/tokens/", told)
    token = ApiToken.objects.get()
    shown = answer.content.decode()
    secret = shown.split('tabindex="0">ops_')[1].split("<")[0]
    assert tokens.find("ops_" + secret) == token
    assert answer.headers["Cache-Control"] == "private, no-store"
    again = adam.get("/tokens/").content.decode()
    assert secret not in again
    assert token.hint in again
    assert adam.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert "revoked" in adam.get("/tokens/").content.decode()
    assert tokens.find("ops_" + secret) is None


def test_the_page_says_what_is_wrong(cast: Cast) -> None:
    told = {"name": "x", "user": cast.users["pat"].pk, "rights": ["sees_tickets"], "days": 400}
    answer = cast.client("adam").post("/tokens/", told)
    assert answer.status_code == 422
    told["days"] = 30
    answer = cast.client("adam").post("/tokens/", told)
    assert answer.status_code == 422
    assert "pat may not do that: read tickets" in answer.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("name", ["carol", "erin", "pat", "eve"])
def test_only_administrators_make_and_revoke(cast: Cast, name: str) -> None:
    made = make(cast)
    client = cast.client(name)
    assert client.post("/tokens/", {"name": "x"}).status_code == 403
    assert client.post(f"/tokens/{made.token.pk}/revoke/").status_code == 403
    assert ApiToken.objects.get().revoked_at is None


def test_what_a_token_can_carry_leaves_out_the_trail_and_access(cast: Cast) -> None:
    assert not {"sees_audit", "may_configure", "may_define", "may_tag"} & set(tokens.RIGHTS)
    assert set(tokens.RIGHTS) <= {*vars(scope_for(cast.users["carol"]))}
