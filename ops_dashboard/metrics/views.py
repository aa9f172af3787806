"""The generic page and the export of what it shows."""

from math import inf
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from ops_dashboard.metrics import lately, looking_again
from ops_dashboard.metrics.catalogue import cuts, entries
from ops_dashboard.metrics.chips import chips
from ops_dashboard.metrics.definitions import UnknownMetric, registry
from ops_dashboard.metrics.forms import Asked, FilterForm
from ops_dashboard.metrics.page_parts import (
    ShownPart,
    asked_on,
    changed_parts,
    page_parts,
    page_tabs,
    panels_from,
    reader_of,
)
from ops_dashboard.metrics.pages import Page
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import BadQuery, NotYours, Reader, today
from ops_dashboard.metrics.rendering.exports import Export, export
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.metrics.saving import opened_with
from ops_dashboard.metrics.view_menu import ViewMenu, view_menu
from ops_dashboard.metrics.ways import doors
from ops_dashboard.people import audit
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest, page_or_part


@require_safe
@requires("sees_metrics")
def page_view(request: ReaderRequest, page: Page) -> HttpResponse:
    """A declared page; to htmx only the answers under the filter bar, of those the panels from `rest` on, or what
    has changed `again`."""
    if not page.may_open(request.scope):
        raise PermissionDenied(f"{page.title} is not open to your role.")
    left_out, page = page.left_out(request.scope), page.part_for(request.scope)
    asked = asked_on(page, request.GET, request.scope)
    reader = reader_of(asked, request.scope)
    request_id = uuid4().hex[:12]
    if request.htmx and "again" in request.GET:
        return _again(request, page, asked, reader, request_id=request_id)
    rest = request.GET.get("rest", "")
    if rest and request.htmx:
        panels = panels_from(rest, page, asked, reader, request_id=request_id)
        return page_or_part(request, "pages/page.html", "pages/_panels.html", {"panels": panels})
    views = _views(request, page, asked)
    if answer := opened_with(request, views):
        return answer
    follows = not rest and (bool(request.htmx) or request.COOKIES.get("scripts") == "1")
    within_s = settings.FIRST_ANSWER_S if follows else inf
    parts = page_parts(page, asked, reader, request_id=request_id, within_s=within_s)
    context = {
        "page": page,
        "asked": asked,
        "chips": chips(page, asked, reader),
        "views": views,
        "figures": parts.figures,
        "tabs": page_tabs(page, asked),
        "panels": parts.panels,
        "rest": parts.rest,
        "freshness": _freshness(request, page, asked, reader),
        "left_out": left_out,
        "doors": doors(asked, request.scope, here=page.url_name),
    }
    _note(request, page, asked)
    here = f"{request.path}?{asked.querystring}"
    return page_or_part(request, "pages/page.html", "pages/_answers.html", context, shown_at=here)


def _again(request: ReaderRequest, page: Page, asked: Asked, reader: Reader, *, request_id: str) -> HttpResponse:
    """What stands otherwise than in the browser that asks; 204 where nothing does."""
    seen, moving = looking_again.seen(request.GET["again"]), looking_again.moving(page, asked)
    freshness = _freshness(request, page, asked, reader)
    told = {name: stand for name, stand in seen.items() if name in moving}
    changed = [part for part in [freshness] if part.stand != seen.get(part.name)]
    changed += changed_parts(told, page, asked, reader, request_id=request_id)
    _note(request, page, asked)
    if not changed:
        return HttpResponse(status=204)
    return page_or_part(request, "pages/page.html", "pages/_changed.html", {"changed": changed})


def _freshness(request: ReaderRequest, page: Page, asked: Asked, reader: Reader) -> ShownPart:
    """How old the numbers are, and whether the page looks for newer ones by itself."""
    name, value = looking_again.PAUSED
    context = {
        "freshness": freshness_line(reader.freshness, now=timezone.now()),
        "is_moving": bool(looking_again.moving(page, asked)),
        "is_paused": request.COOKIES.get(name) == value,
        "address": f"{request.path}?{asked.querystring}",
    }
    return ShownPart("freshness", render_to_string("pages/_freshness.html", context))


def _note(request: ReaderRequest, page: Page, asked: Asked) -> None:
    if request.user.pk:
        lately.note(request.user.pk, page.slug, asked.querystring)


def _views(request: ReaderRequest, page: Page, asked: Asked) -> ViewMenu:
    plain = asked_on(page, QueryDict(), request.scope).querystring
    return view_menu(page, request.scope, address=request.path, querystring=asked.querystring, plain=plain)


@require_safe
@requires("sees_metrics", "may_export")
def export_view(request: ReaderRequest, metric: str, form: str) -> HttpResponse:
    """One metric as a file, for the same query string as the page it was read on."""
    asked = asked_of(request, metric)
    if asked.problems:
        return HttpResponseBadRequest("\n".join(asked.problems.values()), content_type="text/plain; charset=utf-8")
    grain = asked.grain if asked.grain_word else Grain.TOTAL if asked.by else asked.grain
    try:
        result = Reader(request.scope).run(asked.query(metric, grain=grain, by=asked.by))
    except NotYours as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except BadQuery as problem:
        return HttpResponseBadRequest(str(problem), content_type="text/plain; charset=utf-8")
    file = export(result, form, raw=request.GET.get("raw") == "1")
    audit.record(request.scope.username, "exported", file.filename, query=asked.querystring, rows=len(result.rows))
    return download(file)


def download(file: Export) -> HttpResponse:
    """The file, to be kept by whoever asked and by nothing between."""
    response = HttpResponse(file.body, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="{file.filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@requires()
def catalogue_view(request: HttpRequest) -> HttpResponse:
    """Every metric: what it means, how it is made, how peers differ."""
    found = request.GET.get("q", "").strip().lower()
    shown = [item for item in entries() if found in f"{item['slug']} {item['label']} {item['definition']}".lower()]
    return render(request, "pages/catalogue.html", {"entries": shown, "q": request.GET.get("q", "").strip()})


def asked_of(request: HttpRequest, metric: str) -> Asked:
    """What the query string asks of one metric; every cut of the metric is a filter."""
    try:
        filters = tuple(cuts(registry.metric(metric)))
    except UnknownMetric as unknown:
        raise Http404(str(unknown)) from unknown
    return FilterForm(request.GET, today=today(), filters=filters, period="last-28-days").asked()
