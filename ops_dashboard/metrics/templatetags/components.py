"""The component tags: each draws one thing the same way everywhere."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from ops_dashboard.metrics.chips import Chip
from ops_dashboard.metrics.definitions import Metric
from ops_dashboard.metrics.pages import GROUPS, site, waiting_counts
from ops_dashboard.metrics.panels import Empty
from ops_dashboard.metrics.rendering import drawn
from ops_dashboard.metrics.rendering.changes import Change
from ops_dashboard.metrics.rendering.figures import FigureItem
from ops_dashboard.metrics.rendering.freshness import FreshnessLine
from ops_dashboard.metrics.rendering.heat import HeatMap
from ops_dashboard.metrics.rendering.numbers import whole
from ops_dashboard.metrics.rendering.proof import ProofCard
from ops_dashboard.metrics.rendering.tables import Table
from ops_dashboard.metrics.view_menu import ViewMenu
from ops_dashboard.people.demo_users import TICKETS_STAND, unfinished_demo
from ops_dashboard.people.roles import NOBODY, Scope

register = template.Library()
register.filter("counted", whole)
Context = dict[str, Any]


@dataclass(frozen=True)
class RailEntry:
    """A page in the rail; `waiting` is how much waits there for the reader."""

    title: str
    url: str
    icon: str
    here: bool
    waiting: int


@register.simple_tag(takes_context=True)
def rail(context: RequestContext) -> SafeString:
    """The groups of pages that exist and that this reader may open."""
    request = context.get("request")
    groups: dict[str, list[RailEntry]] = {name: [] for name in GROUPS}
    scope: Scope = getattr(request, "scope", NOBODY)
    entries = list(site.open_to(scope))
    waiting = waiting_counts(entries, scope)
    for entry in entries:
        if url := _url_of(entry.url_name, get_urlconf(), get_script_prefix()):
            here = request is not None and request.path == url
            groups[entry.group].append(RailEntry(entry.title, url, entry.icon, here, waiting.get(entry.url_name, 0)))
    shown = tuple((name, tuple(ways)) for name, ways in groups.items() if ways)
    return _drawn_once("components/_rail.html", groups=shown)


@lru_cache
def _url_of(name: str, urlconf: str | None, prefix: str) -> str:
    """The address of an entry under a table of addresses and a prefix; "" where it has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/_demo_arriving.html")
def demo_arriving() -> Context:
    """What is missing of the demo organisation while it is still arriving; nothing otherwise."""
    try:
        day = unfinished_demo(settings.ENVIRONMENT.var).read_text(encoding="ascii")
    except FileNotFoundError:
        return {"is_arriving": False}
    return {"is_arriving": True, "tickets_after": None if day in ("", TICKETS_STAND) else date.fromisoformat(day)}


@register.simple_tag
def figure(item: FigureItem, querystring: str = "", place: str = "") -> SafeString:
    """One item of the figure strip; its number links to the rows it counts."""
    rows = _rows_address(item, querystring)
    return _drawn_once("components/_figure.html", item=item, rows=rows, place=f"{place}-{item.label}-")


def _rows_address(item: FigureItem, querystring: str) -> str:
    """The list of what the figure counts; "" where no such page exists."""
    try:
        return f"{reverse(item.rows_url)}?{querystring}&metric={item.slug}" if item.rows_url else ""
    except NoReverseMatch:
        return ""


@register.simple_block_tag
def panel(content: SafeString, title: str, sentence: str = "", size: str = "half") -> SafeString:
    """A titled box around whatever stands between the tags."""
    said = format_html('<p class="panel-sentence">{}</p>', sentence) if sentence else ""
    return format_html(
        '<section class="panel size-{}"><div class="panel-head"><div><h2>{}</h2>{}</div></div>{}</section>',
        size,
        title,
        said,
        content,
    )


@register.inclusion_tag("components/_chart.html")
def chart(id: str, body: Context, tall: bool = False) -> Context:
    """A Plotly figure with its words, its legend and the same rows as a table."""
    return body | {"chart_id": f"chart-{id}", "tall": tall}


@register.inclusion_tag("components/_table.html")
def data_table(table: Table, caption_shown: bool = False) -> Context:
    return {"table": table, "rows": drawn.table_rows(table), "caption_shown": caption_shown}


@register.simple_tag
def change(moved: Change) -> SafeString:
    return drawn.change(moved, words=moved.text)


@register.simple_tag
def chip(item: Chip, place: str = "") -> SafeString:
    """`place` keeps ids apart when a chip stands twice on a page."""
    return _drawn_once("components/_chip.html", chip=item, id=f"{place}{item.name}")


@register.inclusion_tag("components/_views.html", takes_context=True)
def views_menu(context: Context, menu: ViewMenu, place: str = "") -> Context:
    """The saved views of a page; within an answer to htmx it takes the place of the one that stands."""
    return {
        "menu": menu,
        "place": place,
        "is_partial": context.get("is_partial", False),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """`tone`: accent, warning or worse."""
    return format_html('<span class="badge {}">{}</span>', tone, text)


@register.inclusion_tag("components/_empty.html")
def empty(state: Empty) -> Context:
    return {"state": state}


@register.inclusion_tag("components/_heat.html")
def heat(body: HeatMap) -> Context:
    return {"heat": body, "rows": drawn.heat_rows(body), "hours": range(24)}


@register.inclusion_tag("components/_freshness.html")
def freshness(line: FreshnessLine) -> Context:
    return {"line": line}


@register.simple_tag
def definition(metric: Metric, place: str = "") -> SafeString:
    """What a number means, on demand. `place` keeps ids apart when a metric stands twice on a page."""
    return _drawn_once("components/_definition.html", metric=metric, id=f"definition-{slugify(place)}{metric.slug}")


def _drawn_once(template: str, **values: Hashable) -> SafeString:
    """A component that is all told by its values is drawn the first time they come."""
    return _drawn(template, tuple(values.items()))


@lru_cache(maxsize=1024)
def _drawn(template: str, values: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template, dict(values))


@register.inclusion_tag("components/_proof.html")
def proof(card: ProofCard) -> Context:
    return {"card": card}


@register.simple_tag
def icon(name: str) -> SafeString:
    return _drawn_once("components/_icon.html", name=name)
