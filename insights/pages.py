"""The pages of insights and their entries in the rail."""

from insights import mailbox
from insights.waiting import asks, drafts, untold_alarms
from ops_dashboard.metrics.pages import BridgePanel, CutPanel, FigureSpec, LinePanel, Link, Page, site
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.ways import Way, days_and_teams, offer
from ops_dashboard.people.roles import Scope

GROUP = "Insights"


def _reads_feedback(scope: Scope) -> bool:
    return scope.sees_insights and scope.sees_text


FEEDBACK = Page(
    "feedback-figures",
    "Feedback figures",
    "feedback-figures",
    GROUP,
    figures=(
        FigureSpec("feedback"),
        FigureSpec("feedback_per_1000_tickets", label="Per 1,000 tickets"),
        FigureSpec("themed_share", label="With a theme"),
        FigureSpec("feedback_satisfied", label="Satisfied"),
        FigureSpec("feedback_rating", label="Mean rating"),
        FigureSpec("masked_share", label="Personal data masked"),
    ),
    panels=(
        LinePanel(slug="volume", title="Feedback received, by week", metric="feedback", marks="bars", splits=True),
        BridgePanel(slug="why", title="Why it changed", metric="feedback", by="feedback_source"),
        CutPanel(slug="themes", title="Feedback about themes", metric="themed", by="theme", fixed=True),
        CutPanel(slug="theme-satisfied", title="Satisfied, by theme", metric="theme_satisfied", by="theme", fixed=True),
        CutPanel(slug="sources", title="Feedback by source", metric="feedback", by="feedback_source", fixed=True),
        CutPanel(
            slug="source-satisfied", title="Satisfied, by source", metric="feedback_satisfied", by="feedback_source"
        ),
    ),
    icon="forecast",
    filters=("feedback_source", "area", "channel", "language"),
    period="last-91-days",
    grain=Grain.WEEK,
    may_open=lambda scope: scope.sees_metrics and scope.sees_every_area,
)

site.add(
    Link("Emerging", "emerging", GROUP, "risk", lambda scope: scope.sees_every_area, untold_alarms),
    Link("Feedback", "feedback", GROUP, "tickets", _reads_feedback),
    FEEDBACK,
    Link("Insights", "insights", GROUP, "voice", lambda scope: scope.sees_insights),
    Link("Asks", "asks", GROUP, "target", lambda scope: scope.sees_insights, asks),
    Link("Programs", "programs", GROUP, "layers", lambda scope: scope.sees_insights),
    Link("Digests", "digests", GROUP, "book", lambda scope: scope.sees_insights, drafts),
    Link("Tagging desk", "tagging", GROUP, "pattern", lambda scope: scope.may_tag and scope.sees_text),
    Link("Themes", "themes", GROUP, "layers", lambda scope: scope.sees_every_area and scope.may_tag),
    Link("Mailbox", "mailbox", GROUP, "source", lambda scope: scope.sees_insights and mailbox.is_used()),
)

offer(Way("Feedback", "feedback", days_and_teams, may_go=_reads_feedback))
