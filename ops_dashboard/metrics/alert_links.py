"""Where a firing leads: the page that shows its metric, and the rows behind the figure, of the days it is about."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from ops_dashboard.metrics.alert_verdicts import Look
from ops_dashboard.metrics.asking import rows_source
from ops_dashboard.metrics.chips import offered_filters
from ops_dashboard.metrics.definitions import Metric
from ops_dashboard.metrics.models import AlertFiring
from ops_dashboard.metrics.pages import FigureSpec, Page, Panel, site
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.ways import Door
from ops_dashboard.people.roles import Scope


def doors_of(firing: AlertFiring, metric: Metric, scope: Scope) -> list[Door]:
    """The same cuts and days as the rule looked at."""
    period = Period(firing.on - timedelta(days=firing.days - 1), firing.on)
    compare = str(period.shifted(-7)) if firing.days == Look.DAY else "previous"
    asked = "&".join(filter(None, (urlencode({"period": str(period), "compare": compare}), firing.cuts)))
    named = set(QueryDict(firing.cuts))
    found = []
    for page in _showing(metric, scope):
        if named <= set(offered_filters(page)):
            found.append(Door(page.title, f"{reverse(page.url_name)}?{asked}{_tab(page, metric)}"))
            break
    if (rows := _rows(metric, scope)) and getattr(scope, rows_source(metric).rows_right):
        found.append(Door(f"The {rows_source(metric).about}s behind it", f"{rows}?{asked}&metric={metric.slug}"))
    return found


def _showing(metric: Metric, scope: Scope) -> Iterator[Page]:
    """Pages that this reader may open, those with the metric in their strip first."""
    pages = [page.part_for(scope) for page in site.pages() if page.may_open(scope)]
    for page in sorted(pages, key=lambda page: all(figure.metric != metric.slug for figure in page.figures)):
        if any(getattr(part, "metric", "") == metric.slug for part in (*page.figures, *page.every_panel)):
            yield page


def _tab(page: Page, metric: Metric) -> str:
    """What opens the tab that the metric is on, where it is on one alone."""
    if any(getattr(part, "metric", "") == metric.slug for part in (*page.figures, *page.panels)):
        return ""
    tabs = (tab.slug for tab in page.tabs if any(getattr(part, "metric", "") == metric.slug for part in tab.panels))
    return f"&tab={next(tabs)}"


def _rows(metric: Metric, scope: Scope) -> str:
    """The list that some page offers for what the metric counts."""
    for page in _showing(metric, scope):
        parts: list[FigureSpec | Panel] = [*page.figures, *page.every_panel]
        for part in parts:
            if getattr(part, "metric", "") == metric.slug and part.rows_url:
                try:
                    return reverse(part.rows_url)
                except NoReverseMatch:
                    return ""
    return ""
