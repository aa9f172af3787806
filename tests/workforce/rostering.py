"""Builders of rosters for the tests."""

import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from ops_dashboard.people.models import Agent, Membership, Site, Team
from ops_dashboard.people.roles import Scope
from workforce import rosters
from workforce.activities import PLAIN, ensured
from workforce.models import Contract, ContractType, RosterVersion, Shift
from workforce.shift_changes import Segment, Told

WARSAW = "Europe/Warsaw"
MONDAY = date(2026, 3, 23)  # of the week in which Warsaw's clocks go forward
PLANNER = Scope(role="planner", username="petra", teams=None, sees_rosters=True, may_roster=True)
OTHER = Scope(role="planner", username="paul", teams=None, sees_rosters=True, may_roster=True)


def make_team(slug: str = "payments", *agents: str, zone: str = WARSAW) -> tuple[Team, dict[str, Agent]]:
    """A team in Warsaw, its agents on 40-hour contracts since the year began."""
    site, _ = Site.objects.get_or_create(slug=f"site-{slug}", defaults={"name": "Warsaw", "zone": zone})
    team = Team.objects.create(slug=slug, name=slug.title(), site=site)
    return team, {name: make_agent(name, team, zone=zone) for name in agents or ("ada", "ben")}


def make_agent(slug: str, team: Team, *, zone: str = WARSAW) -> Agent:
    agent, _ = Agent.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
    Membership.objects.create(agent=agent, team=team, valid_from=date(2026, 1, 1))
    kind, _ = ContractType.objects.get_or_create(slug="full", defaults={"name": "Full time"})
    Contract.objects.create(agent=agent, type=kind, zone=zone, valid_from=date(2026, 1, 1))
    return agent


def instant(day: date, at: str, zone: str = WARSAW) -> int:
    return int(datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone)).timestamp())


def shift(agent: Agent, day: date, start: str = "09:00", end: str = "17:00", *, zone: str = WARSAW) -> Told:
    """Plain work between two times on the clock of one day."""
    work = ensured()[PLAIN].pk
    return Told(
        str(uuid.uuid4()), agent.pk, day, zone, (Segment(work, instant(day, start, zone), instant(day, end, zone)),)
    )


def week(team: Team, monday: date = MONDAY, scope: Scope = PLANNER) -> rosters.Week:
    return rosters.Week(team, monday, scope)


def published(team: Team, *shifts: Told, monday: date = MONDAY) -> RosterVersion:
    """A published week of these shifts."""
    rosters.add(week(team, monday), shifts)
    draft, _ = rosters.pending(team, monday)
    assert draft is not None
    return rosters.publish(week(team, monday), seen=draft.mark)


def revision(told: Told) -> int:
    """The revision of a shift in the newest version that has it: what a reader sees now."""
    return Shift.objects.filter(key=told.key).latest("version_id").revision
