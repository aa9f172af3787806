"""The roster: a week of everybody, one agent's day, and what can be done to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import days
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import Team
from ops_dashboard.people.requests import ReaderRequest, page_or_part
from ops_dashboard.people.roles import Scope
from workforce import own_shifts, roster_acts, rosters
from workforce.models import RosterEdit, ShiftTemplate
from workforce.requirements_read import queues_of, required
from workforce.roster_day import day_view
from workforce.roster_forms import PlaceForm, WeekForm, week_asked
from workforce.roster_grid import GridView, grid_view
from workforce.roster_publishing import changes_table
from workforce.roster_sheet import Sheet, read_roll, read_sheet
from workforce.shift_changes import BadShift, monday

REFUSALS = (BadShift, rosters.Stale, rosters.NothingToDo)
Context = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    monday: date
    teams: tuple[Team, ...]
    choice: str  # slug of the one team, "" for all
    problem: str

    @property
    def query(self) -> str:
        return urlencode({"week": self.monday.isoformat(), **({"team": self.choice} if self.choice else {})})


def asked(data: QueryDict, scope: Scope) -> Asked:
    """The week and the teams, read from a query string."""
    week, problem = week_asked(data.get("week", ""), today=today())
    every = _teams(scope)
    choice = data.get("team", "")
    chosen = [team for team in every if team.slug == choice]
    if choice and not chosen:
        choice, problem = "", f"There is no team '{choice[:80]}' that you may see."
    return Asked(week, tuple(chosen or every), choice, problem)


@require_safe
@requires("sees_rosters")
def roster(request: ReaderRequest) -> HttpResponse:
    """The week; an agent's own shifts for an agent. To htmx only what stands under the bar."""
    if request.scope.agent_id is not None:
        return own_shifts.page(request)
    wanted = asked(request.GET, request.scope)
    context, here = _page(wanted, request.scope), request.get_full_path()
    return page_or_part(request, "workforce/roster.html", "workforce/_roster.html", context, shown_at=here)


@require_safe
@requires("sees_rosters")
def roster_day(request: ReaderRequest) -> HttpResponse:
    """One agent's day, to be edited by whoever may; the fragment to htmx, else a page."""
    form = PlaceForm(request.GET)
    if not form.is_valid() or request.scope.agent_id is not None:
        raise Http404("There is no such day.")
    team = _team(request.scope, form.cleaned_data["team"])
    on = form.cleaned_data["on"]
    sheet = read_sheet([team], monday(on), scope=request.scope)
    return _day(request, team, sheet, form.cleaned_data["agent"], on)


@require_POST
@requires("may_roster")
def roster_edit(request: ReaderRequest) -> HttpResponse:
    """Do one act to an agent's day, and show the day and the rows as they are now."""
    act = request.POST.get("act", "")
    if act not in roster_acts.ACTS:
        return HttpResponseBadRequest("There is no such act.")
    form = roster_acts.ACTS[act][0](request.POST)
    place = PlaceForm(request.POST)
    if not place.is_valid():
        return HttpResponseBadRequest(place.first_problem())
    team, on = _team(request.scope, place.cleaned_data["team"]), place.cleaned_data["on"]
    week = rosters.Week(team, monday(on), request.scope)
    said, is_error, agents = form.first_problem() if not form.is_valid() else "", True, frozenset[int]()
    if not said:
        try:
            done = roster_acts.perform(act, form, week, read_roll(team, week.monday))
            said, is_error, agents = done.words, False, done.agents
        except REFUSALS as problem:
            said = str(problem)
    return _answer(request, week, said, is_error=is_error, agents=agents, day=(place.cleaned_data["agent"], on))


@require_POST
@requires("may_roster")
def roster_undo(request: ReaderRequest) -> HttpResponse:
    return _week_act(request, rosters.undo, "Undone.")


@require_POST
@requires("may_roster")
def roster_copy(request: ReaderRequest) -> HttpResponse:
    def act(week: rosters.Week) -> RosterEdit:
        return rosters.copy_week(week, week.monday - timedelta(days=7))

    return _week_act(request, act, "Copied from the week before; u takes it back.")


@require_POST
@requires("may_roster")
def roster_revert(request: ReaderRequest) -> HttpResponse:
    return _week_act(request, rosters.revert, "The draft is as it was published; u takes that back.")


@requires("may_roster")
def roster_publish(request: ReaderRequest) -> HttpResponse:
    """What publishing would change; by POST, publish just that."""
    form = WeekForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        raise Http404("There is no such week.")
    team = _team(request.scope, form.cleaned_data["team"])
    week = rosters.Week(team, form.cleaned_data["week"], request.scope)
    back = f"{reverse('roster')}?{urlencode({'week': week.monday.isoformat(), 'team': team.slug})}"
    if request.method == "POST":
        try:
            rosters.publish(week, seen=form.cleaned_data["mark"])
        except REFUSALS as problem:
            messages.error(request, str(problem))
            return redirect(f"{request.path}?{urlencode({'week': week.monday.isoformat(), 'team': team.slug})}")
        messages.success(request, f"The week of {week.monday:%-d %B} is published for {team}.")
        return redirect(back)
    draft, found = rosters.pending(team, week.monday)
    sheet = read_sheet([team], week.monday, scope=request.scope)
    context = {
        "team": team,
        "monday": week.monday,
        "draft": draft,
        "found": found,
        "table": changes_table(found, sheet),
        "broken": sheet.broken,
        "back": back,
    }
    return render(request, "workforce/roster_publish.html", context)


def _teams(scope: Scope) -> Sequence[Team]:
    return list(Team.objects.visible_to(scope).filter(is_active=True).select_related("site"))


def _team(scope: Scope, slug: str) -> Team:
    """404 alike for a team that does not exist and for one that is not the reader's."""
    team = next((team for team in _teams(scope) if team.slug == slug), None)
    if team is None:
        raise Http404("There is no such team, or it is not yours to see.")
    return team


def _grid(wanted: Asked, sheet: Sheet, scope: Scope, *, agents: frozenset[int] | None = None) -> GridView:
    needed = required(queues_of(team.pk for team in wanted.teams) if scope.sees_plans else [], sheet.grid)
    return grid_view(sheet, needed, agents=agents)


def _page(wanted: Asked, scope: Scope) -> Context:
    grid = _grid(wanted, read_sheet(wanted.teams, wanted.monday, scope=scope), scope)
    week = timedelta(days=7)
    return {
        "asked": wanted,
        "grid": grid,
        "teams": _teams(scope),
        "may_edit": scope.may_roster,
        "before": wanted.monday - week,
        "after": wanted.monday + week,
        "this_week": monday(today()),
        "week_words": days(Period(wanted.monday, wanted.monday + timedelta(days=6))),
        "sees_plans": scope.sees_plans,
    }


def _day(
    request: ReaderRequest,
    team: Team,
    sheet: Sheet,
    agent: str,
    on: date,
    said: str = "",
    *,
    is_error: bool = False,
) -> HttpResponse:
    try:
        person = roster_acts.find(sheet.people, team.pk, agent)
    except BadShift as problem:
        raise Http404(str(problem)) from problem
    context = {
        "day": day_view(sheet, person, on),
        "team": team,
        "templates": ShiftTemplate.objects.filter(Q(team=None) | Q(team=team), is_active=True),
        "colleagues": [other for other in sheet.people if other.team == team.pk],
        "may_edit": request.scope.may_roster,
        "said": said,
        "is_error": is_error,
        "back": f"{reverse('roster')}?{urlencode({'week': monday(on).isoformat(), 'team': team.slug})}",
    }
    fragment = bool(request.htmx)
    return render(request, "workforce/_roster_day.html" if fragment else "workforce/roster_day.html", context)


def _answer(
    request: ReaderRequest,
    week: rosters.Week,
    said: str,
    *,
    is_error: bool,
    agents: frozenset[int],
    day: tuple[str, date] | None,
) -> HttpResponse:
    """After an act: to htmx the day, and the rows that changed; else back to where the form stood."""
    if not request.htmx:
        (messages.error if is_error else messages.success)(request, said)
        place = {"team": week.team.slug}
        if day is None:
            return redirect(f"{reverse('roster')}?{urlencode({'week': week.monday.isoformat(), **place})}")
        return redirect(f"{reverse('roster-day')}?{urlencode({'agent': day[0], 'on': day[1].isoformat(), **place})}")
    wanted = asked(QueryDict(request.POST.get("page", "")), request.scope)
    shown = read_sheet(wanted.teams, wanted.monday, scope=request.scope)
    editor = HttpResponse()
    if day:
        is_shown = wanted.monday == week.monday and week.team in shown.teams
        sheet = shown if is_shown else read_sheet([week.team], week.monday, scope=request.scope)
        editor = _day(request, week.team, sheet, *day, said, is_error=is_error)
    grid = _grid(wanted, shown, request.scope, agents=agents)
    rows = [row for group in grid.groups for row in group.rows]
    group = next((group for group in grid.groups if group.team.pk == week.team.pk), None)
    context = {"grid": grid, "rows": rows, "group": group, "asked": wanted, "may_edit": True}
    context |= {"said": said, "is_error": is_error}
    editor.content += render(request, "workforce/_roster_changed.html", context).content
    return editor


def _week_act(request: ReaderRequest, act: Any, words: str) -> HttpResponse:
    """Do something to a team's whole week."""
    form = WeekForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("There is no such week.")
    team = _team(request.scope, form.cleaned_data["team"])
    week = rosters.Week(team, form.cleaned_data["week"], request.scope)
    said, is_error, agents = words, False, frozenset[int]()
    try:
        agents = roster_acts.touched(act(week))
    except REFUSALS as problem:
        said, is_error = str(problem), True
    return _answer(request, week, said, is_error=is_error, agents=agents, day=None)
