"""Today: what was expected, what came, who is there, and what will be late. Looks again every minute."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest, page_or_part
from ops_dashboard.people.roles import Scope
from workforce import day_words
from workforce.day import read_day
from workforce.day_words import AtWork
from workforce.models import Queue, Shift, ShiftSegment, TimeOff
from workforce.roster_grid import clock
from workforce.roster_rows import seconds

NEXT = timedelta(hours=4)
MOST_NAMES = 60


@require_safe
@requires("sees_plans")
def today(request: ReaderRequest) -> HttpResponse:
    """The page; to htmx only what changes."""
    now = timezone.now()
    queues = list(Queue.objects.visible_to(request.scope).active().prefetch_related("teams"))
    freshness = Reader(request.scope).freshness
    day = read_day(queues, now=now, counted_to=freshness.complete_to)
    ranked = day_words.by_need(day)
    choice = request.GET.get("queue", "")
    chosen = next((each for each in day.queues if each.queue.slug == choice), ranked[0] if ranked else None)
    context: dict[str, Any] = {
        "freshness": freshness_line(freshness, now=now),
        "queues": queues,
        "chosen": chosen,
        "choice": choice if chosen and chosen.queue.slug == choice else "",
        "sentence": day_words.sentence(day),
        "table": day_words.queue_table(day),
        "is_live": request.GET.get("live") != "off",
        "sees_people": request.scope.sees_rosters,
        "on_shift": on_shift(request.scope, now),
        "coming": coming(request.scope, now),
        "most": MOST_NAMES,
    }
    if chosen:
        context["contacts"] = day_words.contacts_chart(day, chosen)
        context["people"] = day_words.people_chart(day, chosen)
    return page_or_part(request, "workforce/today.html", "workforce/_today.html", context)


def on_shift(scope: Scope, now: datetime) -> list[AtWork]:
    """Whom the reader may see at work just now, with what the roster says they do."""
    shifts = Shift.objects.visible_to(scope).published().touching(now, now + timedelta(seconds=1))
    parts = ShiftSegment.objects.filter(shift__in=shifts, start_at__lte=now, end_at__gt=now).exclude(
        shift__agent__in=TimeOff.objects.approved().touching(now, now + timedelta(seconds=1)).values("agent")
    )
    told = parts.select_related("activity", "shift__agent", "shift__team").order_by(
        "shift__team__name", "shift__end_at"
    )
    return [_at_work(part.shift, part.activity.name, part.activity.kind, part.shift.end_at) for part in told]


def coming(scope: Scope, now: datetime) -> list[AtWork]:
    """Whose shift begins in the next hours."""
    shifts = Shift.objects.visible_to(scope).published().filter(start_at__gt=now, start_at__lte=now + NEXT)
    away = TimeOff.objects.approved().filter(
        agent=OuterRef("agent"), start_at__lte=OuterRef("start_at"), end_at__gt=OuterRef("start_at")
    )
    told = shifts.exclude(Exists(away)).select_related("agent", "team").order_by("start_at", "team__name")
    return [_at_work(shift, "", "", shift.start_at) for shift in told]


def _at_work(shift: Shift, activity: str, kind: str, until: datetime) -> AtWork:
    return AtWork(
        shift.agent.name, shift.team.name, activity, kind, f"{clock(seconds(until), shift.zone)} {_place(shift.zone)}"
    )


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
