"""Sampling plans: who writes them, what two who edit one do to each other, and what a plan can tell."""

import pytest
from django.db import IntegrityError

from ops_dashboard.people.models import AuditEntry
from ops_dashboard.people.roles import scope_for
from quality.listing import waiting_for
from quality.models import SamplePlan
from quality.plans import owed, weeks_to_know
from quality.strips import strip_of
from quality.views.samples import quotas
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, save_plan, save_scorecard

pytestmark = pytest.mark.django_db
Sent = dict[str, object]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sent(cast: Cast) -> Sent:
    """A new plan, as its form sends it."""
    return {
        "name": "Weekly", "scorecard": save_scorecard().scorecard_id, "strata": "team", "size": "16", "least": "2",
        "risk_share": "50", "double_share": "20", "reviewer_quota": "5", "seed": "s", "is_active": "on",
    }  # fmt: skip


def test_a_plan_is_saved_with_an_entry_in_the_audit_trail(cast: Cast, sent: Sent) -> None:
    assert cast.client("quinn").post("/samples/plans/new/", sent)["Location"] == "/samples/"
    plan = SamplePlan.objects.get()
    assert (plan.name, plan.size, plan.double_share, plan.channels, plan.is_active) == ("Weekly", 16, 20, [], True)
    entry = AuditEntry.objects.get(action="sample_plan_saved")
    assert (entry.actor, entry.subject) == ("quinn", "Weekly")
    quinn = cast.client("quinn")
    quinn.post(f"/samples/plans/{plan.pk}/", sent | {"size": "24"})
    assert AuditEntry.objects.filter(action="sample_plan_saved").latest("id").detail == {"fields": "size"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("double_share", "101"), ("risk_share", "0"), ("risk_share", "100"), ("size", "x"), ("size", "0")],
)
def test_a_plan_that_makes_no_sense_is_not_saved(cast: Cast, sent: Sent, field: str, value: str) -> None:
    answer = cast.client("quinn").post("/samples/plans/new/", sent | {field: value})
    assert answer.status_code == 200
    assert b"problem-words" in answer.content
    assert not SamplePlan.objects.exists()
    assert not AuditEntry.objects.filter(action="sample_plan_saved").exists()


@pytest.mark.parametrize("column", [{"risk_share": 0}, {"risk_share": 100}, {"size": 0}])
def test_no_plan_leaves_tickets_without_a_chance(cast: Cast, column: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        save_plan(save_scorecard().scorecard, **column)


def test_two_plans_of_one_name_are_refused_in_words(cast: Cast, sent: Sent) -> None:
    quinn = cast.client("quinn")
    quinn.post("/samples/plans/new/", sent)
    assert "already exists" in quinn.post("/samples/plans/new/", sent).content.decode()
    assert SamplePlan.objects.count() == 1


def test_only_what_was_changed_is_written(cast: Cast, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rita changes the quota between quinn's reading of the plan and saving its size: both stand."""
    plan = save_plan(save_scorecard().scorecard, name="Weekly", size=16, least=2, reviewer_quota=5, seed="s")
    checked = SamplePlan.full_clean

    def meanwhile(self: SamplePlan, *args: object, **kwargs: object) -> None:
        SamplePlan.objects.filter(pk=plan.pk).update(reviewer_quota=9)
        checked(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(SamplePlan, "full_clean", meanwhile)
    cast.client("quinn").post(f"/samples/plans/{plan.pk}/", sent | {"size": "30", "double_share": "10"})
    plan.refresh_from_db()
    assert (plan.size, plan.reviewer_quota) == (30, 9)


def test_weeks_until_an_error_rate_is_known(cast: Cast) -> None:
    # 1.96^2 * 0.05 * 0.95 / 0.03^2 = 202.8 reviews: 13 weeks of 16
    scorecard = save_scorecard().scorecard
    assert weeks_to_know(save_plan(scorecard, name="a", size=16)) == 13
    assert weeks_to_know(save_plan(scorecard, name="b", size=2, strata="agent")) is None


def test_a_reviewer_owes_the_sum_of_the_active_plans_wherever_it_is_told(cast: Cast) -> None:
    one, other = (save_scorecard(function).scorecard for function in ("Accounts", "Safety"))
    for scorecard, name, quota, is_active in (
        (one, "Weekly", 5, True), (one, "Vendors", 3, True), (one, "Old", 9, False), (other, "Safety", 4, True),
    ):  # fmt: skip
        save_plan(scorecard, name=name, reviewer_quota=quota, is_active=is_active)
    assert owed() == {one.pk: 8, other.pk: 4}
    quinn = cast.users["quinn"]
    rows = waiting_for(quinn, now=NOON, week=(NOON, NOON))
    assert {row.scorecard.pk: row.quota for row in rows} == owed()
    week = next(item for item in strip_of(scope_for(quinn), quinn, now=NOON, week=(NOON, NOON)) if "week" in item.label)
    assert (week.words, {row["owed"] for row in quotas()}) == ("of 12 owed", {12})


def test_a_scorecard_is_made_once_for_a_function_and_told_in_the_audit_trail(cast: Cast) -> None:
    for team in cast.teams.values():
        team.support_function = "\N{HIRAGANA LETTER A}"  # nothing of it can stand in an address
        team.save()
    quinn = cast.client("quinn")
    first, second = (
        quinn.post("/scorecards/new/", {"support_function": "\N{HIRAGANA LETTER A}"})["Location"] for _ in range(2)
    )
    assert first == second
    assert quinn.get(first).status_code == 200
    assert AuditEntry.objects.filter(action="scorecard_made", actor="quinn").count() == 1
