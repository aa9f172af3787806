"""A page as its parts, each drawn once: kept in this process, shared with the others.

Whoever can fetch the rest later waits for no more than settings.FIRST_ANSWER_S of drawing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import takewhile
from math import inf

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.http import QueryDict
from django.utils.safestring import SafeString

from ops_dashboard.metrics import shared_parts
from ops_dashboard.metrics.asking import cuts_named
from ops_dashboard.metrics.chips import offered_filters, with_known_values
from ops_dashboard.metrics.forms import GRAINS, Asked, FilterForm
from ops_dashboard.metrics.keeping_back import in_weeks_over
from ops_dashboard.metrics.kept_answers import NOW_S
from ops_dashboard.metrics.pages import CustomPanel, Page, Panel
from ops_dashboard.metrics.panels import Drawn, panel_section, strip
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Reader, today
from ops_dashboard.people.roles import Scope

FIGURES = "figures"  # what the strip is called among the parts of a page


@dataclass(frozen=True)
class ShownPart:
    """A part of a page as HTML, under the name by which a browser that shows it asks for it again."""

    name: str
    html: SafeString

    @cached_property
    def stand(self) -> str:
        """Another one as soon as anything of it is."""
        return blake2b(self.html.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class PageParts:
    """The figure strip and the panels; `rest` are the panels after those, which nobody has drawn yet."""

    figures: ShownPart
    panels: list[ShownPart]
    rest: tuple[Panel, ...] = ()


@dataclass(frozen=True)
class _Part:
    """`mark` tells all that it is drawn from; one `of_now` may show what no cell tells."""

    name: str
    mark: str
    draw: Callable[[], Drawn]
    of_now: bool = False


def name_of(panel: Panel) -> str:
    return f"panel-{panel.slug}"


def asked_on(page: Page, data: QueryDict, scope: Scope) -> Asked:
    """What the query string of a page asks, as far as this reader may."""
    filters = offered_filters(page)
    form = FilterForm(
        data,
        today=today(),
        filters=filters,
        period=page.period,
        grain=page.grain,
        grains=GRAINS,
        tabs=tuple(tab.slug for tab in page.tabs),
    )
    asked = form.asked()
    asked = with_known_values(page, asked, scope)
    return in_weeks_over(asked) if scope.small_cells_hidden else asked


def page_tabs(page: Page, asked: Asked) -> list[dict[str, object]]:
    """The tabs as links to the same question."""
    slugs = ["", *(tab.slug for tab in page.tabs[1:])]
    return [
        {"label": tab.label, "querystring": replace(asked, tab=slug).querystring, "is_here": slug == asked.tab}
        for tab, slug in zip(page.tabs, slugs, strict=False)
    ]


def reader_of(asked: Asked, scope: Scope) -> Reader:
    """A reader that fetches the days of a page at once."""
    return Reader(scope, reach=[asked.period, *([asked.compare] if asked.compare else []), Period(today(), today())])


def page_parts(page: Page, asked: Asked, reader: Reader, *, request_id: str, within_s: float = inf) -> PageParts:
    """The strip, and as many panels as are there or can be drawn until `within_s` have gone by."""
    shown = _drawn(_parts(page, asked, reader, request_id=request_id), within_s=within_s)
    return PageParts(shown[0], shown[1:], page.shown_panels(asked.tab)[len(shown) - 1 :])


def changed_parts(
    seen: Mapping[str, str], page: Page, asked: Asked, reader: Reader, *, request_id: str
) -> list[ShownPart]:
    """Those of the parts `seen`, by name, that stand otherwise by now."""
    parts = [part for part in _parts(page, asked, reader, request_id=request_id) if part.name in seen]
    return [part for part in _drawn(parts) if part.stand != seen[part.name]]


def panels_from(slug: str, page: Page, asked: Asked, reader: Reader, *, request_id: str) -> list[ShownPart]:
    """The panel called `slug` and all after it; all of the page where it has none called so."""
    shown = page.shown_panels(asked.tab)
    first = next((place for place, panel in enumerate(shown) if panel.slug == slug), 0)
    return _drawn([_panel_part(page, panel, asked, reader, request_id=request_id) for panel in shown[first:]])


def draw_ahead(page: Page, asked: Asked, reader: Reader) -> None:
    """Draw what stands until a cell changes, for the processes that will be asked for it."""
    _drawn([part for part in _parts(page, asked, reader, request_id="ahead") if not part.of_now])


def _parts(page: Page, asked: Asked, reader: Reader, *, request_id: str) -> list[_Part]:
    anywhere = replace(asked, tab="")  # the figures stand over every tab
    cuts = {cut for figure in page.figures for cut in cuts_named(figure)}
    parts = [
        _Part(
            FIGURES,
            reader.mark_of((page.slug, FIGURES), anywhere, cuts=cuts),
            lambda: strip(page.figures, anywhere, reader, request_id=request_id),
        )
    ]
    shown = page.shown_panels(asked.tab)
    return parts + [_panel_part(page, panel, asked, reader, request_id=request_id) for panel in shown]


def _panel_part(page: Page, panel: Panel, asked: Asked, reader: Reader, *, request_id: str) -> _Part:
    return _Part(
        name_of(panel),
        reader.mark_of((page.slug, panel.slug), asked, cuts=cuts_named(panel)),
        lambda: panel_section(panel, asked, reader, request_id=request_id),
        of_now=isinstance(panel, CustomPanel) and panel.of_now,
    )


def _drawn(parts: list[_Part], *, within_s: float = inf) -> list[ShownPart]:
    """Each part as HTML: as this process kept it, as another shared it, or drawn.

    When `within_s` have gone by, it ends before the next part that would have to be drawn, the first excepted.
    """
    until = time.monotonic() + within_s
    here = caches["panels"]
    html: dict[str, SafeString] = {part.mark: kept for part in parts if (kept := here.get(part.mark)) is not None}
    there = shared_parts.found([part.mark for part in parts if part.mark not in html])
    fresh: dict[bool, dict[str, SafeString]] = {False: {}, True: {}}
    for part in parts:
        if part.mark in html:
            continue
        if part.mark in there:
            html[part.mark] = there[part.mark]
            if not part.of_now:  # kept here, one of now would grow as old again as it is
                here.set(part.mark, there[part.mark], DEFAULT_TIMEOUT)
            continue
        if time.monotonic() > until and part is not parts[0]:
            break
        drawn = part.draw()
        html[part.mark] = drawn.html
        if drawn.is_whole:
            here.set(part.mark, drawn.html, NOW_S if part.of_now else DEFAULT_TIMEOUT)
            fresh[part.of_now][part.mark] = drawn.html
    for of_now, those in fresh.items():
        if those:
            shared_parts.share(those, seconds=NOW_S if of_now else shared_parts.SHARED_S)
    return [ShownPart(part.name, html[part.mark]) for part in takewhile(lambda part: part.mark in html, parts)]
