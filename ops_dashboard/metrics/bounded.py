"""The figures of an answer, unless they are more than anybody reads."""

from django.conf import settings

from ops_dashboard.metrics.arithmetic import figures_of
from ops_dashboard.metrics.asking import BadQuery, Query, buckets, today
from ops_dashboard.metrics.definitions import Metric
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
