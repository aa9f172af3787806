"""The admin's pages of goals and annotations: who may write them, and what makes no sense."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from ops_dashboard.metrics.models import Annotation, Goal
from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

GOAL = {"metric": "first_reply_attainment", "value": "0.9", "valid_from": "2026-01-01"}
OUTAGE = {"kind": "outage", "label": "Login outage", "on": "2026-04-01"}
GOALS, ANNOTATIONS = "/admin/metrics/goal/add/", "/admin/metrics/annotation/add/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def petra(cast: Cast) -> Client:
    return cast.client("petra")


def problems(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_a_goal_is_set_and_audited(petra: Client, cast: Cast) -> None:
    team = cast.teams["team-a"]
    assert petra.post(GOALS, GOAL | {"team": team.pk}).status_code == 302
    goal = Goal.objects.get()
    assert (goal.metric, goal.team, goal.value, goal.valid_from, goal.valid_to) == (
        "first_reply_attainment", team, 0.9, date(2026, 1, 1), None,
    )  # fmt: skip
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.subject) == ("petra", "admin_added", f"goal {goal.pk}")
    assert entry.detail["name"] == "first_reply_attainment 0.9 from 2026-01-01"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("value", "90", "90 is no share from 0 to 1; write 0.9 for 90 %."),
        ("value", "-0.1", "-0.1 is below zero."),
        ("value", "nan", "Enter a number."),
        ("metric", "nps", "Select a valid choice. nps is not one of the available choices."),
        ("valid_to", "2026-01-01", "Ends before it begins."),
        ("valid_from", "someday", "Enter a valid date."),
    ],
)
def test_what_is_wrong_with_a_goal_stands_beside_its_field(petra: Client, field: str, value: str, message: str) -> None:
    assert problems(petra.post(GOALS, GOAL | {field: value})) == {field: [message]}
    assert Goal.objects.count() == 0


def test_two_goals_of_one_metric_and_team_do_not_overlap(petra: Client, cast: Cast) -> None:
    petra.post(GOALS, GOAL | {"valid_to": "2026-03-01"})
    found = problems(petra.post(GOALS, GOAL | {"valid_from": "2026-02-28"}))
    assert found == {"valid_from": ["There is a goal of 0.9 for some of these days already."]}
    assert petra.post(GOALS, GOAL | {"valid_from": "2026-03-01"}).status_code == 302
    assert petra.post(GOALS, GOAL | {"team": cast.teams["team-a"].pk}).status_code == 302
    goal = Goal.objects.get(team=None, valid_to=None)
    assert petra.post(f"/admin/metrics/goal/{goal.pk}/change/", GOAL | {"valid_from": "2026-04-01"}).status_code == 302


def test_an_annotation_ends_on_or_after_its_first_day(petra: Client) -> None:
    assert problems(petra.post(ANNOTATIONS, OUTAGE | {"until": "2026-03-31"})) == {"until": ["Ends before it begins."]}
    assert petra.post(ANNOTATIONS, OUTAGE | {"until": "2026-04-01"}).status_code == 302
    assert Annotation.objects.get().label == "Login outage"


def test_deleting_an_annotation_leaves_its_trace(petra: Client) -> None:
    outage = Annotation.objects.create(kind="outage", label="Login outage", on=date(2026, 4, 1))
    petra.post(f"/admin/metrics/annotation/{outage.pk}/delete/", {"post": "yes"})
    assert Annotation.objects.count() == 0
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.detail["name"]) == ("admin_deleted", "Login outage on 2026-04-01")


@pytest.mark.parametrize("name", ["carol", "petra", "adam"])
def test_managers_planners_and_administrators_set_goals_and_annotations(cast: Cast, name: str) -> None:
    client = cast.client(name)
    assert [client.post(GOALS, GOAL).status_code, client.post(ANNOTATIONS, OUTAGE).status_code] == [302, 302]
    assert (Goal.objects.count(), Annotation.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["alice", "bob", "dave", "erin", "pat", "quinn", "eve"])
def test_nobody_else_does(cast: Cast, name: str) -> None:
    client = cast.client(name)
    assert client.post(GOALS, GOAL, follow=True).status_code == 403
    assert client.post(ANNOTATIONS, OUTAGE, follow=True).status_code == 403
    assert (Goal.objects.count(), Annotation.objects.count()) == (0, 0)
