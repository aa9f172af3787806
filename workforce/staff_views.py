"""People: who there is, and a person's teams, contracts and skills with the days on which they are valid."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.people import audit
from ops_dashboard.people.access import NOT_YOURS, requires
from ops_dashboard.people.dated import Dated
from ops_dashboard.people.models import Agent, Site, Team, Vendor
from ops_dashboard.people.requests import ReaderRequest, page_or_part
from ops_dashboard.people.roles import Scope
from workforce import staff
from workforce.models import Skill
from workforce.staff_forms import DatedForm, PersonForm
from workforce.staff_list import PeopleList, Wanted, list_people, reachable
from workforce.staff_page import KINDS, Kind, priced, rates_of, rates_table, section, start_from

SOMEBODY_ELSE = "Somebody else has just changed this; look at it again."


@require_safe
@requires("sees_rosters")
def people(request: ReaderRequest) -> HttpResponse:
    """The list; to htmx only what stands under the bar."""
    if request.scope.agent_id is not None:
        raise PermissionDenied(NOT_YOURS)
    form = PersonForm(initial={"valid_from": today()}) if request.scope.may_staff else None
    return _people(request, form)


@require_POST
@requires("sees_rosters", "may_staff")
def new_person(request: ReaderRequest) -> HttpResponse:
    """Somebody who begins in a team; contract and skills follow on their page."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _people(request, form)
    told = form.cleaned_data
    with transaction.atomic():
        staff.set_agent(told["slug"], told["name"], told["team"], valid_from=told["valid_from"], valid_to=None)
        audit.record(
            request.scope.username, "person_added", told["slug"], team=told["team"].slug, first=str(told["valid_from"])
        )
    messages.success(request, f"{told['name']} belongs to {told['team']} from {told['valid_from']:%-d %b %Y} on.")
    return redirect("person", slug=told["slug"])


def _people(request: ReaderRequest, form: PersonForm | None) -> HttpResponse:
    wanted = _wanted(request)
    try:
        found = list_people(wanted, scope=request.scope, today=today(), after=request.GET.get("after", ""))
    except BadCursor as problem:
        raise Http404(str(problem)) from problem
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "found": found, "table": _people_table(found), "wanted": wanted, "query": query.urlencode(),
        "is_first": "after" not in request.GET, "form": form, **_choices(request.scope),
    }  # fmt: skip
    here, status = request.get_full_path(), 422 if form is not None and form.is_bound else 200
    return page_or_part(
        request, "workforce/people.html", "workforce/_people.html", context, shown_at=here, status=status
    )


def _wanted(request: ReaderRequest) -> Wanted:
    told = {name: request.GET.get(name, "")[:120] for name in ("team", "site", "vendor", "skill")}
    return Wanted(request.GET.get("q", "").strip()[:120], **told, with_former=request.GET.get("who") == "all")


def _choices(scope: Scope) -> dict[str, Any]:
    teams = Team.objects.visible_to(scope)
    return {
        "teams": teams,
        "sites": Site.objects.filter(team__in=teams).distinct().order_by("name"),
        "vendors": Vendor.objects.filter(team__in=teams).distinct().order_by("name"),
        "skills": Skill.objects.all(),
    }


def _people_table(found: PeopleList) -> Table:
    columns = (
        Column("Name"), Column("Team"), Column("Site"), Column("Vendor"), Column("Contract"),
        Column("Hours a week", "number"), Column("Skills, level"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(row.agent.name, order=row.agent.name, href=reverse("person", args=[row.agent.slug])),
            *(Cell(str(each) if each else "–", order=str(each or "")) for each in (
                row.team, row.team and row.team.site, row.team and row.team.vendor
            )),
            Cell(row.contract.type.name if row.contract else "none"),
            Cell(f"{row.contract.week_minutes / 60:g}" if row.contract else ""),
            Cell(", ".join(f"{each.skill.name} {each.level}" for each in row.skills)),
        )
        for row in found.rows
    )  # fmt: skip
    return Table(columns, rows, "People")


@require_safe
@requires("sees_rosters")
def person(request: ReaderRequest, slug: str) -> HttpResponse:
    return _person(request, _agent(request, slug))


def _person(request: ReaderRequest, agent: Agent, *, failed: tuple[Kind, DatedForm] | None = None) -> HttpResponse:
    """A person's page; after a form that was refused, with that form and what is wrong with it."""
    scope, on = request.scope, today()
    sections = []
    for kind in KINDS.values():
        form = None
        if scope.may_staff:
            form = kind.form(instance=kind.new(agent), initial=start_from(kind, agent, on), auto_id=f"{kind.slug}_%s")
        if failed and failed[0] is kind:
            form = failed[1]
        sections.append(section(kind, agent, today=on, form=form, may_edit=scope.may_staff))
    context: dict[str, Any] = {"agent": agent, "sections": sections, "failed": failed[0].slug if failed else ""}
    if scope.sees_costs:
        rates = rates_of(agent, on)
        counting = priced(rates, on)
        context["rates"] = rates_table(rates, today=on, caption="Rates", may_edit=scope.may_plan, counting=counting)
    return render(request, "workforce/person.html", context, status=422 if failed else 200)


def _agent(request: ReaderRequest, slug: str) -> Agent:
    """404 alike for somebody who does not exist and for somebody out of the reader's reach."""
    return get_object_or_404(reachable(request.scope, today()), slug=slug)


@require_POST
@requires("sees_rosters", "may_staff")
def add(request: ReaderRequest, slug: str, kind: str) -> HttpResponse:
    """Another row; the one before ends the day before."""
    agent, told = _agent(request, slug), _kind(kind)
    form = told.form(request.POST, instance=told.new(agent), auto_id=f"{told.slug}_%s")
    if not save(form, request.scope, "added", told.one, of=agent.slug):
        return _person(request, agent, failed=(told, form))
    begins = form.instance.valid_from
    messages.success(
        request,
        f"The new {told.one} of {agent.name} counts from {begins:%-d %b %Y}; one before it ends then.",
    )
    return redirect("person", slug=agent.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sees_rosters", "may_staff")
def edit(request: ReaderRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Correct a row, or end it."""
    agent, told = _agent(request, slug), _kind(kind)
    form = told.form(request.POST or None, instance=get_object_or_404(told.of(agent), pk=pk))
    if request.method == "POST" and save(form, request.scope, "changed", told.one, of=agent.slug):
        messages.success(request, f"The {told.one} of {agent.name} is as you wrote it.")
        return redirect("person", slug=agent.slug)
    context = {
        "form": form, "title": f"{told.one.capitalize()} of {agent.name}", "back": reverse("person", args=[agent.slug]),
        "remove": reverse("staff-remove", args=[agent.slug, told.slug, pk]),
    }  # fmt: skip
    return render(request, "workforce/dated_row.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires("sees_rosters", "may_staff")
def remove(request: ReaderRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    agent, told = _agent(request, slug), _kind(kind)
    take_away(get_object_or_404(told.of(agent), pk=pk), request.scope, told.one, of=agent.slug)
    messages.success(request, f"The {told.one} is removed from {agent.name}.")
    return redirect("person", slug=agent.slug)


def _kind(slug: str) -> Kind:
    if slug not in KINDS:
        raise Http404("There is no such kind of rows.")
    return KINDS[slug]


def save(form: DatedForm, scope: Scope, deed: str, one: str, *, of: str) -> bool:
    """Write what a form says and its trace, in one transaction; what is wrong is then told by the form."""
    if not form.is_valid():
        return False
    row: Dated = form.instance
    try:
        with transaction.atomic():
            ended = _write(row)
            audit.record(
                scope.username, f"{one}_{deed}", f"{one} {row.pk}", of=of, first=str(row.valid_from),
                until=str(row.valid_to or ""), ended=[each.pk for each in ended], fields=list(form.changed_data),
            )  # fmt: skip
    except ValidationError as problem:
        form.add_error(None, problem.messages)
        return False
    except IntegrityError:
        form.add_error(None, SOMEBODY_ELSE)
        return False
    return True


def _write(row: Dated) -> list[Dated]:
    if row.pk is None:
        return staff.begin(row)
    staff.correct(row)
    return []


@transaction.atomic
def take_away(row: Dated, scope: Scope, one: str, *, of: str) -> None:
    pk = row.pk
    staff.remove(row)
    audit.record(scope.username, f"{one}_removed", f"{one} {pk}", of=of, first=str(row.valid_from))
