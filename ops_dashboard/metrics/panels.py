"""Panel declarations -> what their templates print. One panel that fails never takes others along."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import singledispatch
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from ops_dashboard.metrics.asking import BeingRecounted
from ops_dashboard.metrics.chips import Choice, cut_choices
from ops_dashboard.metrics.definitions import Metric, registry
from ops_dashboard.metrics.explanations import explain
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.pages import (
    BarsPanel,
    BridgePanel,
    CustomPanel,
    CutPanel,
    FigureSpec,
    HeatPanel,
    LinePanel,
    Panel,
)
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader, today
from ops_dashboard.metrics.rendering import charts, tables
from ops_dashboard.metrics.rendering.bridge import bridge
from ops_dashboard.metrics.rendering.exports import FORMATS
from ops_dashboard.metrics.rendering.figures import FigureItem, figure_item
from ops_dashboard.metrics.rendering.heat import heat_map
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.result import WHY_WITHHELD, Result
from ops_dashboard.metrics.rows_behind import rows_behind, rows_behind_hours

logger = logging.getLogger(__name__)

WEEKLY_LINES_FROM_DAYS = 42
PASSING = ("nothing-yet", "late")  # kinds of Empty that time or a refill ends, though no cell they hang on changes
_LAST_WEEKS = "?period=last-28-days"


@dataclass(frozen=True)
class Empty:
    """Why there is nothing: nothing yet, no match, late, not yours; with the next step."""

    kind: str
    words: str
    step: str = ""
    step_url: str = ""


@dataclass(frozen=True)
class PanelView:
    """What `templates/panels/_panel.html` prints: `template` with `body`, `empty` or `error`."""

    panel: Panel
    template: str = ""
    sentence: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    query: Query | None = None
    querystring: str = ""
    cuts: tuple[Choice, ...] = ()
    empty: Empty | None = None
    error: str = ""
    export_querystring: str = ""
    defined: Metric | None = None
    rows_href: str = ""

    @property
    def place(self) -> str:
        """Keeps the ids of definitions apart where a metric stands in several panels."""
        return f"{self.panel.slug}-panel-"

    @property
    def export_formats(self) -> tuple[str, ...]:
        return FORMATS if self.query and not self.empty else ()


@dataclass(frozen=True)
class Drawn:
    """HTML; not `is_whole` where something of it failed or was refused, which may be otherwise at once."""

    html: SafeString
    is_whole: bool = True


def strip(specs: tuple[FigureSpec, ...], asked: Asked, reader: Reader, *, request_id: str) -> Drawn:
    """The figures in a row; one that fails says so in its place."""
    entries = [_entry(spec, asked, reader, request_id=request_id) for spec in specs]
    html = render_to_string("pages/_strip.html", {"figures": entries, "querystring": asked.querystring})
    return Drawn(html, is_whole=all("item" in entry for entry in entries))


def _entry(spec: FigureSpec, asked: Asked, reader: Reader, *, request_id: str) -> dict[str, Any]:
    """`item`, or `label` and `error`."""
    label = spec.label or registry.metric(spec.metric).label
    try:
        return {"item": _figure(spec, asked, reader)}
    except (NotYours, BadQuery, BeingRecounted) as problem:
        return {"label": label, "error": str(problem)}
    except Exception:  # the edge of one figure: it fails alone, and the failure is recorded
        logger.exception("figure failed: metric=%s request=%s", spec.metric, request_id)
        return {"label": label, "error": f"This figure failed. Request {request_id}."}


def panel_section(panel: Panel, asked: Asked, reader: Reader, *, request_id: str) -> Drawn:
    """The panel, or why it is empty, or that it failed."""
    try:
        view = _view(panel, asked, reader)
        return Drawn(_drawn(view, asked, reader), is_whole=not (view.empty and view.empty.kind in PASSING))
    except NotYours as refusal:
        view = PanelView(panel, empty=Empty("forbidden", str(refusal), "Ask an administrator for access."))
    except BeingRecounted as delay:
        view = PanelView(panel, empty=Empty("late", str(delay), "Look again", ""))
    except BadQuery as problem:
        view = PanelView(panel, empty=Empty("no-match", str(problem), "Clear the filters", "?"))
    except Exception:  # the edge of one panel: it fails alone, and the failure is recorded
        logger.exception("panel failed: panel=%s request=%s", panel.slug, request_id)
        view = PanelView(panel, error=request_id)
    return Drawn(_drawn(view, asked, reader), is_whole=False)


def empty_of(result: Result, asked: Asked) -> Empty | None:
    """None when there is something to show."""
    if any(row.figure.n or row.figure.value for row in result.rows) or result.total.n or result.total.value:
        return None
    if result.withheld or result.total.is_withheld:
        return Empty("forbidden", f"{WHY_WITHHELD.capitalize()}.", "Ask for a longer period or fewer filters.")
    if result.freshness.complete_to is None:
        return Empty("nothing-yet", "Nothing has been counted yet.", "Import tickets, then refresh the metrics.")
    if result.period.start > today():
        return Empty("nothing-yet", "These days are still to come.", "Look at the last four weeks", _LAST_WEEKS)
    if asked.where:
        return Empty(
            "no-match", "Nothing matches these filters.", "Clear the filters", f"?{asked.without_filters().querystring}"
        )
    if (reached := day_at(result.freshness.complete_to)) < result.period.start:
        return Empty("late", f"Data reaches only to {reached}.", "Check the sources.")
    return Empty("no-match", result.metric.nothing, "Try a longer period", "?period=last-364-days")


def _figure(spec: FigureSpec, asked: Asked, reader: Reader) -> FigureItem:
    result = reader.run(asked.query(spec.metric, where=spec.where))
    return figure_item(result, label=spec.label, rows_url=spec.rows_url if reader.sees_rows(result.metric) else "")


def _shown(panel: Panel, query: Query, asked: Asked, result: Result, **parts: Any) -> PanelView:
    empty = empty_of(result, asked)
    return PanelView(
        panel,
        query=query,
        querystring=_uncut(asked),
        export_querystring=replace(asked, by=query.by, grain_word=query.grain.value, tab="").querystring,
        empty=empty,
        sentence="" if empty else sentence(result),
        **parts,
    )


def _grain_of_series(asked: Asked) -> Grain:
    """Several lines at once are drawn by week from six weeks on, unless a grain was asked for."""
    if asked.grain is Grain.DAY and not asked.grain_word and asked.period.days >= WEEKLY_LINES_FROM_DAYS:
        return Grain.WEEK
    return asked.grain


def _bucket_links(asked: Asked, grain: Grain) -> Callable[[date], str] | None:
    """From a row over time to the page about that bucket alone; none where the page is about one already."""
    if asked.period.days == 1:
        return None
    about = asked.about_each(grain)
    return lambda start: f"?{about(start)}"


def _value_links(asked: Asked, by: str) -> Callable[[str], str]:
    """From a value of a cut to the page about it alone, where the page can be narrowed by it."""
    return lambda key: f"?{asked.only(by, key).querystring}" if by in asked.filters else ""


def _uncut(asked: Asked) -> str:
    """The question without its cut, to which a link adds another."""
    return replace(asked, by=()).querystring


def _drawn(view: PanelView, asked: Asked, reader: Reader) -> SafeString:
    """The panel with its body: drawn here, so that a template that fails takes only its own panel along."""
    if metric := getattr(view.panel, "metric", ""):
        view = replace(view, defined=registry.metric(metric), rows_href=_rows_href(view, metric, asked, reader))
    given = {"view": view, "body": view.body, "panel": view.panel, "asked": asked, "scope": reader.scope}
    return render_to_string("panels/_panel.html", view.body | given)


def _rows_href(view: PanelView, metric: str, asked: Asked, reader: Reader) -> str:
    """The list of all that the panel counts."""
    return "" if view.empty or view.error else rows_behind(reader, asked, metric, url_name=view.panel.rows_url)


@singledispatch
def _view(panel: Panel, asked: Asked, reader: Reader) -> PanelView:
    raise TypeError(panel)


@_view.register
def _(panel: LinePanel, asked: Asked, reader: Reader) -> PanelView:
    by = asked.by[:1] if panel.splits else ()
    query = asked.query(panel.metric, grain=_grain_of_series(asked) if by else asked.grain, by=by)
    result = reader.run(query)
    as_bars = panel.marks == "bars"
    body = {
        "id": panel.slug,
        "figure": charts.bars(result) if as_bars else charts.line(result),
        "marks": charts.marks(result, as_bars=as_bars),
        "pins": charts.pins(result),
        "table": tables.over_time(result, links=_bucket_links(asked, query.grain), caption=panel.title),
        "sentence": sentence(result),
    }
    return _shown(panel, query, asked, result, template="panels/_chart.html", body=body)


@_view.register
def _(panel: CutPanel, asked: Asked, reader: Reader) -> PanelView:
    by = panel.by if panel.fixed or not asked.by else asked.by[0]
    query = asked.query(panel.metric, by=(by,))
    result = reader.run(query)
    drawn = replace(asked.query(panel.metric, grain=_grain_of_series(asked), by=(by,)), compare=None)
    series = reader.run(drawn) if panel.sparks else None
    link = _value_links(asked, by)
    links = {row.keys[0]: href for row in result.rows if (href := link(row.keys[0]))}
    body = {"table": tables.by_cut(result, series=series, links=links, caption=panel.title)}
    cut = () if panel.fixed else cut_choices(panel.metric, by, reader)
    return _shown(panel, query, asked, result, template="panels/_table.html", body=body, cuts=cut)


@_view.register
def _(panel: HeatPanel, asked: Asked, reader: Reader) -> PanelView:
    query = replace(asked.query(panel.metric, grain=Grain.HOUR_OF_WEEK), compare=None)  # it shows one period
    result = reader.run(query)
    links = rows_behind_hours(reader, asked, panel.metric, url_name=panel.rows_url)
    body = {"heat": heat_map(result, links=links, caption=panel.title)}
    return _shown(panel, query, asked, result, template="panels/_heat.html", body=body)


@_view.register
def _(panel: BridgePanel, asked: Asked, reader: Reader) -> PanelView:
    if asked.compare is None:
        return PanelView(
            panel, empty=Empty("no-match", "There is nothing to compare with.", "Compare with the period before", "?")
        )
    by = asked.by[0] if asked.by else panel.by
    query = asked.query(panel.metric, by=(by,))
    explained = explain(query, against=asked.compare, by=by, reader=reader)
    found = bridge(explained, registry.metric(panel.metric), links=_value_links(asked, by))
    if found is None:
        return PanelView(panel, empty=Empty("no-match", "One of the two periods has no figure to explain.", "", ""))
    said = f"{found.before} became {found.after}; the steps add up to the change."
    return PanelView(panel, "panels/_bridge.html", said, {"bridge": found})


@_view.register
def _(panel: BarsPanel, asked: Asked, reader: Reader) -> PanelView:
    bars = panel.bars(reader, asked)
    if not any(bar.count for bar in bars):
        return PanelView(panel, empty=Empty("no-match", "Nothing to count here.", "", ""))
    most = max(bar.count for bar in bars)
    said = panel.sentence(bars) if panel.sentence else ""
    rows = [(bar, round(bar.count / most * 100, 2)) for bar in bars]
    return PanelView(panel, "panels/_bars.html", said, {"bars": rows})


@_view.register
def _(panel: CustomPanel, asked: Asked, reader: Reader) -> PanelView:
    return PanelView(panel, panel.template, "", panel.context(reader, asked), querystring=asked.querystring)
