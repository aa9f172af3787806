"""The pages of quality."""

from django.db.models import QuerySet

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.pages import BridgePanel, CutPanel, FigureSpec, LinePanel, Link, Page, site
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.ways import Pairs, Way, days_and_teams, offer
from ops_dashboard.people.roles import Scope
from quality.listing import reviews_of
from quality.models import Review

QUALITY = Page(
    "quality",
    "Quality",
    "quality",
    "Quality",
    figures=(
        FigureSpec("quality_score"),
        FigureSpec("quality_score_before_critical"),
        FigureSpec("critical_error_rate"),
        FigureSpec("reviews_published"),
        FigureSpec("review_coverage"),
        FigureSpec("agreement"),
        FigureSpec("dispute_rate"),
    ),
    panels=(
        LinePanel(slug="score", title="Quality score, by week", metric="quality_score", splits=True),
        BridgePanel(slug="why", title="Why critical errors changed", metric="critical_error_rate"),
        CutPanel(slug="cut", title="Quality score", metric="quality_score"),
        CutPanel(slug="critical-cut", title="Critical error rate", metric="critical_error_rate"),
        LinePanel(slug="critical", title="Critical error rate, by week", metric="critical_error_rate", size="half"),
        LinePanel(slug="craft", title="Score before critical", metric="quality_score_before_critical", size="half"),
        CutPanel(slug="coverage", title="Review coverage", metric="review_coverage"),
        CutPanel(slug="seen", title="Seen by the agent", metric="review_acknowledgement_rate"),
        CutPanel(slug="disputes", title="Dispute rate", metric="dispute_rate"),
        CutPanel(slug="agreement", title="Agreement of double reviews", metric="agreement", by="scorecard"),
        CutPanel(slug="granted", title="Disputes granted", metric="dispute_overturn_rate"),
    ),
    icon="star",
    filters=("team", "support_function", "scorecard", "reviewer", "agent"),
    period="last-91-days",
    grain=Grain.WEEK,
)


def _reviews(scope: Scope) -> QuerySet[Review] | None:
    """To an agent: those not seen yet. To who settles disputes: those with an open one."""
    if scope.agent_id is not None:
        return reviews_of("unseen", scope)
    return reviews_of("open", scope) if scope.may_settle else None


site.add(
    QUALITY,
    Link("Reviews", "reviews", "Quality", "voice", lambda scope: scope.sees_reviews, _reviews),
    Link("Calibration", "calibration", "Quality", "target", may_open=lambda scope: scope.may_review),
    Link("Scorecards", "scorecards", "Quality", "book", may_open=lambda scope: scope.sees_reviews),
    Link("Samples", "samples", "Quality", "layers", may_open=lambda scope: scope.may_review),
)


def _reviewed(asked: Asked) -> Pairs:
    return [("list", "all"), *days_and_teams(asked)]


offer(
    Way("Quality", "quality", days_and_teams, may_go=lambda scope: scope.sees_metrics),
    Way("Reviews", "reviews", _reviewed, may_go=lambda scope: scope.sees_reviews and scope.agent_id is None),
)
