"""The quality part of the demo: what is planted shows on its pages, it goes on, and it goes away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count, F

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import User
from quality import demo
from quality.calibration import calibration
from quality.demo.cards import slug_of
from quality.models import (
    Acknowledgement,
    CalibrationPair,
    CriterionScore,
    Dispute,
    Review,
    Sample,
    SamplePlan,
    Scorecard,
)
from tickets.demo import records
from tickets.demo.live import tell_history
from tickets.demo.world import World

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)  # a Wednesday, ten days after Europe's clocks went forward


@pytest.fixture
def world() -> World:
    world = World(7, 3300, 11, NOW)
    tell_history(records.settle(world), world, created=lambda _: None)
    demo.tell(world)
    return world


def test_the_reviews_of_the_demo(world: World) -> None:
    # Agreement is told where enough was scored by two, and withheld where it was not.
    told = calibration(Scorecard.objects.get(slug=slug_of("Creator support")))
    withheld = calibration(Scorecard.objects.get(slug=slug_of("Privacy requests")))
    whole = told.criteria[0]
    assert whole.is_told and whole.alpha is not None
    assert None not in (whole.alpha.low, whole.alpha.high)
    assert [row.is_told for row in withheld.criteria] == [False] * len(withheld.criteria)
    # Raters agree on the solution and poorly on tone, though percent agreement is high on both.
    by_name = {row.name: row.alpha.value for row in told.criteria if row.alpha and row.alpha.value}
    assert by_name["Right solution"] > by_name["Tone"] + 0.05
    # One reviewer is strict beyond what chance makes, another lenient.
    reviewers = {row.name: row.severity for row in told.reviewers if row.is_told}
    assert reviewers["Imre V."].is_told_apart and reviewers["Imre V."].shift < -0.02
    assert reviewers["Soledad K."].shift > 0.01

    # Both of a pair are two people, and nothing half is published.
    assert not CalibrationPair.objects.filter(first__reviewer=F("second__reviewer")).exists()
    halves = Review.objects.published().values("sampled").annotate(n=Count("id")).exclude(n=F("sampled__seats"))
    assert not halves.exists()
    assert Review.objects.filter(state=Review.State.OPEN).exists()  # a reviewer finds work
    assert {dispute.state for dispute in Dispute.objects.all()} == set(Dispute.State)

    # Telling it again changes nothing; a week later there is a week more.
    before = standing()
    demo.tell(world)
    demo.go_on(world, now=NOW)
    assert standing() == before
    demo.go_on(world, now=NOW + timedelta(days=7))
    assert Review.objects.filter(submitted_at__gt=NOW).exists()

    StaleCell.objects.all().delete()
    demo.remove()
    for model in (Review, CriterionScore, CalibrationPair, Acknowledgement, Dispute, Sample, SamplePlan, Scorecard):
        assert not model._default_manager.exists(), model
    assert not User.objects.filter(username__regex="^demo-(reviewer|lead)-").exists()
    assert StaleCell.objects.exists()  # what the figures counted is marked to be counted again


def standing() -> tuple[int, ...]:
    """How many reviews there are and are submitted, and what was answered to them."""
    return (
        Review.objects.count(),
        Review.objects.filter(state=Review.State.SUBMITTED).count(),
        Acknowledgement.objects.count(),
        Dispute.objects.count(),
        Sample.objects.count(),
    )
