"""The pages of workforce, as the rail offers them."""

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.pages import BridgePanel, CustomPanel, CutPanel, FigureSpec, LinePanel, Link, Page, site
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.ways import Pairs, Way, days_and_teams, offer
from workforce.equal_mix import equal_mix
from workforce.occupancy import occupancy
from workforce.productivity import allocation

PRODUCTIVITY = Page(
    "productivity",
    "Productivity and cost",
    "productivity",
    "Workforce",
    figures=(
        FigureSpec("cost_per_resolution"),
        FigureSpec("staff_cost"),
        FigureSpec("solved_per_hour", label="Solved per productive hour"),
        FigureSpec("occupancy"),
        FigureSpec("paid_hours"),
        FigureSpec("staffed_hours"),
        FigureSpec("shrinkage"),
    ),
    panels=(
        LinePanel(slug="cost", title="Cost per resolution", metric="cost_per_resolution", splits=True),
        BridgePanel(slug="why", title="Why a resolution costs more or less", metric="cost_per_resolution", by="vendor"),
        CutPanel(slug="cost-by", title="Cost per resolution", metric="cost_per_resolution", by="vendor"),
        CutPanel(slug="rate-by", title="Cost per productive hour", metric="cost_per_staffed_hour"),
        CustomPanel(
            slug="allocation",
            title="How cost is allocated",
            template="workforce/_allocation.html",
            context=allocation,
            size="full",
            of_now=False,
            rights=("sees_costs", "sees_plans"),
        ),
        CutPanel(slug="throughput", title="Solved per productive hour", metric="solved_per_hour"),
        CutPanel(slug="shrinkage-by", title="Shrinkage", metric="shrinkage"),
        LinePanel(slug="hours", title="Staffed hours", metric="staffed_hours", marks="bars"),
        BridgePanel(slug="why-cost", title="Why the cost changed", metric="staff_cost", by="vendor"),
        CustomPanel(
            slug="occupancy",
            title="Occupancy",
            template="workforce/_occupancy.html",
            context=occupancy,
            size="full",
            of_now=False,
        ),
        CustomPanel(
            slug="mix",
            title="At equal case mix",
            template="workforce/_equal_mix.html",
            context=equal_mix,
            size="full",
            of_now=False,
        ),
    ),
    filters=("team", "site", "vendor"),
    icon="clock",
    period="last-8-weeks",
    grain=Grain.WEEK,
    may_open=lambda scope: scope.sees_costs or scope.sees_plans,
)

site.add(
    Link("Today", "today", "Workforce", "clock", may_open=lambda scope: scope.sees_plans),
    Link("Forecast", "forecast", "Workforce", "forecast", may_open=lambda scope: scope.sees_plans),
    Link("Staffing what-if", "staffing", "Workforce", "people", may_open=lambda scope: scope.sees_plans),
    Link("Roster", "roster", "Workforce", "people", may_open=lambda scope: scope.sees_rosters),
    Link(
        "Time off",
        "time-off",
        "Workforce",
        "clock",
        may_open=lambda scope: scope.sees_rosters and scope.agent_id is None,
    ),
    Link(
        "People",
        "people",
        "Workforce",
        "people",
        may_open=lambda scope: scope.sees_rosters and scope.agent_id is None,
    ),
    Link(
        "Organisation",
        "organisation",
        "Workforce",
        "people",
        may_open=lambda scope: scope.sees_rosters and scope.agent_id is None,
    ),
    PRODUCTIVITY,
    Link("Rates", "rates", "Workforce", "clock", may_open=lambda scope: scope.sees_costs),
)


def _week(asked: Asked) -> Pairs:
    """The roster shows one week, of one team or of all: the week in which the period ends."""
    teams = asked.filtered("team")
    return [("week", asked.period.end.isoformat()), *([("team", teams[0])] if len(teams) == 1 else [])]


offer(
    Way("Who was staffed", "roster", _week, may_go=lambda scope: scope.sees_rosters and scope.agent_id is None),
    Way("Productivity and cost", "productivity", days_and_teams, may_go=PRODUCTIVITY.may_open),
)
