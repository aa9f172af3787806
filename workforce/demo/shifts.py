"""The shifts of the demo's agents, as the rota of its tickets has them, laid out in arrays and copied in.

Past weeks and the running one are published, the next two are drafts with some broken rules in them.
Who did not answer anything on a day may have been sick.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from ops_dashboard.metrics import copying
from ops_dashboard.people.models import Agent, Team
from tickets.demo.catalogue import SITES, TEAMS, Pattern
from tickets.demo.holidays import holidays
from tickets.demo.organisation import SHIFT_HOURS
from tickets.demo.world import World
from workforce.activities import PLAIN, ensured
from workforce.demo import duty
from workforce.demo.people import BREAKS, REVIEWING, STAGGER, STAGGERS, template_slug
from workforce.models import RosterVersion, Shift, ShiftSegment, ShiftTemplate, TimeOff
from workforce.shift_changes import monday
from workforce.wall_time import instant

Ints = NDArray[np.int64]
PLANNER = "demo-planner"
AHEAD = 2  # weeks of drafts
NOTICE = timedelta(days=10)  # how long before its Monday a week was published
SICK = 0.025
COACHING = (330, 30, "coaching")  # once a week each
DAY_S, HOUR_S, MINUTE_S = 86_400, 3600, 60


@dataclass(frozen=True)
class Plan:
    """Shifts in parallel arrays: agent and team are indices of the organisation, `day` ordinals."""

    agent: Ints
    team: Ints
    day: Ints
    hour: Ints  # local hour of the start
    start: Ints
    end: Ints
    is_coached: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.agent)


def plan(world: World, first: date, last: date) -> Plan:
    """Everybody's shifts that begin on a local day from `first` to `last`, both included."""
    organisation = world.organisation
    works = organisation.shifts & ~np.roll(organisation.shifts, 1, axis=1)
    agent, week_hour = np.nonzero(works)
    days = np.arange(first.toordinal(), last.toordinal() + 1)
    weekday = (days - 1) % 7  # ordinal 1 was a Monday
    pair, row = np.nonzero((week_hour // 24)[:, None] == weekday[None, :])
    agents, hours, on = (
        agent[pair].astype(np.int64),
        (week_hour[pair] % 24).astype(np.int64),
        days[row].astype(np.int64),
    )
    joined = np.array([spec.joined_on.toordinal() for spec in organisation.agents])
    left = np.array([(spec.left_on or date.max).toordinal() for spec in organisation.agents])
    kept = (joined[agents] <= on) & (on < left[agents]) & ~_days_off(organisation.team[agents], on, first, last)
    agents, hours, on = agents[kept], hours[kept], on[kept]
    team = organisation.team[agents]
    start, end = _instants(team, on, hours)
    return Plan(agents, team, on, hours, start, end, (agents + on // 7) % 5 == (on - 1) % 7)


def _days_off(team: Ints, on: Ints, first: date, last: date) -> NDArray[np.bool_]:
    """Office teams rest on the holidays of their site."""
    off = np.zeros(len(on), dtype=np.bool_)
    for index, spec in enumerate(TEAMS):
        if spec.pattern is Pattern.OFFICE:
            country = next(site.country for site in SITES if site.slug == spec.site)
            closed = [day.toordinal() for day in holidays(country, first, last)]
            off |= (team == index) & np.isin(on, closed)
    return off


def _instants(team: Ints, on: Ints, hours: Ints) -> tuple[Ints, Ints]:
    """Start and end by the clock of each team's site."""
    site_of = {site.slug: number for number, site in enumerate(SITES)}
    site = np.array([site_of[spec.site] for spec in TEAMS])[team] if len(team) else team
    rows, back = np.unique(np.stack([site, on, hours]), axis=1, return_inverse=True)
    zones = [ZoneInfo(place.zone) for place in SITES]
    begins, ends = [], []
    for place, day, hour in rows.T.tolist():
        zone, begin = zones[place], date.fromordinal(day)
        finish = datetime.combine(begin, time(hour)) + timedelta(hours=SHIFT_HOURS)
        begins.append(instant(begin, time(hour), zone))
        ends.append(instant(finish.date(), finish.time(), zone))
    back = np.asarray(back).reshape(-1)
    return np.array(begins, dtype=np.int64)[back], np.array(ends, dtype=np.int64)[back]


def tell(world: World, first: date, last: date) -> int:
    """Lay out the weeks from Monday `first` to Sunday `last` as drafts; returns how many shifts."""
    agents = dict(Agent.objects.values_list("slug", "pk"))
    teams = {team.slug: team for team in Team.objects.filter(slug__in=[team.slug for team in TEAMS])}
    versions = _versions(teams, first, last)
    shifts = plan(world, first, last)
    agent_ids = np.array([agents[spec.slug] for spec in world.organisation.agents])
    team_ids = np.array([teams[spec.slug].pk for spec in TEAMS])
    mondays = shifts.day - (shifts.day - 1) % 7
    version_ids = np.array(
        [versions[team, week] for team, week in zip(shifts.team.tolist(), mondays.tolist(), strict=True)],
        dtype=np.int64,
    )
    sick = _sick(world, shifts, agent_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        ids = _reserve(cursor, "workforce_shift", len(shifts))
        rng = np.random.default_rng([world.seed, 23, first.toordinal()])
        zones = {site.slug: site.zone for site in SITES}
        templates = dict(ShiftTemplate.objects.values_list("slug", "pk"))
        copying.copy_in(
            cursor,
            "workforce_shift",
            {
                "id": copying.bigint(ids),
                "version_id": copying.bigint(version_ids),
                "key": copying.uuids([rng.bytes(16 * len(shifts))]),
                "agent_id": copying.bigint(agent_ids[shifts.agent]),
                "team_id": copying.bigint(team_ids[shifts.team]),
                "on": copying.integer(shifts.day - date(2000, 1, 1).toordinal()),
                "zone": copying.texts([zones[TEAMS[team].site] for team in shifts.team.tolist()]),
                "start_at": copying.instants(shifts.start),
                "end_at": copying.instants(shifts.end),
                "template_id": copying.bigint(
                    np.array([templates[template_slug(hour)] for hour in shifts.hour.tolist()], dtype=np.int64)
                ),
                "revision": copying.integer(np.zeros(len(shifts), dtype=np.int64)),
            },
        )
        owner, activity, start, end = _segments(shifts, sick, duty.shares(world))
        copying.copy_in(
            cursor,
            "workforce_shiftsegment",
            {
                "shift_id": copying.bigint(ids[owner]),
                "activity_id": copying.bigint(activity),
                "start_at": copying.instants(start),
                "end_at": copying.instants(end),
            },
        )
        copying.tell_planner(cursor, RosterVersion, Shift, ShiftSegment)
        _absences(shifts, sick, agent_ids)
    return len(shifts)


def publish(*, before: date, now: datetime) -> None:
    """Put the drafts of the weeks up to Monday `before` in force, as of their notice or `now`."""
    drafts = list(RosterVersion.objects.drafts().filter(week__lte=before, created_by=PLANNER, revision=0))
    for version in drafts:
        notice = datetime.combine(version.week, time(12), UTC) - NOTICE
        version.state, version.published_by = RosterVersion.State.PUBLISHED, PLANNER
        version.published_at = min(notice, now)
    RosterVersion.objects.bulk_update(drafts, ["state", "published_at", "published_by"], batch_size=500)


def _versions(teams: dict[str, Team], first: date, last: date) -> dict[tuple[int, int], int]:
    """A draft for every team and week; returns their ids by team index and Monday's ordinal."""
    weeks = [first + timedelta(days=7 * nth) for nth in range(((last - first).days + 1) // 7)]
    rows = RosterVersion.objects.bulk_create(
        RosterVersion(team=teams[spec.slug], week=week, created_by=PLANNER) for spec in TEAMS for week in weeks
    )
    index = {teams[spec.slug].pk: number for number, spec in enumerate(TEAMS)}
    return {(index[row.team_id], row.week.toordinal()): row.pk for row in rows}


def _sick(world: World, shifts: Plan, agent_ids: Ints) -> NDArray[np.bool_]:
    """Some past shifts during which their agent answered nothing."""
    rng = np.random.default_rng([world.seed, 24, int(shifts.day[0]) if len(shifts) else 0])
    chosen = (rng.random(len(shifts)) < SICK) & (shifts.end < world.now.timestamp())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT agent, extract(epoch FROM date_trunc('hour', replied_at))::bigint FROM tickets_reply "
            "WHERE agent = ANY(%s)",
            [agent_ids.tolist()],
        )
        answered = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    base = int(shifts.start.min()) - 14 * DAY_S if len(shifts) else 0
    keys = np.sort(answered[:, 0] * 2**32 + np.maximum(answered[:, 1] - base, 0))
    low = np.searchsorted(keys, agent_ids[shifts.agent] * 2**32 + shifts.start - base)
    high = np.searchsorted(keys, agent_ids[shifts.agent] * 2**32 + shifts.end - base)
    told: NDArray[np.bool_] = chosen & (low == high)
    return told


def _segments(shifts: Plan, sick: NDArray[np.bool_], share: duty.Shares) -> tuple[Ints, Ints, Ints, Ints]:
    """(shift row, activity id, start, end) of everything; a shift that the clock cuts short ends earlier."""
    activities = {slug: activity.pk for slug, activity in ensured().items()}
    on_from, on_until = duty.stretches(share[shifts.team], shifts.agent, shifts.day, shifts.start, shifts.end)
    stagger = shifts.agent % STAGGERS
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for kind in range(STAGGERS):
        for coached in (False, True):
            rows = np.flatnonzero((stagger == kind) & (shifts.is_coached == coached) & ~sick)
            for name, begin, finish in _tiles(kind, coached=coached):
                start = shifts.start[rows] + begin * MINUTE_S
                end = (
                    shifts.end[rows]
                    if finish is None
                    else np.minimum(shifts.start[rows] + finish * MINUTE_S, shifts.end[rows])
                )
                pieces = [(name, start, end)]
                if name == PLAIN:
                    first, last = (np.clip(edge[rows], start, end) for edge in (on_from, on_until))
                    pieces = [(REVIEWING, start, first), (PLAIN, first, last), (REVIEWING, last, end)]
                for slug, begins, ends in pieces:
                    lasts = begins < ends
                    parts.append((rows[lasts], np.full(lasts.sum(), activities[slug]), begins[lasts], ends[lasts]))
    rows = np.flatnonzero(sick)
    parts.append((rows, np.full(len(rows), activities["sick"]), shifts.start[rows], shifts.end[rows]))
    owner, activity, start, end = (np.concatenate([part[column] for part in parts]) for column in range(4))
    order = np.lexsort((start, owner))
    return owner[order], activity[order], start[order], end[order]


def _tiles(stagger: int, *, coached: bool) -> list[tuple[str, int, int | None]]:
    """The activities of a shift with their minutes after its start; the last one lasts to its end."""
    told: list[tuple[str, int, int | None]] = []
    at = 0
    for offset, long, name in sorted((*BREAKS, *([COACHING] if coached else []))):
        begin = offset if name == "coaching" else offset + STAGGER * (stagger - 1)
        begin = max(begin, at)
        if begin > at:
            told.append((PLAIN, at, begin))
        told.append((name, begin, begin + long))
        at = begin + long
    return [*told, (PLAIN, at, None)]


def _absences(shifts: Plan, sick: NDArray[np.bool_], agent_ids: Ints) -> None:
    """The time off that belongs to sick days."""
    activity = ensured()["sick"]
    TimeOff.objects.bulk_create(
        (
            TimeOff(
                agent_id=int(agent_ids[shifts.agent[row]]),
                activity=activity,
                start_at=datetime.fromtimestamp(int(shifts.start[row]), UTC),
                end_at=datetime.fromtimestamp(int(shifts.end[row]), UTC),
                state=TimeOff.State.APPROVED,
                decided_by=PLANNER,
            )
            for row in np.flatnonzero(sick).tolist()
        ),
        ignore_conflicts=True,
    )


def _reserve(cursor: object, table: str, count: int) -> Ints:
    """Ids for rows that are about to be copied in."""
    cursor.execute(  # type: ignore[attr-defined]  # a cursor of Django
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
    )
    return np.array(cursor.fetchall(), dtype=np.int64).reshape(-1)  # type: ignore[attr-defined]


def remove() -> None:
    """Every shift of the demo's teams, in three statements; Django would fetch each row first."""
    ids = list(Team.objects.filter(slug__in=[team.slug for team in TEAMS]).values_list("pk", flat=True))
    of_teams = "SELECT id FROM workforce_rosterversion WHERE team_id = ANY(%s)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM workforce_shiftsegment WHERE shift_id IN "
            f"(SELECT id FROM workforce_shift WHERE version_id IN ({of_teams}))",
            [ids],
        )
        cursor.execute(f"DELETE FROM workforce_shift WHERE version_id IN ({of_teams})", [ids])
        cursor.execute(f"DELETE FROM workforce_rosteredit WHERE version_id IN ({of_teams})", [ids])
        cursor.execute("DELETE FROM workforce_rosterversion WHERE team_id = ANY(%s)", [ids])
    TimeOff.objects.filter(agent__memberships__team__in=ids).delete()


def weeks_of(world: World) -> tuple[date, date, date]:
    """The first Monday told, the running week's, and the last draft's."""
    here = monday(world.now.date())
    return monday(world.stories.start.date()), here, here + timedelta(days=7 * AHEAD)
