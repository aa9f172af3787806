"""What a reader does with alert rules, and what is refused with which words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ops_dashboard.metrics import alerts
from ops_dashboard.metrics.alert_terms import BadRule
from ops_dashboard.metrics.alerts import Wish
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.people.models import AuditEntry
from ops_dashboard.people.roles import NOBODY, scope_for
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
RUSH = Wish("Rush", "created", days=1, cuts="", side="above", limit=20.0)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def audited() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("actor", "action"))


def test_a_rule_looks_from_yesterday_on(cast: Cast) -> None:
    rule = alerts.make(RUSH, owner=cast.users["carol"])
    rule.refresh_from_db()
    assert (rule.kind, rule.limit, rule.since) == ("threshold", 20, today() - timedelta(days=1))
    departure = alerts.make(replace(RUSH, limit=None, side="either"), owner=cast.users["carol"])
    assert (departure.kind, departure.limit) == ("departure", None)


@pytest.mark.parametrize(
    ("cuts", "kept"),
    [
        ("", ""),
        ("team=team-b&team=team-a", "team=team-a&team=team-b"),
        ("https://desk.example/backlog/?period=last-28-days&compare=previous&team=team-a&by=team", "team=team-a"),
        ("?team=none", "team=none"),
    ],
)
def test_cuts_are_kept_in_one_spelling(cast: Cast, cuts: str, kept: str) -> None:
    assert alerts.make(replace(RUSH, cuts=cuts), owner=cast.users["carol"]).cuts == kept


@pytest.mark.parametrize(
    ("who", "wish", "field", "words"),
    [
        ("carol", replace(RUSH, metric="nothing"), "metric", "There is no metric 'nothing'; the catalogue lists them."),
        ("carol", replace(RUSH, cuts="planet=mars"), "cuts", "'planet' is no cut of Tickets created"),
        ("carol", replace(RUSH, cuts="team=team-z"), "cuts", "There is no team 'team-z'."),
        ("carol", replace(RUSH, cuts="x" * 501), "cuts", "is no cut of"),
        ("carol", replace(RUSH, limit=float("nan")), "limit", "That is no number."),
        ("carol", replace(RUSH, limit=float("inf")), "limit", "That is no number."),
        ("carol", replace(RUSH, side="either"), "side", "upwards or downwards"),
        ("carol", replace(RUSH, metric="resolution_median", days=7), "days", "look at one day"),
        ("adam", replace(RUSH, metric="staff_cost"), "metric", "Your role does not see"),
        ("quinn", replace(RUSH, metric="solved", cuts="agent=alice"), "cuts", "may not see figures by"),
        ("pat", RUSH, "metric", "by whole weeks"),
        ("eve", RUSH, "metric", "sees no figures"),
    ],
)
def test_nonsense_is_refused_with_its_reason(cast: Cast, who: str, wish: Wish, field: str, words: str) -> None:
    with pytest.raises(BadRule) as refused:
        alerts.make(wish, owner=cast.users[who])
    assert refused.value.field == field
    assert words in str(refused.value)
    assert not AlertRule.objects.exists()


def test_fifty_rules_are_the_most_of_one_person(cast: Cast) -> None:
    rules = [alerts.drafted(RUSH, cast.users["carol"]) for _ in range(alerts.MOST)]
    AlertRule.objects.bulk_create(rules)
    with pytest.raises(BadRule, match="50 rules"):
        alerts.make(RUSH, owner=cast.users["carol"])
    alerts.make(RUSH, owner=cast.users["erin"])


def test_the_database_refuses_a_threshold_without_a_limit(cast: Cast) -> None:
    rule = alerts.make(RUSH, owner=cast.users["carol"])
    for wrong in ({"limit": None}, {"side": "either"}, {"kind": "departure"}, {"days": 3}, {"kind": "mood"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AlertRule.objects.filter(pk=rule.pk).update(**wrong)


def test_a_changed_rule_keeps_what_it_said(cast: Cast) -> None:
    carol = cast.users["carol"]
    rule = alerts.make(RUSH, owner=carol)
    AlertRule.objects.update(since=today() - timedelta(days=40))
    firing = _firing(rule)
    alerts.change(rule, replace(RUSH, name="Flood", limit=99.0), by=carol)
    changed = AlertRule.objects.get()
    assert (changed.pk, changed.name, changed.limit, changed.since) == (
        rule.pk, "Flood", 99, today() - timedelta(days=1),
    )  # fmt: skip
    assert AlertFiring.objects.get().limit == firing.limit == 20


def test_a_change_mends_what_paused_a_rule_and_leaves_paused_what_its_owner_did(cast: Cast) -> None:
    carol = cast.users["carol"]
    rule = alerts.make(RUSH, owner=carol)
    for why, after in (("There is no team 'team-z'.", ""), (alerts.BY_OWNER, alerts.BY_OWNER)):
        AlertRule.objects.update(paused_because=why)
        assert alerts.change(rule, RUSH, by=carol).paused_because == after


def test_a_paused_rule_goes_on_when_it_may(cast: Cast) -> None:
    carol = cast.users["carol"]
    rule = alerts.make(RUSH, owner=carol)
    alerts.pause(rule, by=carol)
    alerts.pause(rule, by=carol)
    rule.refresh_from_db()
    assert rule.paused_because == "You paused it."
    alerts.resume(rule, by=carol)
    rule.refresh_from_db()
    assert rule.paused_because == ""
    assert audited() == [
        ("carol", "alert_rule_made"), ("carol", "alert_rule_paused"), ("carol", "alert_rule_resumed"),
    ]  # fmt: skip
    AlertRule.objects.update(cuts="team=team-z", paused_because="There is no team 'team-z'.")
    with pytest.raises(BadRule, match="team-z"):
        alerts.resume(AlertRule.objects.get(), by=carol)
    assert AlertRule.objects.get().paused_because


def test_what_was_acknowledged_stays_as_it_was_said_first(cast: Cast) -> None:
    carol = cast.users["carol"]
    firing = _firing(alerts.make(RUSH, owner=carol))
    assert alerts.acknowledge(firing, note="The outage", by=carol)
    assert not alerts.acknowledge(firing, note="Something else", by=carol)
    assert AlertFiring.objects.get().note == "The outage"
    assert audited()[1:] == [("carol", "alert_acknowledged")]


def test_the_trail_holds_no_words_of_a_person(cast: Cast) -> None:
    carol = cast.users["carol"]
    rule = alerts.make(replace(RUSH, name="Jane Doe <jane@example.test>"), owner=carol)
    alerts.acknowledge(_firing(rule), note="jane@example.test called", by=carol)
    alerts.remove(rule, by=carol)
    assert "jane" not in str(list(AuditEntry.objects.values()))
    assert not AlertFiring.objects.exists()


def test_rules_are_their_owners_alone(cast: Cast) -> None:
    alerts.make(RUSH, owner=cast.users["carol"])
    seen = {name for name, user in cast.users.items() if AlertRule.objects.visible_to(scope_for(user)).exists()}
    assert seen == {"carol"}
    assert not AlertRule.objects.visible_to(NOBODY).exists()


def _firing(rule: AlertRule) -> AlertFiring:
    return AlertFiring.objects.create(
        rule=rule, on=today() - timedelta(days=1), metric="created", days=1, kind="threshold", is_above=True,
        value=30, n=30, limit=20, fired_at=timezone.now(),
    )  # fmt: skip
