"""The part of the demo that is about people: who they are, when they work."""

from datetime import datetime, timedelta

from django.db.models import Max

from tickets.demo.catalogue import TEAMS
from tickets.demo.world import World
from workforce.demo import people, rule_breaks, shifts
from workforce.models import RosterVersion
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
    rule_breaks.plant(here + WEEK)


def go_on(world: World, *, now: datetime) -> None:
    """Publish the week that has come, and draft the one after the last."""
    newest = RosterVersion.objects.filter(team__slug=TEAMS[0].slug).aggregate(Max("week"))["week__max"]
    wanted = monday(now.date()) + shifts.AHEAD * WEEK
    if newest is None or newest >= wanted:
        return
    shifts.tell(world, newest + WEEK, wanted + timedelta(days=6))
    shifts.publish(before=monday(now.date()), now=now)


def remove() -> None:
    """Everything of it."""
    shifts.remove()
    people.remove()
