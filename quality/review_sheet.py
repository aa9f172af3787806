"""A list of reviews as a spreadsheet: the rows of its page, at full precision, without anybody's words."""

from collections.abc import Iterator

from django.conf import settings
from django.http import QueryDict

from ops_dashboard.metrics.records import instant_word
from ops_dashboard.metrics.rendering.exports import MOST_ROWS, Sheet, Value
from ops_dashboard.people.roles import Scope
from quality import listing
from quality.models import Review
from quality.models.reviews import ReviewQuerySet
from quality.scorecards import as_share

HEADS = (
    "review", "agent", "team", "scorecard", "version", "reviewer", "seat", "solved_at", "submitted_at", "published_at",
    "weight", "score", "score_before_critical", "critical_failed", "given_score", "is_seen", "is_disputed",
)  # fmt: skip


def review_sheet(data: QueryDict, scope: Scope, *, most: int = MOST_ROWS) -> Sheet:
    """What the page of reviews lists for this reader and these filters, all pages of it."""
    here = listing.chosen_list(data, scope)
    found = listing.narrowed(listing.reviews_of(here, scope), data)
    narrowing = [name for name in data if name not in ("list", "page", "raw")]
    filters = "; ".join(f"{name} is {', '.join(data.getlist(name))}" for name in narrowing)
    about = (
        ("List", dict(listing.lists_of(scope))[here]),
        ("Filters", filters or "none"),
        ("Scores", "shares of 1; a failed critical criterion makes a score 0, `score_before_critical` leaves it out"),
        ("Weight", "how many solved tickets the review stands for"),
        ("Seat", "1 counts, 2 is for calibration only"),
        ("Instants", "UTC"),
        ("Reporting zone", settings.REPORTING_ZONE),
    )
    return Sheet(f"reviews-{here}", HEADS, list(_rows(found, most)), about, whole=found.count())


def _rows(found: ReviewQuerySet, most: int) -> Iterator[tuple[Value, ...]]:
    for review in listing.with_names(found)[:most].iterator(chunk_size=2000):
        yield (
            review.pk,
            review.agent.name,
            review.team.name,
            review.version.scorecard.name,
            review.version.number,
            _name(review),
            review.seat,
            instant_word(review.solved_at),
            instant_word(review.submitted_at),
            instant_word(review.published_at),
            review.weight,
            as_share(review.score_bp),
            as_share(review.score_before_critical_bp),
            review.critical_failed,
            as_share(review.given_score_bp),
            review.is_seen,
            review.is_disputed,
        )


def _name(review: Review) -> str:
    return review.reviewer.shown_name if review.reviewer else ""
