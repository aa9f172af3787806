"""A week of some teams' rosters in arrays: shifts as they will be, what they break, who is staffed when.

The draft counts where there is one, else what is published. Eight queries whatever the number of
people; the segments come by COPY.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from ops_dashboard.metrics import copying
from ops_dashboard.people.models import Membership, Team
from ops_dashboard.people.roles import Scope
from workforce.activities import ensured, known_by_slug
from workforce.away import Off, in_time_off
from workforce.coverage import Grid, day_grid, staffed
from workforce.models import Activity, Contract, RosterVersion, TimeOff
from workforce.models.queues import INTERVAL_S
from workforce.roster_rows import seconds
from workforce.shift_rules import Finding, Law, Shifts, Terms, check, unbroken

DAY_S = 86_400
BEFORE = 8  # days of shifts before the week, for rest and days running
SEGMENTS = {"shift": ">i8", "activity": ">i8", "start": ">i8", "end": ">i8"}
POSTGRES_EPOCH_US = copying.POSTGRES_EPOCH_S * copying.MICRO
NO_LIMIT = 10**9


class Person(NamedTuple):
    """One row of the sheet. `zone` is where their days are cut."""

    agent: int
    slug: str
    name: str
    team: int
    zone: str
    contract_s: int  # paid seconds a week; 0 without a contract


class Row(NamedTuple):
    """One shift. `person` is an index into the people; `works` is false when all of it is absence."""

    key: str
    revision: int
    person: int
    on: date
    start_s: int
    end_s: int
    zone: str
    works: bool


@dataclass(frozen=True)
class State:
    """Which versions a team's week has."""

    draft: RosterVersion | None
    published: RosterVersion | None

    @property
    def shown(self) -> RosterVersion | None:
        return self.draft or self.published


@dataclass(frozen=True)
class Sheet:
    """`findings` by row of `rows`; those of a whole week by person, once somebody has planned it."""

    monday: date
    teams: tuple[Team, ...]
    states: dict[int, State]
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    of_shift: dict[int, list[Finding]]
    of_person: dict[int, list[Finding]]
    paid_s: NDArray[np.int64]  # by person, in the week
    leave: frozenset[tuple[int, date]]  # (person, day) with leave asked for or agreed
    zone: ZoneInfo  # of the head counts
    grid: Grid
    heads: NDArray[np.float64]
    activities: dict[str, Activity]

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    @property
    def broken(self) -> int:
        """How many rules are broken in the week."""
        return sum(map(len, self.of_shift.values())) + sum(map(len, self.of_person.values()))


@dataclass(frozen=True)
class Roll:
    """Who belongs to a team in a week, and what they may be put to: what an act needs to know."""

    people: tuple[Person, ...]
    activities: dict[str, Activity]


def read_roll(team: Team, monday: date) -> Roll:
    return Roll(_people([team], monday, _contracts([team], monday)), ensured())


def read_sheet(teams: Sequence[Team], monday: date, *, scope: Scope) -> Sheet:
    """The week of those of the teams that the reader may see."""
    seen = tuple(team for team in teams if scope.sees_rosters and scope.agent_id is None and scope.sees_team(team.pk))
    contracts = _contracts(seen, monday)
    people = _people(seen, monday, contracts)
    states = _states(seen, monday)
    activities = known_by_slug()
    rows, parts = _shifts(seen, people, monday, activities)
    judged = np.array([monday <= row.on <= monday + timedelta(days=6) for row in rows], dtype=np.bool_)
    terms = _terms(people, contracts)
    off = _time_off(people, monday)
    plan = _plan(rows, parts, activities, [each[:3] for each in off if each.is_agreed])
    first = monday.toordinal()
    leave = _leave(people, monday, off)
    credit = _credit(people, terms, leave, rows)
    findings = check(plan, terms, first_day=first, last_day=first + 6, law=Law(), credit_s=credit)
    paid = np.bincount(plan.agent[judged], weights=plan.paid_s[judged], minlength=len(people)).astype(np.int64)
    kept = np.cumsum(judged) - 1  # where each judged row stands among the judged ones
    of_shift: dict[int, list[Finding]] = {}
    of_person: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.shift >= 0:
            of_shift.setdefault(int(kept[finding.shift]), []).append(finding)
        elif states[people[finding.agent].team].shown and (people[finding.agent].contract_s or finding.amount):
            of_person.setdefault(finding.agent, []).append(finding)
    zone = _common_zone(people)
    grid = day_grid(monday, monday + timedelta(days=6), zone, step_s=INTERVAL_S)
    working = np.isin(parts.activity, [a.pk for a in activities.values() if a.is_productive])
    who = _who(rows, parts)
    away = in_time_off(
        who[working], parts.start[working], parts.end[working], [each[:3] for each in off if each.is_agreed]
    )
    return Sheet(
        monday=monday,
        teams=seen,
        states=states,
        people=people,
        rows=tuple(row for row, is_judged in zip(rows, judged, strict=True) if is_judged),
        of_shift=of_shift,
        of_person=of_person,
        paid_s=paid,
        leave=leave,
        zone=zone,
        grid=grid,
        heads=staffed(parts.start[working], parts.end[working], grid) - staffed(away.start, away.end, grid),
        activities=activities,
    )


class Parts(NamedTuple):
    """Segments in the order of (row, start); `row` is an index of the shifts."""

    row: NDArray[np.int64]
    activity: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def _contracts(teams: Sequence[Team], monday: date) -> dict[int, Contract]:
    """The contract of each agent in the week; of two the later one."""
    return {
        contract.agent_id: contract
        for contract in Contract.objects.valid_between(monday, monday + timedelta(days=6))
        .filter(agent__memberships__team__in=teams)
        .order_by("valid_from")
    }


def _people(teams: Sequence[Team], monday: date, contracts: dict[int, Contract]) -> tuple[Person, ...]:
    """Who belongs to the teams on any day of the week, by team and name."""
    members = (
        Membership.objects.filter(team__in=teams, valid_from__lte=monday + timedelta(days=6))
        .exclude(valid_to__lte=monday)
        .select_related("agent", "team__site")
        .order_by("team__name", "agent__name")
    )
    told: dict[tuple[int, int], Person] = {}
    for member in members:
        contract = contracts.get(member.agent_id)
        site = member.team.site
        told[member.team_id, member.agent_id] = Person(
            agent=member.agent_id,
            slug=member.agent.slug,
            name=member.agent.name,
            team=member.team_id,
            zone=contract.zone if contract else site.zone if site else settings.REPORTING_ZONE,
            contract_s=contract.week_minutes * 60 if contract else 0,
        )
    return tuple(told.values())


def _states(teams: Sequence[Team], monday: date) -> dict[int, State]:
    found: dict[int, dict[str, RosterVersion]] = {team.pk: {} for team in teams}
    for version in RosterVersion.objects.filter(team__in=teams, week=monday).exclude(state="superseded"):
        found[version.team_id][version.state] = version
    return {team: State(each.get("draft"), each.get("published")) for team, each in found.items()}


def _shifts(
    teams: Sequence[Team], people: Sequence[Person], monday: date, activities: dict[str, Activity]
) -> tuple[list[Row], Parts]:
    """The shifts of the people in the week and the days before it, and their segments."""
    empty = Parts(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
    if not people:
        return [], empty
    index = {person.agent: number for number, person in reversed(list(enumerate(people)))}
    shown = (
        "SELECT DISTINCT ON (v.team_id, v.week) v.id FROM workforce_rosterversion v "
        f"WHERE v.state IN ('draft', 'published') AND v.week BETWEEN '{monday - timedelta(days=14)}' AND '{monday}' "
        "ORDER BY v.team_id, v.week, v.state"  # a draft comes before what is published
    )
    agents = ", ".join(str(agent) for agent in index)
    which = (
        f"FROM workforce_shift s WHERE s.version_id IN ({shown}) AND s.agent_id IN ({agents}) "
        f"AND s.on >= '{monday - timedelta(days=BEFORE)}'"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.key::text, s.revision, s.agent_id, s.on, s.zone, extract(epoch FROM s.start_at)::bigint, "
            f"extract(epoch FROM s.end_at)::bigint {which} ORDER BY s.agent_id, s.start_at, s.id"
        )
        shifts = cursor.fetchall()
        raw = copying.copy_out(
            cursor,
            "SELECT g.shift_id, g.activity_id::bigint, g.start_at, g.end_at FROM workforce_shiftsegment g "
            f"WHERE g.shift_id IN (SELECT s.id {which}) ORDER BY g.shift_id, g.start_at",
            SEGMENTS,
        )
    parts = _parts([shift[0] for shift in shifts], raw)
    absent = [activity.pk for activity in activities.values() if activity.kind == Activity.Kind.ABSENCE]
    works = np.bincount(parts.row, weights=~np.isin(parts.activity, absent), minlength=len(shifts)) > 0
    return [
        Row(key, revision, index[agent], on, start, end, zone, is_work)
        for is_work, (_, key, revision, agent, on, zone, start, end) in zip(works.tolist(), shifts, strict=True)
    ], parts


def _parts(ids: list[int], raw: NDArray[Any]) -> Parts:
    """The segments with the row of their shift, in the order of the rows."""
    place = {pk: row for row, pk in enumerate(ids)}
    row = np.array([place[pk] for pk in raw["shift"].tolist()], dtype=np.int64)
    order = np.argsort(row, kind="stable")
    start, end = ((raw[name].astype(np.int64) + POSTGRES_EPOCH_US) // copying.MICRO for name in ("start", "end"))
    return Parts(row[order], raw["activity"].astype(np.int64)[order], start[order], end[order])


def _who(rows: Sequence[Row], parts: Parts) -> NDArray[np.int64]:
    """Whose each segment is."""
    return np.array([row.person for row in rows], dtype=np.int64)[parts.row]


def _plan(rows: Sequence[Row], parts: Parts, activities: dict[str, Activity], off: Sequence[Off]) -> Shifts:
    """The shifts as the rules want them."""
    paid = np.isin(parts.activity, [activity.pk for activity in activities.values() if activity.is_paid])
    rests = [a.pk for a in activities.values() if a.kind in (Activity.Kind.BREAK, Activity.Kind.ABSENCE)]
    absent = np.isin(parts.activity, [a.pk for a in activities.values() if a.kind == Activity.Kind.ABSENCE])
    present = np.flatnonzero(~absent)
    away = in_time_off(_who(rows, parts)[present], parts.start[present], parts.end[present], off)
    return Shifts(
        agent=np.array([row.person for row in rows], dtype=np.int64),
        day=np.array([row.on.toordinal() for row in rows], dtype=np.int64),
        start=np.array([row.start_s for row in rows], dtype=np.int64),
        end=np.array([row.end_s for row in rows], dtype=np.int64),
        works=np.array([row.works for row in rows], dtype=np.bool_),
        paid_s=np.bincount(parts.row, weights=np.where(paid, parts.end - parts.start, 0), minlength=len(rows)).astype(
            np.int64
        ),
        leave_s=np.bincount(parts.row[present][away.row], weights=away.end - away.start, minlength=len(rows)).astype(
            np.int64
        ),
        unbroken_s=unbroken(parts.row, parts.start, parts.end, np.isin(parts.activity, rests), shifts=len(rows)),
    )


def _terms(people: Sequence[Person], contracts: dict[int, Contract]) -> Terms:
    """The contracts in the order of the people; who has none is judged by no more than rest."""

    def column(field: str, factor: int, absent: int) -> NDArray[np.int64]:
        told = (contracts.get(person.agent) for person in people)
        return np.array([getattr(c, field) * factor if c else absent for c in told], dtype=np.int64)

    return Terms(
        week_s=column("week_minutes", 60, 0),
        days=column("days_a_week", 1, 7),
        shortest_s=column("shortest_shift_minutes", 60, 0),
        longest_s=column("longest_shift_minutes", 60, NO_LIMIT),
        rest_s=column("daily_rest_minutes", 60, 11 * 3600),
        days_running=column("most_days_running", 1, NO_LIMIT),
    )


class Away(NamedTuple):
    """Time off of a person, in seconds since the epoch."""

    person: int
    start_s: int
    end_s: int
    is_agreed: bool


def _time_off(people: Sequence[Person], monday: date) -> list[Away]:
    """What of it was asked for or agreed, around the week."""
    index = {person.agent: number for number, person in reversed(list(enumerate(people)))}
    first = datetime.combine(monday, time(), UTC) - timedelta(days=1)
    found = TimeOff.objects.standing().touching(first, first + timedelta(days=9)).filter(agent__in=list(index))
    return [
        Away(index[agent], seconds(start), seconds(end), state == TimeOff.State.APPROVED)
        for agent, start, end, state in found.values_list("agent_id", "start_at", "end_at", "state")
    ]


def _leave(people: Sequence[Person], monday: date, off: Sequence[Away]) -> frozenset[tuple[int, date]]:
    """(person, day) with leave asked for or agreed."""
    days: set[tuple[int, date]] = set()
    for away in off:
        zone = ZoneInfo(people[away.person].zone)
        begin = datetime.fromtimestamp(away.start_s, zone).date()
        end = datetime.fromtimestamp(away.end_s - 1, zone).date()
        for n in range((end - begin).days + 1):
            if monday <= begin + timedelta(days=n) <= monday + timedelta(days=6):
                days.add((away.person, begin + timedelta(days=n)))
    return frozenset(days)


def _credit(
    people: Sequence[Person], terms: Terms, leave: frozenset[tuple[int, date]], rows: Sequence[Row]
) -> NDArray[np.int64]:
    """Seconds that leave without a shift counts towards the contract: a day's share of the week."""
    told = np.zeros(len(people), dtype=np.int64)
    rostered = {(row.person, row.on) for row in rows}
    for person, day in leave:
        if (person, day) not in rostered and terms.days[person]:
            told[person] += terms.week_s[person] // terms.days[person]
    return told


def _common_zone(people: Sequence[Person]) -> ZoneInfo:
    """The zone of everybody shown, or that of the reports."""
    zones = {person.zone for person in people}
    return ZoneInfo(zones.pop() if len(zones) == 1 else settings.REPORTING_ZONE)
