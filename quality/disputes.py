"""The only writer of acknowledgements and disputes. What was given stays; what is decided is put in force."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from quality.models import Acknowledgement, Dispute, DisputedCriterion, Review
from quality.reviews import NotReviewable, changed_facts, rescore
from quality.scorecards import Card
from quality.words import kept

Proposed = Mapping[int, int | None]  # criterion id -> step; None: does not apply
Granted = Mapping[int, bool]


def acknowledge_many(seen: Mapping[int, datetime]) -> None:
    """Note for published reviews, by id, when their agents saw them; those noted already stay as they are."""
    rows = Review.objects.published().filter(pk__in=list(seen), seat=1).values_list("pk", "agent")
    with transaction.atomic(), changed_facts(list(seen)):
        Acknowledgement.objects.bulk_create(
            [Acknowledgement(review_id=pk, agent_id=agent, at=seen[pk]) for pk, agent in rows], ignore_conflicts=True
        )
        Review.objects.filter(pk__in=[pk for pk, _ in rows]).update(is_seen=True)


def steps_in_force(review: Review) -> dict[int, int | None]:
    """What was given, with the decided disputes over it, the latest last. Two queries."""
    steps = {score.criterion_id: score.step for score in review.scores.all()}
    decided = DisputedCriterion.objects.filter(dispute__review=review, is_granted=True)
    for settled in decided.order_by("dispute__decided_at", "id"):
        steps[settled.criterion_id] = settled.resulting_step
    return steps


@transaction.atomic
def acknowledge(review: Review, user: User, *, now: datetime) -> None:
    """The agent has seen it; saying so twice changes nothing."""
    held = _locked(review)
    if user.agent_id != held.agent_id:
        raise NotReviewable("Only the agent whose work it is can confirm a review.")
    with changed_facts([held.pk]):
        seen = {"agent_id": user.agent_id, "at": now}
        _, is_first = Acknowledgement.objects.get_or_create(review=held, defaults=seen)
        Review.objects.filter(pk=held.pk).update(is_seen=True)
    if is_first:
        audit.record(user.username, "review_acknowledged", str(held))


@transaction.atomic
def raise_dispute(review: Review, user: User, proposed: Proposed, *, reason: str, now: datetime) -> Dispute:
    """Object to some criteria of one's own review. NotReviewable without a reason, a change, or while one is open."""
    if user.agent_id != review.agent_id:
        raise NotReviewable("Only the agent whose work it is can dispute a review.")
    dispute = place(review, proposed, reason=reason, now=now)
    audit.record(user.username, "review_disputed", str(review), criteria=dispute.criteria.count())
    return dispute


@transaction.atomic
def place(review: Review, proposed: Proposed, *, reason: str, now: datetime) -> Dispute:
    """The dispute itself, by the agent of the review."""
    held, words = _locked(review), kept(reason)
    if held.disputes.filter(state=Dispute.State.OPEN).exists():
        raise NotReviewable("A dispute of this review is open already.")
    steps = steps_in_force(held)
    changes = {key: step for key, step in proposed.items() if key in steps and steps[key] != step}
    if not words:
        raise NotReviewable("Say why you see it differently.")
    if not changes:
        raise NotReviewable("Propose another rating for at least one criterion.")
    _check(held, changes)
    assert held.reviewer_id is not None, "a published review has its author"
    with changed_facts([held.pk]):
        dispute = Dispute.objects.create(
            review=held,
            agent_id=held.agent_id,
            team_id=held.team_id,
            reviewer_id=held.reviewer_id,
            scorecard_id=held.scorecard_id,
            raised_at=now,
            reason=words,
        )
        Review.objects.filter(pk=held.pk).update(is_disputed=True)
        DisputedCriterion.objects.bulk_create(
            DisputedCriterion(dispute=dispute, criterion_id=key, given_step=steps[key], proposed_step=step)
            for key, step in changes.items()
        )
    return dispute


@transaction.atomic
def decide(dispute: Dispute, user: User, granted: Granted, *, answer: str, now: datetime) -> Dispute:
    """Grant or refuse each disputed criterion, and put the result in force. NotReviewable when decided already."""
    held = settle(dispute, user, granted, answer=answer, now=now)
    before, after = held.score_before_bp, held.score_after_bp
    audit.record(user.username, "dispute_decided", str(held), state=held.state, before=before, after=after)
    return held


@transaction.atomic
def settle(dispute: Dispute, user: User, granted: Granted, *, answer: str, now: datetime) -> Dispute:
    """The decision itself."""
    review = _locked(dispute.review)
    held = Dispute.objects.select_for_update().get(pk=dispute.pk)
    if held.state != Dispute.State.OPEN:
        raise NotReviewable("This dispute was decided already.")
    if user.agent_id and user.agent_id == review.agent_id:
        raise NotReviewable("Nobody decides a dispute about their own work.")
    words, rows = kept(answer), list(held.criteria.all())
    if not words and not all(granted.get(row.criterion_id) for row in rows):
        raise NotReviewable("Say why, where something is not granted.")
    for row in rows:
        row.is_granted = bool(granted.get(row.criterion_id))
        row.resulting_step = row.proposed_step if row.is_granted else row.given_step
    with changed_facts([review.pk]):
        held.score_before_bp = review.score_bp
        DisputedCriterion.objects.bulk_update(rows, ["is_granted", "resulting_step"])
        held.state, held.decided_by, held.decided_at, held.answer = _state(rows), user, now, words
        held.save()
        rescore(review, steps_in_force(review))
        held.score_after_bp = review.score_bp
        held.save(update_fields=["score_after_bp"])
    return held


def _state(rows: list[DisputedCriterion]) -> Dispute.State:
    granted = sum(bool(row.is_granted) for row in rows)
    if granted == len(rows):
        return Dispute.State.ACCEPTED
    return Dispute.State.PARTLY if granted else Dispute.State.REJECTED


def _locked(review: Review) -> Review:
    """The published review, held until the transaction ends."""
    held = Review.objects.select_for_update(of=("self",)).published().filter(pk=review.pk, seat=1).first()
    if held is None:
        raise NotReviewable("This review is not published.")
    return held


def _check(review: Review, steps: Proposed) -> None:
    criteria = Card.of(review.version).by_id
    for key, step in steps.items():
        criterion = criteria[key]
        if step is None and not criterion.allows_na:
            raise NotReviewable(f"'{criterion.name}' always applies.")
        if step is not None and not 1 <= step <= criterion.steps:
            raise NotReviewable(f"'{criterion.name}' is rated from 1 to {criterion.steps}.")
