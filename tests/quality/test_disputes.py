"""Acknowledging, disputing and deciding: the original is kept, the result is put in force."""

import pytest

from ops_dashboard.people.models import AuditEntry, User
from quality.disputes import acknowledge, decide, raise_dispute, steps_in_force
from quality.models import Acknowledgement, Dispute, Review
from quality.reviews import NotReviewable
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def review(cast: Cast) -> Review:
    """alice's review by quinn: solution 3 of 5, privacy failed."""
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    return reviewed(seat, cast.users["quinn"], solution=3, privacy=1)


def keys(review: Review, **steps: int | None) -> dict[int, int | None]:
    return {review.version.criteria.get(key=key).pk: step for key, step in steps.items()}


def disputed(review: Review, user: User, **steps: int | None) -> Dispute:
    return raise_dispute(review, user, keys(review, **steps), reason="I kept to the rules", now=NOON)


def test_an_agent_confirms_once(cast: Cast, review: Review) -> None:
    acknowledge(review, cast.users["alice"], now=NOON)
    acknowledge(review, cast.users["alice"], now=NOON)
    assert Acknowledgement.objects.get().agent_id == cast.agents["alice"].pk
    assert AuditEntry.objects.filter(action="review_acknowledged").count() == 1


@pytest.mark.parametrize("name", ["bob", "dave", "quinn", "carol"])
def test_only_the_agent_confirms_or_disputes(cast: Cast, review: Review, name: str) -> None:
    with pytest.raises(NotReviewable, match="Only the agent"):
        acknowledge(review, cast.users[name], now=NOON)
    with pytest.raises(NotReviewable, match="Only the agent"):
        disputed(review, cast.users[name], privacy=2)


def test_a_dispute_names_what_was_given_and_what_is_proposed(cast: Cast, review: Review) -> None:
    dispute = disputed(review, cast.users["alice"], privacy=2, solution=5, tone=5)
    told = {row.criterion.key: (row.given_step, row.proposed_step) for row in dispute.criteria.all()}
    assert told == {"privacy": (1, 2), "solution": (3, 5)}  # tone is as it was
    review.refresh_from_db()
    assert review.score_bp == 0


@pytest.mark.parametrize(
    ("steps", "reason", "words"),
    [
        ({"privacy": 2}, "  ", "Say why"),
        ({"privacy": 1}, "why", "another rating for at least one"),
        ({}, "why", "another rating for at least one"),
        ({"privacy": None}, "why", "'Privacy kept' always applies"),
        ({"process": 5}, "why", "'Process' is rated from 1 to 3"),
    ],
)
def test_a_dispute_that_says_nothing_is_refused(
    cast: Cast, review: Review, steps: dict[str, int | None], reason: str, words: str
) -> None:
    with pytest.raises(NotReviewable, match=words):
        raise_dispute(review, cast.users["alice"], keys(review, **steps), reason=reason, now=NOON)


def test_one_dispute_is_open_at_a_time(cast: Cast, review: Review) -> None:
    disputed(review, cast.users["alice"], privacy=2)
    with pytest.raises(NotReviewable, match="open already"):
        disputed(review, cast.users["alice"], solution=5)


def test_a_granted_dispute_changes_what_is_in_force_and_keeps_what_was_given(cast: Cast, review: Review) -> None:
    dispute = disputed(review, cast.users["alice"], privacy=2)
    decided = decide(dispute, cast.users["bob"], keys_granted(review, "privacy"), answer="", now=NOON)
    review.refresh_from_db()
    # (0.5 * 50 + 30 + 20) / 100
    assert (review.score_bp, review.critical_failed) == (7500, False)
    assert (review.given_score_bp, review.given_critical_failed) == (0, True)
    assert review.was_changed
    assert (decided.state, decided.score_before_bp, decided.score_after_bp) == (Dispute.State.ACCEPTED, 0, 7500)
    assert review.scores.get(criterion__key="privacy").step == 1


def keys_granted(review: Review, *granted: str) -> dict[int, bool]:
    return {criterion.pk: criterion.key in granted for criterion in review.version.criteria.all()}


def test_a_dispute_may_be_granted_in_part(cast: Cast, review: Review) -> None:
    dispute = disputed(review, cast.users["alice"], privacy=2, solution=5)
    decided = decide(dispute, cast.users["bob"], keys_granted(review, "privacy"), answer="Not the answer", now=NOON)
    review.refresh_from_db()
    assert (decided.state, review.score_bp) == (Dispute.State.PARTLY, 7500)
    results = {row.criterion.key: (row.is_granted, row.resulting_step) for row in decided.criteria.all()}
    assert results == {"privacy": (True, 2), "solution": (False, 3)}


def test_a_rejection_says_why_and_changes_nothing(cast: Cast, review: Review) -> None:
    dispute = disputed(review, cast.users["alice"], privacy=2)
    with pytest.raises(NotReviewable, match="Say why"):
        decide(dispute, cast.users["bob"], {}, answer=" ", now=NOON)
    decided = decide(dispute, cast.users["bob"], {}, answer="The address was read out", now=NOON)
    review.refresh_from_db()
    assert (decided.state, review.score_bp) == (Dispute.State.REJECTED, 0)
    assert not review.was_changed


def test_a_dispute_is_decided_once_and_another_builds_on_it(cast: Cast, review: Review) -> None:
    first = disputed(review, cast.users["alice"], privacy=2)
    decide(first, cast.users["bob"], keys_granted(review, "privacy"), answer="", now=NOON)
    with pytest.raises(NotReviewable, match="decided already"):
        decide(first, cast.users["bob"], {}, answer="no", now=NOON)
    second = disputed(review, cast.users["alice"], solution=5)
    decide(second, cast.users["bob"], keys_granted(review, "solution"), answer="", now=NOON)
    review.refresh_from_db()
    assert review.score_bp == 10_000
    in_force = steps_in_force(review)
    assert (in_force[next(iter(keys(review, privacy=2)))], in_force[next(iter(keys(review, solution=5)))]) == (2, 5)


def test_nobody_decides_about_their_own_work(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["bob"], cast.teams["team-a"])[0]
    review = reviewed(seat, cast.users["quinn"], privacy=1)
    dispute = disputed(review, cast.users["bob"], privacy=2)
    with pytest.raises(NotReviewable, match="own work"):
        decide(dispute, cast.users["bob"], keys_granted(review, "privacy"), answer="", now=NOON)


def test_the_second_seat_cannot_be_disputed(cast: Cast) -> None:
    version = save_scorecard()
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    reviewed(one, cast.users["quinn"])
    with pytest.raises(NotReviewable, match="not published"):
        acknowledge(one, cast.users["alice"], now=NOON)
    reviewed(two, reviewer("rita"))
    with pytest.raises(NotReviewable, match="not published"):
        acknowledge(two, cast.users["alice"], now=NOON)
    acknowledge(one, cast.users["alice"], now=NOON)
