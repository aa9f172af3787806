"""Whole reviews by the thousand, as claiming and submitting one by one would leave them. Belongs to `reviews.py`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from quality import pair_agreement
from quality.models import CalibrationPair, CriterionScore, Review
from quality.reviews import Answers, changed_facts, put_score
from quality.scorecards import Card
from quality.words import kept

REVIEWS, SCORES = (model._meta.db_table for model in (Review, CriterionScore))

# What each submission sets, and how Postgres reads it.
_COLUMNS = {
    "reviewer_id": "int",
    "submitted_at": "timestamptz",
    "notes": "text",
    "score_bp": "int",
    "score_before_critical_bp": "int",
    "critical_failed": "bool",
    "given_score_bp": "int",
    "given_before_critical_bp": "int",
    "given_critical_failed": "bool",
}


@dataclass(frozen=True)
class Submission:
    """A whole review of an open seat, by whom and when."""

    review: Review
    reviewer_id: int
    answers: Answers
    at: datetime
    notes: str = ""


@transaction.atomic
def submit_many(submissions: Sequence[Submission], cards: Mapping[int, Card]) -> None:
    """Score, store and publish; `cards` by id of their version. A handful of queries."""
    for one in submissions:
        one.review.reviewer_id, one.review.submitted_at, one.review.notes = one.reviewer_id, one.at, kept(one.notes)
        put_score(one.review, cards[one.review.version_id].scored({k: a.step for k, a in one.answers.items()}))
    reviews = [one.review for one in submissions]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {REVIEWS} review SET ({', '.join(_COLUMNS)}, state, claimed_at) = "
            f"ROW({', '.join(f'told.{name}' for name in _COLUMNS)}, 'submitted', told.submitted_at) "
            f"FROM unnest(%s::bigint[], {', '.join(f'%s::{kind}[]' for kind in _COLUMNS.values())}) "
            f"AS told (id, {', '.join(_COLUMNS)}) WHERE review.id = told.id AND review.state = 'open'",
            [[review.pk for review in reviews], *([getattr(review, name) for review in reviews] for name in _COLUMNS)],
        )
    _store_scores(submissions)
    _publish_whole({review.sampled_id for review in reviews})


def _store_scores(submissions: Iterable[Submission]) -> None:
    rows = [
        (one.review.pk, key, answer.step, json.dumps(answer.reasons), kept(answer.note, longest=1000) or "")
        for one in submissions
        for key, answer in one.answers.items()
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SCORES} (review_id, criterion_id, step, reasons, note) "
            "SELECT review, criterion, step, reasons::jsonb, note "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::text[]) "
            "AS told (review, criterion, step, reasons, note)",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _publish_whole(sampled: Iterable[int]) -> None:
    """Publish every one of these tickets whose seats are all submitted, at the instant of the last.

    The seats of a ticket meet by grouping: joined with themselves in the transaction that has just written
    thousands, the planner may read all reviews for each one.
    """
    tickets = list(sampled)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sampled_id, (array_agg(version_id ORDER BY seat))[1], array_agg(id ORDER BY seat), "
            f"max(submitted_at) FROM {REVIEWS} WHERE sampled_id = ANY(%s) GROUP BY sampled_id "
            "HAVING bool_and(state = 'submitted' AND published_at IS NULL)",
            [tickets],
        )
        whole = cursor.fetchall()
        published = [(review, at) for _, _, seats, at in whole for review in seats]
        reviews = [review for review, _ in published]
        with changed_facts(reviews):
            CalibrationPair.objects.bulk_create(
                CalibrationPair(
                    sampled_id=ticket, version_id=version, first_id=seats[0], second_id=seats[1], completed_at=at
                )
                for ticket, version, seats, at in whole
                if len(seats) == 2
            )
            pair_agreement.keep(cursor, tickets)
            cursor.execute(
                f"UPDATE {REVIEWS} review SET published_at = told.at "
                "FROM unnest(%s::bigint[], %s::timestamptz[]) AS told (id, at) WHERE review.id = told.id",
                [reviews, [at for _, at in published]],
            )
