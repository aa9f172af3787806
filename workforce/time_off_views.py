"""Time off: who is away and when, agreed to, declined or cancelled by planners and by leads for their teams."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ops_dashboard.metrics.keyset import BadCursor, page_after
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.people.access import NOT_YOURS, requires
from ops_dashboard.people.dated import ends_after
from ops_dashboard.people.models import Agent, Membership, Team
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope
from workforce import time_off
from workforce.import_fields import EARLIEST, LATEST
from workforce.models import Activity, Contract, TimeOff
from workforce.staff_forms import day_field
from workforce.staff_list import reachable

PAGE_SIZE = 50
MOST_DAYS = 366
ACTS = {"approve": TimeOff.State.APPROVED, "decline": TimeOff.State.DECLINED, "cancel": TimeOff.State.CANCELLED}
DONE = {"approve": "agreed to", "decline": "declined", "cancel": "cancelled"}


class TimeOffForm(forms.Form):
    """Whole days off for somebody within reach."""

    agent = forms.ModelChoiceField(Agent.objects.none(), to_field_name="slug", label="Who")
    activity = forms.ModelChoiceField(
        Activity.objects.filter(kind=Activity.Kind.ABSENCE), to_field_name="slug", label="What", empty_label=None
    )
    first_day = day_field("First day")
    last_day = day_field("Last day")

    def __init__(self, *args: Any, people: QuerySet[Agent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agent"].queryset = people  # type: ignore[attr-defined]
        self.fields["agent"].label_from_instance = lambda agent: agent.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        for name, day in (("first_day", first), ("last_day", last)):
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, f"{day} does not lie between {EARLIEST} and {LATEST}.")
        if first and last and last < first:
            self.add_error("last_day", "Comes before the first day.")
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last_day", f"At most {MOST_DAYS} days at once.")
        return data


@require_safe
@requires("sees_rosters")
def time_off_page(request: ReaderRequest) -> HttpResponse:
    if request.scope.agent_id is not None:
        raise PermissionDenied(NOT_YOURS)
    return _page(request)


def _page(request: ReaderRequest, form: TimeOffForm | None = None) -> HttpResponse:
    """The list, and the form for who may; after a form that was refused, with what is wrong with it."""
    scope, after = request.scope, request.GET.get("after", "")
    team, state = request.GET.get("team", "")[:120], request.GET.get("state", "")
    is_past = request.GET.get("when") == "past"
    found = _listed(scope, team=team, state=state, is_past=is_past)
    try:
        rows, following = page_after(found, after, column="start_at", descending=is_past, size=PAGE_SIZE)
    except BadCursor as problem:
        raise Http404(str(problem)) from problem
    query = request.GET.copy()
    query.pop("after", None)
    if form is None and scope.may_roster:
        initial = {"agent": request.GET.get("agent", ""), "first_day": today()}
        form = TimeOffForm(people=_people(scope), initial=initial)
    context = {
        "rows": _told(rows), "form": form, "may_edit": scope.may_roster,
        "after": following, "is_first": not after,
        "teams": Team.objects.visible_to(scope),
        "states": TimeOff.State.choices, "team": team, "state": state, "is_past": is_past,
        "is_filtered": bool(team or state or is_past), "query": query.urlencode(),
        "is_open": bool(form and (form.is_bound or request.GET.get("agent"))),
    }  # fmt: skip
    return render(request, "workforce/time_off.html", context, status=422 if form and form.is_bound else 200)


def _people(scope: Scope) -> QuerySet[Agent]:
    return reachable(scope, today()).filter(is_active=True).order_by("name", "pk")


def _within_reach(scope: Scope) -> QuerySet[TimeOff]:
    found = TimeOff.objects.select_related("agent", "activity")
    return found if scope.teams is None else found.filter(agent__in=reachable(scope, today()))


def _listed(scope: Scope, *, team: str, state: str, is_past: bool) -> QuerySet[TimeOff]:
    now = timezone.now()
    found = _within_reach(scope).filter(**{"end_at__lte" if is_past else "end_at__gt": now})
    if team:
        members = Membership.objects.filter(ends_after(today()), team__slug=team)
        found = found.filter(agent__in=members.values("agent"))
    if state in TimeOff.State.values:
        found = found.filter(state=state)
    return found


def _told(rows: list[TimeOff]) -> list[dict[str, Any]]:
    """Each with its days in the person's zone, and what can be done to it."""
    contracts = Contract.objects.filter(agent__in=[row.agent_id for row in rows]).order_by("valid_from")
    zones = {contract.agent_id: contract.zone for contract in contracts}
    return [
        {"row": row, "when": _when(row, zones.get(row.agent_id, "UTC")), "acts": [
            (act, act.capitalize()) for act, state in ACTS.items() if row.state in time_off.FROM[state]
        ]}
        for row in rows
    ]  # fmt: skip


def _when(row: TimeOff, zone: str) -> str:
    """`2 Mar 2026`, `2 Mar 2026 to 6 Mar 2026`; with times where days are not whole."""
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (row.start_at, row.end_at))
    if start.time() == end.time() == datetime.min.time():
        last = (end - timedelta(days=1)).date()
        return _days(start.date(), last)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%-d %b %Y %H:%M}"
    return f"{start:%-d %b %Y %H:%M} to {until}"


def _days(first: date, last: date) -> str:
    return f"{first:%-d %b %Y}" if first == last else f"{first:%-d %b %Y} to {last:%-d %b %Y}"


@require_POST
@requires("may_roster")
def add_time_off(request: ReaderRequest) -> HttpResponse:
    """Agree to time off; shifts that lie in it stay, and break a rule until the roster is mended."""
    form = TimeOffForm(request.POST, people=_people(request.scope))
    if not form.is_valid():
        return _page(request, form)
    data = form.cleaned_data
    try:
        row = time_off.add(data["agent"], data["activity"], data["first_day"], data["last_day"], scope=request.scope)
    except time_off.Overlaps as problem:
        form.add_error(None, str(problem))
        return _page(request, form)
    count = time_off.shifts_in(row)
    told = f" {plural(count, 'published shift')} in it: the roster tells of each." if count else ""
    messages.success(request, f"{row.agent.name} is off, {_days(data['first_day'], data['last_day'])}.{told}")
    return redirect("time-off")


@require_POST
@requires("may_roster")
def decide_time_off(request: ReaderRequest, pk: int, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404("There is no such act.")
    row = get_object_or_404(_within_reach(request.scope), pk=pk)
    try:
        time_off.decide(row, ACTS[act], scope=request.scope)
    except (time_off.Overlaps, time_off.NotNow) as problem:
        messages.error(request, str(problem))
        return redirect("time-off")
    messages.success(request, f"{row.activity.name} of {row.agent.name} is {DONE[act]}.")
    return redirect("time-off")
