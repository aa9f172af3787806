"""What a theme costs: the conversations about it times what a resolution costs in the teams that had them.

Only what was tagged counts, and reviews cost support nothing, so this is the least that it costs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from insights.counting import THEMED
from insights.models import Theme
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.roles import SYSTEM, Scope

COST = "cost_per_resolution"
NOBODY = "none"  # slug of feedback that no team answered
WEEK, PRICED = timedelta(days=7), timedelta(days=28)  # a week's resolutions are too few to say what one costs


@dataclass(frozen=True)
class Cost:
    """`total` in the installation's currency; None where no rate is known."""

    conversations: int
    total: float | None


def weekly_costs(
    themes: Iterable[Theme], until: date, *, scope: Scope, reader: Reader | None = None
) -> dict[str, Cost]:
    """Of the seven days that end with `until`, by slug of theme; nothing for readers who may not see costs."""
    slugs = tuple(theme.slug for theme in themes) if scope.sees_costs else ()
    if not slugs:
        return {}
    reader = reader or Reader(SYSTEM)
    week, month = (Period(until - length + timedelta(days=1), until) for length in (WEEK, PRICED))
    said = reader.run(Query(THEMED, week, by=("theme", "team"), where=(("theme", slugs),)))
    priced = reader.run(Query(COST, month, by=("team",)))
    counts: dict[str, dict[str, int]] = {slug: {} for slug in slugs}
    for row in said.rows:
        counts[row.keys[0]][row.keys[1]] = int(row.figure.value or 0)
    prices = {row.keys[0]: row.figure.value for row in priced.rows}
    return {slug: priced_at(had, prices, priced.total.value) for slug, had in counts.items()}


def together(costs: Iterable[Cost]) -> Cost | None:
    """The sum; of unknown total where one of them is unknown."""
    found = list(costs)
    if not found:
        return None
    totals = [cost.total for cost in found]
    known = [total for total in totals if total is not None]
    return Cost(sum(cost.conversations for cost in found), sum(known) if len(known) == len(totals) else None)


def priced_at(counts: Mapping[str, int], prices: Mapping[str, float | None], usual: float | None) -> Cost:
    """Conversations by team; a team without a price of its own has the usual one."""
    had = {team: count for team, count in counts.items() if team != NOBODY and count}
    own = {team: price for team in had if (price := prices.get(team)) is not None}
    each = [(count, own.get(team, usual)) for team, count in had.items()]
    known = [count * price for count, price in each if price is not None]
    return Cost(sum(had.values()), sum(known) if len(known) == len(each) else None)
