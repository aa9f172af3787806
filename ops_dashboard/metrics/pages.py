"""Pages as declarations: which panels show which metric how. Apps add theirs to `site`.

site.add(Page("service-levels", "Service levels", "service-levels", "Operation",
              figures=(FigureSpec("first_reply_on_time"),),
              panels=(LinePanel("trend", "First reply on time, by day", "first_reply_on_time"),)))
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.http import QueryDict

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import Reader, today
from ops_dashboard.metrics.rendering.numbers import whole
from ops_dashboard.people.roles import Scope

if TYPE_CHECKING:
    from ops_dashboard.metrics.forms import Asked

GROUPS = ("Operation", "Workforce", "Quality", "Insights", "Data")
Context = dict[str, Any]


@dataclass(frozen=True)
class FigureSpec:
    """One figure of the strip. `label` overrides the metric's; `where` narrows it further;
    `rows_url` names the URL that lists what the figure counts (it gets the page's query string)."""

    metric: str
    label: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rows_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a page. `size`: full, wide (two thirds), half or side (one third). `rights`: of `Scope`,
    beyond those of its metric; whoever lacks one gets the page without it. `rows_url` as of a figure, for
    one whose metric can be listed. Where it has a `metric`, its head tells what that means."""

    slug: str
    title: str
    size: str = "half"
    help: str = ""
    rights: tuple[str, ...] = ()
    rows_url: str = ""


@dataclass(frozen=True, kw_only=True)
class LinePanel(Panel):
    """A metric over time; `marks` line or bars. The page's `by` splits it when `splits`."""

    metric: str
    marks: str = "line"
    size: str = "wide"
    splits: bool = False


@dataclass(frozen=True, kw_only=True)
class CutPanel(Panel):
    """A metric by one dimension: a table with bullet bars and sparklines. The page's `by` replaces
    `by` unless it is `fixed`; `sparks` needs one more question, over time."""

    metric: str
    by: str = "team"
    fixed: bool = False
    sparks: bool = True


@dataclass(frozen=True, kw_only=True)
class HeatPanel(Panel):
    """A metric by hour of the week. Needs a measure with hours."""

    metric: str


@dataclass(frozen=True, kw_only=True)
class BridgePanel(Panel):
    """Why a metric changed against the compared period, by one dimension."""

    metric: str
    by: str = "team"
    size: str = "side"


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: `count` things, `href` lists them."""

    label: str
    count: int
    href: str = ""
    tone: str = ""  # "", warning or worse

    @property
    def shown(self) -> str:
        return whole(self.count)


@dataclass(frozen=True, kw_only=True)
class BarsPanel(Panel):
    """A histogram: bars in a fixed order (ageing, missed by), made by `bars(reader, asked)`. `metric`: what they
    are of, as of the next."""

    metric: str = ""
    bars: Callable[[Reader, "Asked"], tuple[Bar, ...]]
    sentence: Callable[[tuple[Bar, ...]], str] | None = None
    size: str = "side"


@dataclass(frozen=True, kw_only=True)
class CustomPanel(Panel):
    """Whatever else: a template fragment with what `context(reader, asked)` gives.

    One that is not `of_now` is drawn from answers alone, so that it stands until a cell changes; one `of_today`
    is about this day whatever period the page is asked about."""

    template: str
    metric: str = ""
    of_now: bool = True
    of_today: bool = False
    context: Callable[[Reader, "Asked"], Context] = lambda reader, asked: {}


@dataclass(frozen=True)
class Tab:
    """One of the sets of panels that a page shows by turns, above those it always shows."""

    slug: str
    label: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Page:
    """A page. `filters` are the dimension chips of its bar; `period` is where it starts; without a word for it
    in the address the first of its `tabs` is shown."""

    slug: str
    title: str
    url_name: str
    group: str
    figures: tuple[FigureSpec, ...] = ()
    panels: tuple[Panel, ...] = ()
    tabs: tuple[Tab, ...] = ()
    icon: str = "dot"
    filters: tuple[str, ...] = ("team", "channel", "priority")
    period: str = "last-28-days"
    grain: Grain = Grain.DAY
    may_open: Callable[[Scope], bool] = lambda scope: scope.sees_metrics

    def part_for(self, scope: Scope) -> "Page":
        """The page without the figures and panels that this reader may not see."""
        return replace(
            self,
            figures=tuple(figure for figure in self.figures if has_all(scope, _rights(figure))),
            panels=_open_to(scope, self.panels),
            tabs=tuple(replace(tab, panels=_open_to(scope, tab.panels)) for tab in self.tabs),
        )

    def shown_panels(self, tab: str) -> tuple[Panel, ...]:
        """Those of one tab, "" being the first, and those that stand under every tab."""
        chosen = next((each for each in self.tabs if each.slug == tab), *self.tabs[:1] or (None,))
        return (*chosen.panels, *self.panels) if chosen else self.panels

    @property
    def every_panel(self) -> tuple[Panel, ...]:
        return (*(panel for tab in self.tabs for panel in tab.panels), *self.panels)

    def left_out(self, scope: Scope) -> tuple[str, ...]:
        """What those are about, for the reader to know, where nothing else on the page tells it."""
        parts: list[FigureSpec | Panel] = [*self.figures, *self.every_panel]
        told = {_metric(part) for part in parts if has_all(scope, _rights(part))}
        slugs = dict.fromkeys(_metric(part) for part in parts if _metric(part) not in told)
        return tuple(registry.metric(slug).label.lower() for slug in slugs if slug)


def _open_to(scope: Scope, panels: tuple[Panel, ...]) -> tuple[Panel, ...]:
    return tuple(panel for panel in panels if has_all(scope, _rights(panel)))


def has_all(scope: Scope, rights: tuple[str, ...]) -> bool:
    return all(getattr(scope, right) for right in rights)


def _rights(part: FigureSpec | Panel) -> tuple[str, ...]:
    metric = _metric(part)
    return (*getattr(part, "rights", ()), *(registry.metric(metric).rights if metric else ()))


def _metric(part: FigureSpec | Panel) -> str:
    return getattr(part, "metric", "")


@dataclass(frozen=True)
class Question:
    """What a page is asked, as a canonical query string. `names_people`: its filters do."""

    querystring: str
    names_people: bool = False


@dataclass(frozen=True)
class Link:
    """An entry of the rail that is no metric page. `waiting` are the rows with which this reader must do something:
    a query that hangs on the scope and the day alone. `question` reads what its query string asks, where views of
    the page can be saved."""

    title: str
    url_name: str
    group: str
    icon: str = "dot"
    may_open: Callable[[Scope], bool] = lambda scope: bool(scope.role)
    waiting: Callable[[Scope], QuerySet[Any] | None] = lambda scope: None
    question: Callable[[QueryDict, Scope], Question] | None = None


class Site:
    """The pages and links that exist, in the order they were added; the rail is drawn from it."""

    def __init__(self) -> None:
        self._entries: dict[str, Page | Link] = {}

    def add(self, *entries: Page | Link) -> None:
        for entry in entries:
            if entry.group not in GROUPS:
                raise ValueError(f"{entry.group!r} is no group of the rail; it has {', '.join(GROUPS)}.")
            self._entries[entry.url_name] = entry

    def page(self, slug: str) -> Page:
        return next(entry for entry in self._entries.values() if isinstance(entry, Page) and entry.slug == slug)

    def pages(self) -> Iterator[Page]:
        return (entry for entry in self._entries.values() if isinstance(entry, Page))

    def open_to(self, scope: Scope) -> Iterator[Page | Link]:
        """What this reader may open, group by group."""
        for group in GROUPS:
            yield from [entry for entry in self._entries.values() if entry.group == group and entry.may_open(scope)]


def waiting_counts(entries: Iterable[Page | Link], scope: Scope) -> dict[str, int]:
    """How much waits for this reader behind each entry, by its URL name. One query, or none."""
    sql, told = _counting(tuple(entry for entry in entries if isinstance(entry, Link)), scope, today())
    if not sql:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return dict(cursor.fetchall())


@lru_cache(maxsize=256)
def _counting(links: tuple["Link", ...], scope: Scope, day: date) -> tuple[str, tuple[Any, ...]]:
    """The query and its parameters, kept since making it takes longer than asking it."""
    counts = [
        found.order_by().annotate(place=Value(link.url_name)).values("place").annotate(count=Count("pk"))
        for link in links
        if (found := link.waiting(scope)) is not None
    ]
    asked = [found.values_list("place", "count") for found in counts]
    try:
        return (asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0]).query.sql_with_params()
    except (IndexError, EmptyResultSet):  # nothing that could wait
        return "", ()


site = Site()
