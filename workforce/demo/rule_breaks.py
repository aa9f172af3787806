"""What is wrong with the demo's drafts, for the checks to find; and the leave that people have asked for."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Scope
from workforce import roster_rows, rosters
from workforce.activities import PLAIN, ensured
from workforce.demo.shifts import PLANNER
from workforce.models import RosterVersion, Shift, TimeOff
from workforce.shift_changes import Told, moved, resized, with_activity

SCOPE = Scope(role="system", username=PLANNER, teams=None, sees_rosters=True, may_roster=True)
SHORT_REST_TEAM, LONG_DAY_TEAM = "access-warsaw", "payments-austin"
SEVEN_DAYS_TEAM, LEAVE_TEAM = "live-bogota", "creators-dublin"
HOUR_S = 3600


def plant(week: date) -> None:
    """Break some rules in the drafts of one week. Nothing happens where somebody has edited already."""
    plain = ensured()[PLAIN].pk
    _first_shift(
        SHORT_REST_TEAM,
        week,
        lambda told: resized(told, told.start_s + 7 * HOUR_S, told.end_s + 7 * HOUR_S, plain=plain),
    )
    _first_shift(LONG_DAY_TEAM, week, lambda told: resized(told, told.start_s, told.end_s + 4 * HOUR_S, plain=plain))
    _seven_days(week)
    _leave(week)


def _first_shift(slug: str, week: date, change: rosters.Change) -> None:
    """Change the first working day of the team's first agent."""
    version = RosterVersion.objects.drafts().filter(team__slug=slug, week=week, revision=0).first()
    if version is None:
        return
    told = _by_agent(version)
    if told:
        first = told[0][0]
        rosters.change(_week(version), first.key, seen=0, act="resize", by=change)


def _seven_days(week: date) -> None:
    """One agent works every day of the week."""
    version = RosterVersion.objects.drafts().filter(team__slug=SEVEN_DAYS_TEAM, week=week, revision=0).first()
    told = _by_agent(version) if version else []
    if version is None or not told:
        return
    mine = told[0]
    worked = {shift.on for shift in mine}
    free = [week + timedelta(days=n) for n in range(7) if week + timedelta(days=n) not in worked]
    extra = [
        replace(moved(mine[0], to=day, agent=mine[0].agent, zone=mine[0].zone), key=str(uuid.uuid4())) for day in free
    ]
    if extra:
        rosters.add(_week(version), extra)


def _leave(week: date) -> None:
    """Leave that is agreed, and leave that somebody waits to hear about."""
    version = RosterVersion.objects.drafts().filter(team__slug=LEAVE_TEAM, week=week, revision=0).first()
    told = _by_agent(version) if version else []
    leave = ensured()["leave"]
    for mine, state in zip(told[1:3], (TimeOff.State.APPROVED, TimeOff.State.REQUESTED), strict=False):
        for shift in mine[:2]:
            TimeOff.objects.get_or_create(
                agent_id=shift.agent,
                activity=leave,
                start_at=roster_rows.instant(shift.start_s),
                defaults={"end_at": roster_rows.instant(shift.end_s), "state": state},
            )
            if version is not None and state == TimeOff.State.APPROVED:
                rosters.change(
                    _week(version), shift.key, seen=0, act="activity",
                    by=lambda told: with_activity(told, told.start_s, told.end_s, leave.pk),
                )  # fmt: skip


def _by_agent(version: RosterVersion) -> list[list[Told]]:
    """The shifts of each agent of a version, agents in order."""
    agents: dict[int, list[Told]] = {}
    for shift in roster_rows.tell(Shift.objects.filter(version=version)).values():
        agents.setdefault(shift.agent, []).append(shift)
    return [agents[agent] for agent in sorted(agents)]


def _week(version: RosterVersion) -> rosters.Week:
    return rosters.Week(Team.objects.get(pk=version.team_id), version.week, SCOPE)
