"""A reader's own alerts over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ops_dashboard.metrics import alert_api, alerts
from ops_dashboard.metrics.alerts import Wish
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.models import AlertFiring
from ops_dashboard.people import tokens
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
ON = today() - timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    """carol has a rule that fired on three days, and said something to the first of them."""
    cast = make_cast()
    rule = alerts.make(Wish("Rush", "created", 1, "team=team-a", "above", 20.0), owner=cast.users["carol"])
    for back in range(3):
        AlertFiring.objects.create(
            rule=rule, on=ON - timedelta(days=back), metric="created", days=1, cuts="team=team-a", kind="threshold",
            is_above=True, value=30 + back, n=30 + back, limit=20, fired_at=timezone.now(),
        )  # fmt: skip
    alerts.acknowledge(AlertFiring.objects.earliest("on"), note="known", by=cast.users["carol"])
    return cast


def told(cast: Cast, url: str, who: str = "carol") -> Any:
    answer = cast.client(who).get(url)
    assert answer.status_code == 200
    return answer.json()


def test_firings_come_with_their_figures_the_latest_first(cast: Cast) -> None:
    results = told(cast, "/api/v1/alerts/")["results"]
    assert [row["value"] for row in results] == [30, 31, 32]
    assert {name: results[0][name] for name in ("on", "metric", "cuts", "side", "limit", "n", "expected", "note")} == {
        "on": ON.isoformat(), "metric": "created", "cuts": "team=team-a", "side": "above", "limit": 20, "n": 30,
        "expected": None, "note": "",
    }  # fmt: skip
    assert [row["value"] for row in told(cast, "/api/v1/alerts/?state=acknowledged")["results"]] == [32]
    assert [row["value"] for row in told(cast, "/api/v1/alerts/?state=open")["results"]] == [30, 31]


def test_pages_follow_each_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_api, "PAGE", 2)
    first = told(cast, "/api/v1/alerts/")
    second = told(cast, first["next"])
    assert [row["value"] for row in (*first["results"], *second["results"])] == [30, 31, 32]
    assert second["next"] is None


def test_a_rule_is_told_as_it_is_kept(cast: Cast) -> None:
    (rule,) = told(cast, "/api/v1/alert-rules/")["results"]
    assert {name: rule[name] for name in ("name", "metric", "days", "cuts", "kind", "side", "limit")} == {
        "name": "Rush", "metric": "created", "days": 1, "cuts": "team=team-a", "kind": "threshold", "side": "above",
        "limit": 20,
    }  # fmt: skip


def test_nobody_reads_those_of_another(cast: Cast) -> None:
    for who in ("adam", "erin", "bob"):
        assert told(cast, "/api/v1/alerts/", who)["results"] == told(cast, "/api/v1/alert-rules/", who)["results"] == []
    assert cast.client("pat").get("/api/v1/alerts/").status_code == 403


def test_a_token_reads_its_account_s_own(cast: Cast) -> None:
    carol = cast.users["carol"]
    for rights, status, count in ((["sees_metrics"], 200, 3), (["sees_tickets"], 403, 0)):
        made = tokens.make(carol, name="reader", rights=rights, days=1, by=cast.users["adam"])
        answer = Client().get("/api/v1/alerts/", headers={"Authorization": f"Bearer {made.secret}"})
        assert (answer.status_code, len(answer.json().get("results", []))) == (status, count)


@pytest.mark.parametrize("query", ["state=late", "after=nonsense"])
def test_what_makes_no_sense_is_refused(cast: Cast, query: str) -> None:
    assert cast.client("carol").get(f"/api/v1/alerts/?{query}").status_code == 400


def test_both_are_described(cast: Cast) -> None:
    schema = cast.client("carol").get("/api/schema/").content.decode()
    assert "/api/v1/alerts/:" in schema
    assert "/api/v1/alert-rules/:" in schema
