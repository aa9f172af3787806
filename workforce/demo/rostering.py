"""The part of the demo that is about people: who they are, when they work."""

from datetime import date, datetime, timedelta

from django.db.models import Max, Min

from ops_dashboard.metrics.rollup import mark_days
from ops_dashboard.people.models import Membership, Team
from tickets.demo.catalogue import TEAMS
from tickets.demo.world import World
from workforce import timekeeping
from workforce.demo import people, rule_breaks, shifts
from workforce.models import RosterVersion, TimedWeek
from workforce.shift_changes import monday

WEEK = timedelta(days=7)


def tell(world: World) -> None:
    """Contracts, skills and rates; shifts of every week of the history and of the two weeks to come."""
    people.tell(world)
    first, here, last = shifts.weeks_of(world)
    if RosterVersion.objects.filter(team__slug=TEAMS[0].slug).exists():
        return
    shifts.tell(world, first, last + timedelta(days=6))
    shifts.publish(before=here, now=world.now)
    timekeeping.refresh()
    _mark(first, here)
    rule_breaks.plant(here + WEEK)


def go_on(world: World, *, now: datetime) -> None:
    """Publish the week that has come, and draft the one after the last."""
    newest = RosterVersion.objects.filter(team__slug=TEAMS[0].slug).aggregate(Max("week"))["week__max"]
    wanted = monday(now.date()) + shifts.AHEAD * WEEK
    if newest is None or newest >= wanted:
        return
    shifts.tell(world, newest + WEEK, wanted + timedelta(days=6))
    here = monday(now.date())
    shifts.publish(before=here, now=now)
    _mark(here, here)


def remove() -> None:
    """Everything of it."""
    weeks = RosterVersion.objects.filter(team__slug__in=_slugs()).aggregate(first=Min("week"), last=Max("week"))
    shifts.remove()
    TimedWeek.objects.filter(agent__in=Membership.objects.filter(team__slug__in=_slugs()).values("agent")).delete()
    if weeks["first"]:
        _mark(weeks["first"], weeks["last"])
    people.remove()


def _slugs() -> list[str]:
    return [team.slug for team in TEAMS]


def _mark(first: date, last: date) -> None:
    """The cells of these weeks are owed; the days of a zone begin up to a day apart from the roster's."""
    teams = list(Team.objects.filter(slug__in=_slugs()).values_list("pk", flat=True))
    mark_days("rostered", first - timedelta(days=1), last + WEEK, teams=teams)
