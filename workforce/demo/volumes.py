"""Queues of the demo organisation, what moved them, and what was forecast on days gone by.

Live and chat queues cut across teams, messages belong to one support function each. The launch was
known four weeks ahead, the outage to nobody; what the launch did teaches the forecast of the next
one, which is announced for the week after next. Forecasts as of every Monday of the last weeks stand as they
would have been made, so that their accuracy is real.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from ops_dashboard.people.models import Team
from tickets.demo.catalogue import LIVE_CHANNELS, NIGHT_TEAM, SITES, TEAMS, Pattern
from tickets.demo.stories import LAUNCH_TEAMS, OUTAGE_TEAMS
from tickets.demo.world import World
from tickets.models import BusinessCalendar, Channel, Solve, Worklog
from workforce import answered, forecasts, volumes
from workforce.forecast_marks import mark_forecasts
from workforce.hours import Hours
from workforce.models import Event, ForecastRun, Queue

PREFIX = "demo-"
LAUNCH, OUTAGE, NEXT_LAUNCH = "Gift subscriptions launch", "Video outage", "Gift subscriptions in two more countries"
WEEKS_AGO = (6, 4, 2, 1)  # Mondays from which forecasts stand, besides today
ORIGINS = 4  # of their tests
MINUTE, HOUR = 60, 3600
CHAT_AHT_S = [540, 640, 790]
DEADLINES = {  # of messages of each support function
    "Account access": 14 * HOUR,
    "Payments & gifts": 14 * HOUR,
    "Creator support": 20 * HOUR,
    "Safety appeals": 14 * HOUR,
    "Technical issues": 12 * HOUR,
    "Ads & business": 14 * HOUR,
    "Live & video": 14 * HOUR,
    "Privacy requests": 20 * HOUR,
}


def tell(world: World) -> None:
    """Queues, events, volumes, and the forecasts of days gone by."""
    with transaction.atomic():
        is_new = not Queue.objects.filter(slug__startswith=PREFIX).exists()
        _queues()
        _events(world)
    volumes.refresh()
    if is_new:
        fit_handle_times()
    for queue in Queue.objects.filter(slug__startswith=PREFIX):
        today = Hours.of(queue).midnight(world.now)
        for weeks in (*WEEKS_AGO, 0):
            monday = today - timedelta(days=today.weekday(), weeks=weeks) if weeks else today
            as_of = Hours.of(queue).midnight(monday + timedelta(hours=12)) if weeks else today
            if as_of - timedelta(days=21) > world.stories.start:
                forecasts.make_run(queue, as_of.astimezone(UTC), origins=ORIGINS)


def go_on(world: World, *, now: datetime) -> None:
    """Count what came lately; the nightly forecast makes its own way."""
    if Queue.objects.filter(slug__startswith=PREFIX).exists():
        volumes.refresh(since=forecasts.recent(now))


def remove() -> None:
    """Queues with their volumes and forecasts, and the events; the cells that counted them are owed."""
    mark_forecasts(None)
    answered.mark()
    Event.objects.filter(label__in=(LAUNCH, OUTAGE, NEXT_LAUNCH)).delete()
    ForecastRun.objects.filter(queue__slug__startswith=PREFIX).delete()
    Queue.objects.filter(slug__startswith=PREFIX).delete()


def fit_handle_times() -> None:
    """Let a queue of messages assume what its contacts took, to the minute; where nobody logs it, what all took."""
    usual = _handle_minutes({})
    for queue in Queue.objects.filter(slug__in=map(_slug, DEADLINES)):
        if minutes := _handle_minutes({"team__in": queue.teams.values("pk")}) or usual:
            queue.aht_s = minutes * MINUTE
            queue.save(update_fields=["aht_s"])


def _handle_minutes(of: dict[str, Any]) -> int | None:
    logs = Worklog.objects.filter(channel__in=_unhurried(), **of)
    logged_s = logs.aggregate(s=Sum("seconds"))["s"]
    solved = Solve.objects.filter(ticket__in=logs.values("ticket"), solver__gt=0).count()
    return max(round(logged_s / solved / MINUTE), 1) if logged_s and solved else None


def _unhurried() -> QuerySet[Channel, int]:
    return Channel.objects.exclude(slug__in=LIVE_CHANNELS).values_list("pk", flat=True)


def _slug(function: str) -> str:
    return f"{PREFIX}{function.lower().replace(' & ', '-').replace(' ', '-')}-messages"


def _queues() -> None:
    teams = {team.slug: team for team in Team.objects.filter(slug__in=[spec.slug for spec in TEAMS])}
    channels = {channel.slug: channel for channel in Channel.objects.all()}
    live = [spec for spec in TEAMS if "phone" in spec.channels]
    _queue("phone", "Phone", Queue.Kind.LIVE, 1, aht_s=390, target_s=30, patience_s=150)
    _queue("chat", "Chat", Queue.Kind.CHAT, 2, aht_s=540, target_s=60, patience_s=240, concurrent_aht_s=CHAT_AHT_S)
    Queue.objects.get(slug=f"{PREFIX}phone").teams.set([teams[spec.slug] for spec in live if spec.slug in teams])
    for slug in LIVE_CHANNELS:
        if slug in channels:
            Queue.objects.get(slug=f"{PREFIX}{slug}").channels.set([channels[slug]])
    for place, (function, deadline_s) in enumerate(DEADLINES.items(), start=3):
        mine = [spec for spec in TEAMS if spec.function == function]
        calendar, zone = _hours(mine[0].slug)
        queue = _queue(
            _slug(function).removeprefix(PREFIX), f"{function}, messages", Queue.Kind.DEFERRED, place,
            target_s=deadline_s, share=0.9, calendar=calendar, zone=zone, is_business_time=bool(calendar),
        )  # fmt: skip
        queue.teams.set([teams[spec.slug] for spec in mine if spec.slug in teams])


def _hours(team: str) -> tuple[str, str]:
    """Calendar and zone of the team that leads a function; a team that works round the clock has no calendar."""
    spec = next(each for each in TEAMS if each.slug == team)
    site = next(each for each in SITES if each.slug == spec.site)
    if spec.slug == NIGHT_TEAM or spec.pattern is Pattern.ROUND:
        return "", site.zone
    name = f"{site.name} {'office desk' if spec.pattern is Pattern.OFFICE else 'daily desk'}"
    return (name if BusinessCalendar.objects.filter(name=name).exists() else ""), site.zone


def _queue(slug: str, name: str, kind: Queue.Kind, position: int, **assumptions: object) -> Queue:
    told = {"name": name, "kind": kind, "position": position, **assumptions}
    return Queue.objects.get_or_create(slug=f"{PREFIX}{slug}", defaults=told)[0]


def _events(world: World) -> None:
    stories = world.stories
    launch, outage = stories.launch.date(), stories.outage
    rows = [
        ("launch", LAUNCH, launch, None, stories.launch - timedelta(weeks=4), LAUNCH_TEAMS),
        ("outage", OUTAGE, outage.date(), outage.date(), outage, OUTAGE_TEAMS),
        (
            "launch", NEXT_LAUNCH, (world.now + timedelta(days=9)).date(), None,
            world.now - timedelta(days=12), LAUNCH_TEAMS,
        ),
    ]  # fmt: skip
    for type_, label, start, end, known, teams in rows:
        event, is_new = Event.objects.get_or_create(
            type=type_, label=label, start_on=start, defaults={"end_on": end, "known_since": known}
        )
        if is_new:
            event.queues.set(Queue.objects.filter(slug__startswith=PREFIX, teams__slug__in=teams).distinct())
