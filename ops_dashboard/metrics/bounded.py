"""The figures of an answer, unless they are more than anybody reads."""

from django.conf import settings

from ops_dashboard.metrics.arithmetic import figures_of
from ops_dashboard.metrics.asking import BadQuery, Query, buckets, has_begun, today
from ops_dashboard.metrics.definitions import Level, Metric, Total
from ops_dashboard.metrics.groups import Groups, Key
from ops_dashboard.metrics.result import Figure

MOST_ROWS = 400_000


def figures(metric: Metric, amounts: dict[str, Groups], query: Query) -> dict[Key, Figure]:
    """The figure of every bucket and cut. BadQuery where the table of all of them would be too long."""
    cuts = {codes for groups in amounts.values() for codes in (*groups.opening, *(codes for _, codes in groups.keys))}
    if (rows := len(buckets(query)) * len(cuts)) > MOST_ROWS:
        raise BadQuery(
            f"That would be {rows:,} rows, and {MOST_ROWS:,} is the most: "
            "ask for fewer cuts, a coarser grain or a shorter period."
        )
    return figures_of(
        metric, amounts, period=query.period, grain=query.grain, today=today(), currency=settings.CURRENCY
    )


def absent_whole(query: Query, metric: Metric) -> Figure:
    """Of a period without facts: nothing, or a gap where it has not begun."""
    return nothing(metric) if has_begun(query.period.start, metric) else Figure(None, 0)


def nothing(metric: Metric) -> Figure:
    return Figure(0 if isinstance(metric, Total | Level) else None, 0)
