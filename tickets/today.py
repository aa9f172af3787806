"""What the day has brought so far, beside the same weekday a week before up to the same hour."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ops_dashboard.metrics.definitions import Level, registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.pages import Context
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.rendering.changes import change
from ops_dashboard.metrics.rendering.figures import FigureItem, figure_item
from ops_dashboard.metrics.rendering.numbers import WEEKDAYS
from ops_dashboard.people.zones import zone_of
from tickets.small_counts import refuse_small_cells

FIGURES = (
    ("created", "Created"),
    ("solved", "Solved"),
    ("first_reply_attainment", "First reply on time"),
    ("next_reply_attainment", "Next reply on time"),
    ("reopened", "Reopened"),
    ("promises_running", "Promises running"),
)


def today_so_far(reader: Reader, asked: Asked) -> Context:
    """For the page's filters. What is compared are the full hours of both days, and the words name the last:
    a panel that is kept a while stays true."""
    refuse_small_cells(reader)
    hour = timezone.now().astimezone(zone_of(settings.REPORTING_ZONE)).hour
    return {
        "items": [_item(reader, asked, slug, label, until_hour=hour) for slug, label in FIGURES],
        "querystring": replace(asked, period_word="today", compare_word="off", problems={}).querystring,
    }


def _item(reader: Reader, asked: Asked, slug: str, label: str, *, until_hour: int) -> FigureItem:
    query = Query(slug, Period(today(), today()), where=asked.where)
    result = reader.run(query)
    item = figure_item(result, label=label, rows_url="tickets" if reader.sees_rows(result.metric) else "")
    if isinstance(registry.metric(slug), Level):
        return replace(item, against="at this moment")
    if not until_hour:
        return replace(item, against="compared from 01:00 on")
    before = today() - timedelta(days=7)
    hours = reader.run(replace(query, compare=Period(before, before), until_hour=until_hour))
    moved = change(hours.metric, hours.total, hours.previous_total)
    weekday = WEEKDAYS[before.weekday()]
    words = f"to {until_hour:02}:00 vs last {weekday}"
    return replace(item, change=moved, against=words if moved else f"no comparable data last {weekday}")
