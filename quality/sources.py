"""The facts of quality, as the metric engine sees them. A review is a fact once it is published, never before."""

import numpy as np

from ops_dashboard.metrics.definitions import Amount, Column, Dimension, Facts, Measure, Source
from ops_dashboard.people.models import User
from quality.models import Dispute, Review, Scorecard
from quality.reviews import ABOUT
from tickets.dimensions import AGENT, of_model

RIGHT = "sees_reviews"

SCORECARD = of_model("scorecard", "Scorecard", Scorecard, name="name")


def _reviewer_labels(codes: list[int]) -> dict[int, tuple[str, str]]:
    return {user.pk: (user.username, user.shown_name) for user in User.objects.filter(pk__in=codes)}


def _reviewer_codes(slugs: list[str]) -> dict[str, int]:
    reviewers = User.objects.filter(reviews__isnull=False, username__in=slugs).distinct()
    return dict(reviewers.values_list("username", "id"))


def _every_reviewer() -> list[tuple[int, str, str]]:
    users = User.objects.filter(reviews__isnull=False).distinct().order_by("username")
    return [(user.pk, user.username, user.shown_name) for user in users]


def _reviewers_of(teams: frozenset[int]) -> set[int]:
    published = Review.objects.filter(team__in=teams, published_at__isnull=False)
    return set(published.values_list("reviewer_id", flat=True).distinct())


REVIEWER = Dimension(
    slug="reviewer",
    label="Reviewer",
    column="reviewer",
    labels=_reviewer_labels,
    codes=_reviewer_codes,
    every=_every_reviewer,
    about_people=True,
    within=_reviewers_of,
)


def _one(facts: Facts) -> np.ndarray:
    return facts["second"] >= 0


def _column(name: str) -> Amount:
    return lambda facts: facts[name]


def _weighted(column: str, power: int) -> Amount:
    """w x^power, in int64: weights are hundredths, scores hundredths of a per cent."""
    return lambda facts: facts["weight"].astype(np.int64) * facts[column].astype(np.int64) ** power


# Seat 1 is the review that counts. Each source says so in the words of its own partial index, so that
# no planner takes the other one's.
_REVIEWS = f"(SELECT * FROM {Review._meta.db_table} WHERE seat < 2 AND published_at IS NOT NULL)"
_REVIEWED = f"(SELECT * FROM {Review._meta.db_table} WHERE seat = 1 AND published_at IS NOT NULL)"
_CUT_COLUMNS = (
    Column("agent", "<i4", "f.agent_id"),
    Column("reviewer", "<i4", "f.reviewer_id"),
    Column("scorecard", "<i4", "f.scorecard_id"),
)
CUTS = (SCORECARD, REVIEWER, AGENT)

REVIEWS = Source(
    slug="reviews",
    label="Published reviews",
    table=_REVIEWS,
    at="f.published_at",
    team="f.team_id",
    subject="f.id",
    about=ABOUT,
    rows_right=RIGHT,
    columns=(
        *_CUT_COLUMNS,
        Column("weight", "<i4", "least(round(f.weight * 100), 100000000)::int"),
        Column("is_scored", "u1", "(f.score_bp IS NOT NULL)::int"),
        Column("score", "<i4", "coalesce(f.score_bp, 0)"),
        Column("score_before", "<i4", "coalesce(f.score_before_critical_bp, 0)"),
        Column("critical_failed", "u1", "f.critical_failed::int"),
        Column("is_seen", "u1", "f.is_seen::int"),
        Column("is_disputed", "u1", "f.is_disputed::int"),
        Column("is_paired", "u1", "(f.agreement_bp IS NOT NULL)::int"),
        Column("agreement", "<i4", "coalesce(f.agreement_bp, 0)"),
    ),
    measures=(
        Measure("reviews", _one),
        Measure("scored", _column("is_scored")),
        Measure("weights", _weighted("score", 0), where=_column("is_scored")),
        Measure("scores", _weighted("score", 1), where=_column("is_scored")),
        Measure("score_squares", _weighted("score", 2), where=_column("is_scored")),
        Measure("scores_before", _weighted("score_before", 1), where=_column("is_scored")),
        Measure("score_before_squares", _weighted("score_before", 2), where=_column("is_scored")),
        Measure("weight_squares", lambda f: f["weight"].astype(np.int64) ** 2, where=_column("is_scored")),
        Measure("critical", _column("critical_failed")),
        Measure("seen", _column("is_seen")),
        Measure("disputed", _column("is_disputed")),
        Measure("paired", _column("is_paired")),
        Measure("agreements", _column("agreement")),
        Measure("agreement_squares", lambda f: f["agreement"].astype(np.int64) ** 2),
    ),
    dimensions=CUTS,
)

REVIEWED = Source(
    slug="reviewed",
    label="Solved tickets that were reviewed",
    table=_REVIEWED,
    at="f.solved_at",
    team="f.team_id",
    subject="f.id",
    about=ABOUT,
    rows_right=RIGHT,
    columns=_CUT_COLUMNS,
    measures=(Measure("reviewed", _one),),
    dimensions=CUTS,
)

DISPUTES = Source(
    slug="disputes",
    label="Decided disputes",
    table=Dispute._meta.db_table,
    at="f.decided_at",
    team="f.team_id",
    subject="f.review_id",
    about=ABOUT,
    rows_right=RIGHT,
    columns=(*_CUT_COLUMNS, Column("is_granted", "u1", "(f.state IN ('accepted', 'partly'))::int")),
    measures=(Measure("decided", _one), Measure("overturned", _column("is_granted"))),
    dimensions=CUTS,
)

SOURCES = (REVIEWS, REVIEWED, DISPUTES)
