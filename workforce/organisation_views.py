"""Organisation: what people and shifts are sorted by, read by whoever sees rosters and written by planners."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.people.access import NOT_YOURS, requires
from ops_dashboard.people.requests import ReaderRequest
from workforce import organisation
from workforce.organisation import KINDS, Kind
from workforce.organisation_forms import NamedForm

ANOTHER = "Somebody else has just added one of this name; look again."


@require_safe
@requires("sees_rosters")
def overview(request: ReaderRequest) -> HttpResponse:
    if request.scope.agent_id is not None:
        raise PermissionDenied(NOT_YOURS)
    return _overview(request)


def _overview(request: ReaderRequest, failed: tuple[Kind, NamedForm] | None = None) -> HttpResponse:
    """All of it; after a form that was refused, with that form and what is wrong with it."""
    sections = []
    for kind in KINDS.values():
        form = kind.form(auto_id=f"{kind.slug}_%s") if request.scope.may_staff else None
        if failed and failed[0] is kind:
            form = failed[1]
        rows, nothing = organisation.table(kind, request.scope), kind.nothing(request.scope)
        sections.append({"kind": kind, "table": rows, "nothing": nothing, "form": form})
    context = {"sections": sections, "failed": failed[0].slug if failed else ""}
    return render(request, "workforce/organisation.html", context, status=422 if failed else 200)


@require_POST
@requires("sees_rosters", "may_staff")
def add(request: ReaderRequest, kind: str) -> HttpResponse:
    told = _kind(kind)
    form = told.form(request.POST, auto_id=f"{told.slug}_%s")
    if not _save(form, told, request):
        return _overview(request, failed=(told, form))
    messages.success(request, f"{form.instance} is added.")
    return redirect("organisation")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_rosters", "may_staff")
def edit(request: ReaderRequest, kind: str, pk: int) -> HttpResponse:
    told = _kind(kind)
    row = get_object_or_404(told.model._default_manager.all(), pk=pk)
    title, form = f"{told.one.capitalize()} {row}", told.form(request.POST or None, instance=row)
    if request.method == "POST" and _save(form, told, request):
        messages.success(request, f"{row} is as you wrote it; figures that it touches follow within minutes.")
        return redirect("organisation")
    context = {"form": form, "title": title, "kind": told, "pk": pk, "may_go": told.uses is not None}
    return render(request, "workforce/organisation_row.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires("sees_rosters", "may_staff")
def remove(request: ReaderRequest, kind: str, pk: int) -> HttpResponse:
    told = _kind(kind)
    row = get_object_or_404(told.model._default_manager.all(), pk=pk)
    try:
        organisation.remove(row, told, request.scope)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("organisation-edit", kind=kind, pk=pk)
    messages.success(request, f"{row} is removed.")
    return redirect("organisation")


def _save(form: NamedForm, kind: Kind, request: ReaderRequest) -> bool:
    if not form.is_valid():
        return False
    try:
        organisation.save(form, kind, request.scope)
    except IntegrityError:
        form.add_error("name", ANOTHER)
        return False
    return True


def _kind(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404("There is no such kind of rows.")
    return KINDS[slug]
