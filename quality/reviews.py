"""The only writer of reviews: seats are claimed, drafts saved, scores submitted and, when all are in, published.

Two reviewers never hold one seat: a claim locks it and skips what another claim has locked. A claim
is a lease that every save renews; a seat whose lease ran out is free again. Each writing function is
one transaction, and marks the cells of what became public in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from ops_dashboard.metrics.rollup import mark_changed, snapshot
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from quality import pair_agreement
from quality.models import CalibrationPair, CriterionScore, Review, SampledTicket, Scorecard
from quality.scorecards import Card, Steps, in_basis_points
from quality.scoring import Scored
from quality.words import kept

LEASE = timedelta(minutes=60)
ABOUT = "review"  # what the facts of quality are about, to the metric engine
LONGEST_NOTE = 1000


class NotReviewable(ValueError):
    """What was asked of a review cannot be done; the message says why, in words for its reader."""


@dataclass(frozen=True)
class Answer:
    """What a reviewer gave for one criterion; `step` None: it does not apply."""

    step: int | None
    reasons: tuple[str, ...] = ()
    note: str = ""


Answers = Mapping[int, Answer]  # by criterion id


@transaction.atomic
def claim(reviewer: User, *, now: datetime, scorecard: Scorecard | None = None) -> Review | None:
    """A seat for this reviewer, oldest sample first; the draft that is still theirs comes before a new one.

    None when nothing waits that they may review: never their own work, never a ticket they scored.
    """
    User.objects.select_for_update(no_key=True).get(pk=reviewer.pk)  # one claim of a reviewer at a time
    unfinished = Review.objects.filter(reviewer=reviewer, state=Review.State.DRAFT).order_by("claimed_at")
    if scorecard is not None:
        unfinished = unfinished.filter(version__scorecard=scorecard)
    if held := unfinished.select_for_update().first():
        _renew(held, now)
        return held
    waiting = Review.objects.claimable_by(reviewer, now=now).order_by("id")
    if scorecard is not None:
        waiting = waiting.filter(version__scorecard=scorecard)
    review = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if review is None:
        return None
    if review.reviewer_id:
        audit.record(reviewer.username, "review_taken_over", str(review), left_by=review.reviewer_id)
        _empty(review)
    review.reviewer, review.state, review.claimed_at = reviewer, Review.State.DRAFT, now
    _renew(review, now)
    audit.record(reviewer.username, "review_claimed", str(review), ticket=str(review.ticket))
    return review


@transaction.atomic
def release(review_id: int, reviewer: User) -> None:
    """Give a seat back; its draft is thrown away."""
    review = _own_draft(review_id, reviewer)
    _empty(review)
    review.reviewer, review.state, review.claimed_at, review.lease_until = None, Review.State.OPEN, None, None
    review.save(update_fields=["reviewer", "state", "claimed_at", "lease_until", "notes"])


@transaction.atomic
def save_draft(review_id: int, reviewer: User, answers: Answers, *, notes: str, now: datetime) -> Review:
    """Keep what has been filled in so far, and renew the lease. NotReviewable when the seat is no longer theirs."""
    review = _own_draft(review_id, reviewer)
    _store(review, Card.of(review.version), answers)
    review.notes = kept(notes)
    review.save(update_fields=["notes"])
    _renew(review, now)
    return review


@transaction.atomic
def submit(review_id: int, reviewer: User, answers: Answers, *, notes: str, now: datetime) -> Review:
    """Score the review and, when every seat of its ticket is in, publish. NotReviewable while criteria are open."""
    # The ticket before the seat: two who submit together would else each wait for the other's seat. Not its key:
    # who saves a draft looks whether the ticket of the seat is there.
    tickets = SampledTicket.objects.select_for_update(of=("self",), no_key=True)
    sampled = tickets.filter(reviews=review_id).first()
    review = _own_draft(review_id, reviewer)
    assert sampled is not None
    card = Card.of(review.version)
    if missing := [criterion.name for criterion in card.criteria if criterion.pk not in answers]:
        raise NotReviewable(f"Still to be rated: {', '.join(missing)}.")
    _store(review, card, answers)
    scored = card.scored({criterion: answer.step for criterion, answer in answers.items()})
    review.notes, review.state, review.submitted_at = kept(notes), Review.State.SUBMITTED, now
    review.lease_until = None
    put_score(review, scored)
    review.save()
    _publish(sampled, now)
    audit.record(reviewer.username, "review_submitted", str(review), critical_failed=review.critical_failed)
    review.refresh_from_db()
    return review


def put_score(review: Review, scored: Scored) -> None:
    """The score, as it is given and as it is in force."""
    review.score_bp = review.given_score_bp = in_basis_points(scored.score)
    review.score_before_critical_bp = review.given_before_critical_bp = in_basis_points(scored.score_before_critical)
    review.critical_failed = review.given_critical_failed = scored.critical_failed


def rescore(review: Review, steps: Steps) -> None:
    """Put in force what a settled dispute says; what was given stays.

    Call it while the review is locked, within `changed_facts`.
    """
    scored = Card.of(review.version).scored(steps)
    review.score_bp = in_basis_points(scored.score)
    review.score_before_critical_bp = in_basis_points(scored.score_before_critical)
    review.critical_failed = scored.critical_failed
    review.save(update_fields=["score_bp", "score_before_critical_bp", "critical_failed"])


@contextmanager
def changed_facts(reviews: Sequence[int]) -> Iterator[None]:
    """Mark the cells that the body changes for these reviews. It does not nest."""
    with connection.cursor() as cursor:
        snapshot(cursor, list(reviews), about=ABOUT)
        yield
        mark_changed(cursor, list(reviews), had_facts=True, about=ABOUT)


def _publish(sampled: SampledTicket, now: datetime) -> None:
    """Both reviews of a pair come out at one instant, so neither reviewer can have known the other's."""
    reviews = list(Review.objects.filter(sampled=sampled).order_by("seat").select_for_update())
    if any(review.state != Review.State.SUBMITTED for review in reviews):
        return
    with changed_facts([review.pk for review in reviews]):
        Review.objects.filter(sampled=sampled).update(published_at=now)
        if len(reviews) > 1:
            CalibrationPair.objects.create(
                sampled=sampled,
                version_id=reviews[0].version_id,
                first=reviews[0],
                second=reviews[1],
                completed_at=now,
            )
            with connection.cursor() as cursor:
                pair_agreement.keep(cursor, [sampled.pk])


def _own_draft(review_id: int, reviewer: User) -> Review:
    """The reviewer's draft, locked. NotReviewable when it is not, or no longer, theirs."""
    review = Review.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
    if review is None or (review.reviewer_id != reviewer.pk):
        raise NotReviewable("This review is no longer yours: its time ran out and someone else took it.")
    if review.state == Review.State.SUBMITTED:
        raise NotReviewable("This review was submitted already.")
    return review


def _store(review: Review, card: Card, answers: Answers) -> None:
    for criterion_id, answer in answers.items():
        criterion = card.by_id.get(criterion_id)
        if criterion is None:
            raise NotReviewable("The form holds a criterion that is not on this scorecard.")
        if answer.step is None and not criterion.allows_na:
            raise NotReviewable(f"'{criterion.name}' always applies.")
        if answer.step is not None and not 1 <= answer.step <= criterion.steps:
            raise NotReviewable(f"'{criterion.name}' is rated from 1 to {criterion.steps}.")
    CriterionScore.objects.bulk_create(
        [
            CriterionScore(
                review=review,
                criterion=card.by_id[criterion_id],
                step=answer.step,
                reasons=[reason for reason in card.by_id[criterion_id].reasons if reason in answer.reasons],
                note=kept(answer.note, longest=LONGEST_NOTE),
            )
            for criterion_id, answer in answers.items()
        ],
        update_conflicts=True,
        unique_fields=["review", "criterion"],
        update_fields=["step", "reasons", "note"],
    )
    CriterionScore.objects.filter(review=review).exclude(criterion__in=list(answers)).delete()


def _empty(review: Review) -> None:
    CriterionScore.objects.filter(review=review).delete()
    review.notes = ""


def _renew(review: Review, now: datetime) -> None:
    review.lease_until = now + LEASE
    review.save()
