"""The entries of insights in the rail."""

from insights import mailbox
from ops_dashboard.metrics.pages import Link, site
from ops_dashboard.metrics.ways import Way, days_and_teams, offer
from ops_dashboard.people.roles import Scope

GROUP = "Insights"


def _reads_feedback(scope: Scope) -> bool:
    return scope.sees_insights and scope.sees_text


site.add(
    Link("Emerging", "emerging", GROUP, "risk", lambda scope: scope.sees_every_area),
    Link("Feedback", "feedback", GROUP, "tickets", _reads_feedback),
    Link("Insights", "insights", GROUP, "voice", lambda scope: scope.sees_insights),
    Link("Asks", "asks", GROUP, "target", lambda scope: scope.sees_insights),
    Link("Programs", "programs", GROUP, "layers", lambda scope: scope.sees_insights),
    Link("Digests", "digests", GROUP, "book", lambda scope: scope.sees_insights),
    Link("Tagging desk", "tagging", GROUP, "pattern", lambda scope: scope.may_tag and scope.sees_text),
    Link("Mailbox", "mailbox", GROUP, "source", lambda scope: scope.sees_insights and mailbox.is_used()),
)

offer(Way("Feedback", "feedback", days_and_teams, may_go=_reads_feedback))
