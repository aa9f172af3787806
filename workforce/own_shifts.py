"""An agent's own shifts, to read, and the address under which a calendar program may read them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import day as day_words
from ops_dashboard.metrics.rendering.numbers import days
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import Agent
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope
from workforce import calendar_feed
from workforce.models import CalendarFeed, Shift, ShiftSegment
from workforce.roster_day import PartView
from workforce.roster_forms import week_asked
from workforce.roster_grid import clock
from workforce.roster_rows import seconds

WEEKS = 2


@dataclass(frozen=True)
class OwnShift:
    """One shift of the reader, with what is done when."""

    start: str
    end: str
    zone: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True)
class OwnDay:
    on: date
    title: str
    is_today: bool
    shifts: tuple[OwnShift, ...]


def page(request: ReaderRequest, *, address: str = "") -> HttpResponse:
    """Two weeks of the reader's published shifts; `address` is that of a feed that was just opened."""
    monday, problem = week_asked(request.GET.get("week", ""), today=today())
    feed = CalendarFeed.objects.filter(agent=request.scope.agent_id, revoked_at=None).first()
    context = {
        "days": own_days(request.scope, monday),
        "problem": problem,
        "monday": monday,
        "weeks_words": days(Period(monday, monday + timedelta(days=7 * WEEKS - 1))),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "feed": feed,
        "address": address,
    }
    return render(request, "workforce/own_shifts.html", context)


def own_days(scope: Scope, monday: date) -> list[OwnDay]:
    """The days from a Monday on with the reader's shifts."""
    last = monday + timedelta(days=7 * WEEKS - 1)
    shifts = Shift.objects.visible_to(scope).filter(on__range=(monday, last)).order_by("start_at")
    parts: dict[int, list[PartView]] = {}
    segments = ShiftSegment.objects.filter(shift__in=shifts).select_related("activity", "shift").order_by("start_at")
    for part in segments:
        begin, finish = (clock(seconds(at), part.shift.zone) for at in (part.start_at, part.end_at))
        parts.setdefault(part.shift_id, []).append(PartView(begin, finish, part.activity.name, part.activity.kind))
    by_day: dict[date, list[OwnShift]] = {}
    for shift in shifts:
        begin, finish = (clock(seconds(at), shift.zone) for at in (shift.start_at, shift.end_at))
        by_day.setdefault(shift.on, []).append(OwnShift(begin, finish, shift.zone, tuple(parts.get(shift.pk, ()))))
    days = [monday + timedelta(days=n) for n in range(7 * WEEKS)]
    return [OwnDay(on, day_words(on, weekday=True), on == today(), tuple(by_day.get(on, ()))) for on in days]


@require_POST
@requires("sees_rosters")
def calendar_address(request: ReaderRequest) -> HttpResponse:
    """Open the reader's feed and show its address this once, or close it."""
    if request.scope.agent_id is None:
        raise Http404("Only agents have shifts of their own.")
    agent = Agent.objects.get(pk=request.scope.agent_id)
    if request.POST.get("act") == "close":
        calendar_feed.close_feed(agent, by=request.scope.username)
        return redirect("roster")
    token = calendar_feed.open_feed(agent, by=request.scope.username)
    return page(request, address=request.build_absolute_uri(reverse("calendar", args=[token])))


@require_safe
def calendar(request: ReaderRequest, token: str) -> HttpResponse:
    """The feed. Whoever holds the address may read it; 404 for one that is not in force."""
    feed = calendar_feed.find_feed(token)
    if feed is None:
        raise Http404("There is no such calendar.")
    now = timezone.now()
    CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    response = HttpResponse(calendar_feed.calendar(feed.agent, now=now), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="shifts.ics"'
    patch_cache_control(response, private=True, no_store=True)
    return response
