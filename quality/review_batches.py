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

REVIEWS, SCORES, PAIRS = (model._meta.db_table for model in (Review, CriterionScore, CalibrationPair))

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
    """Publish every one of these tickets whose seats are all submitted, at the instant of the last."""
    tickets = list(sampled)
    whole = (
        f"SELECT sampled_id, max(submitted_at) AS at, count(*) AS seats FROM {REVIEWS} WHERE sampled_id = ANY(%s) "
        "GROUP BY sampled_id HAVING bool_and(state = 'submitted' AND published_at IS NULL)"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {REVIEWS} JOIN ({whole}) whole USING (sampled_id)", [tickets])
        reviews = [row[0] for row in cursor.fetchall()]
        with changed_facts(reviews):
            cursor.execute(
                f"INSERT INTO {PAIRS} (sampled_id, version_id, first_id, second_id, completed_at) "
                "SELECT whole.sampled_id, first.version_id, first.id, second.id, whole.at "
                f"FROM ({whole}) whole JOIN {REVIEWS} first ON first.sampled_id = whole.sampled_id AND first.seat = 1 "
                f"JOIN {REVIEWS} second ON second.sampled_id = whole.sampled_id AND second.seat = 2",
                [tickets],
            )
            pair_agreement.keep(cursor, tickets)
            cursor.execute(
                f"UPDATE {REVIEWS} review SET published_at = whole.at FROM ({whole}) whole "
                "WHERE review.sampled_id = whole.sampled_id",
                [tickets],
            )
