"""The pages of workforce, as the rail offers them."""

from ops_dashboard.metrics.pages import Link, site

site.add(
    Link("Today", "today", "Workforce", "clock", may_open=lambda scope: scope.sees_plans),
    Link("Forecast", "forecast", "Workforce", "forecast", may_open=lambda scope: scope.sees_plans),
    Link("Staffing what-if", "staffing", "Workforce", "people", may_open=lambda scope: scope.sees_plans),
    Link("Roster", "roster", "Workforce", "people", may_open=lambda scope: scope.sees_rosters),
)
