"""How many people write, and how many agents are there to answer, hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import LIVE_CHANNELS, NIGHT_TEAM, REASONS, SITES, TEAMS, Pattern, TeamSpec
from tickets.demo.holidays import holidays
from tickets.demo.organisation import SITE_INDEX, TEAM_INDEX, Organisation
from tickets.demo.stories import LAUNCH_TEAMS, OUTAGE_HOURS, OUTAGE_TEAMS, OVERTIME_DAYS, Stories

Amounts = NDArray[np.float64]  # (teams, hours) unless said otherwise
HOUR = 3600
AHEAD = timedelta(weeks=4)  # how far past `now` the rhythm is laid out
HOLIDAY_STRENGTH = {Pattern.OFFICE: 0.0, Pattern.DAILY: 0.6, Pattern.ROUND: 0.8}
QUIET_HOLIDAY = 0.4  # how far requesters keep silent where everybody has the day off
YEARLY_GROWTH = 0.2
OUTAGE_SURGE = 6.0

# Requesters by local hour and weekday; their mean does not matter.
_EVENINGS = np.array(
    [34, 22, 15, 12, 12, 18, 35, 60, 85, 98, 104, 108, 112, 108, 108, 112, 120, 126, 132, 136, 134, 118, 88, 58]
)
_OFFICE_DAY = np.array(
    [4, 3, 2, 2, 3, 8, 20, 48, 92, 128, 140, 136, 118, 122, 136, 132, 112, 80, 44, 28, 22, 16, 10, 6]
)
_WEEK = np.array([112, 105, 100, 98, 98, 78, 74])
_OFFICE_WEEK = np.array([118, 110, 106, 102, 92, 26, 22])


@dataclass(frozen=True)
class Grid:
    """Whole UTC hours from `start_s` (seconds since the epoch)."""

    start_s: int
    hours: int

    @property
    def starts(self) -> NDArray[np.int64]:
        return self.start_s + HOUR * np.arange(self.hours, dtype=np.int64)

    def hour_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The index of the hour that each instant falls in, the last one for all that is later."""
        return np.clip((at - self.start_s) // HOUR, 0, self.hours - 1)


@dataclass(frozen=True)
class Rhythm:
    """Expected arrivals (weights; nobody's unit) and agents at work, by team and hour.

    `arrivals` is by the team that requesters' routing names, `workload` after chats moved to the
    night team; `capacity` is in the unit of arrivals. `live` and `pressing` are shares by team.
    """

    grid: Grid
    site_hours: NDArray[np.int64]  # (sites, hours) local hour of the week
    requester_hours: NDArray[np.int64]  # (teams, hours) local hour of the week where most requesters live
    arrivals: Amounts
    workload: Amounts
    capacity: Amounts
    live: Amounts  # (teams,)
    pressing: Amounts  # (teams,)


def rhythm(organisation: Organisation, stories: Stories) -> Rhythm:
    """The rhythm of the organisation while the stories happen."""
    start = stories.start.replace(minute=0, second=0, microsecond=0)
    grid = Grid(int(start.timestamp()), int((stories.now + AHEAD - start) / timedelta(hours=1)) + 1)
    clocks = {zone: local_hours(grid, zone) for zone in _zones()}
    site_hours = np.array([clocks[site.zone] for site in SITES])
    calm = np.array([_requesters(team, clocks) for team in TEAMS])
    holiday = _holiday_strength(grid, site_hours)
    arrivals = calm * _growth(grid) * _surges(grid, stories) * (1 - QUIET_HOLIDAY * (1 - holiday))
    heads = _heads(grid, organisation, site_hours)
    live = np.array([_share_of(team.channels, LIVE_CHANNELS) for team in TEAMS])
    calm_load = _with_night_chat(calm, heads, live)
    at_first = _heads(grid, organisation, site_hours, as_of_start=True)
    utilisation = np.array([team.utilisation for team in TEAMS])
    pace = calm_load.mean(axis=1) / at_first.mean(axis=1) / utilisation
    strength = holiday * _overtime(grid, stories) * _growth(grid)
    capacity = heads * pace[:, None] * strength
    return Rhythm(
        grid=grid,
        site_hours=site_hours,
        requester_hours=np.array([clocks[max(team.requesters, key=team.requesters.__getitem__)] for team in TEAMS]),
        arrivals=arrivals,
        workload=_with_night_chat(arrivals, capacity, live),
        capacity=capacity,
        live=live,
        pressing=np.array([_pressing(team) for team in TEAMS]),
    )


def local_hours(grid: Grid, zone: str) -> NDArray[np.int64]:
    """The local hour of the week (0 is Monday 00:00) at the start of every hour of the grid."""
    info = ZoneInfo(zone)
    moments = (datetime.fromtimestamp(int(start), info) for start in grid.starts)
    return np.fromiter((moment.weekday() * 24 + moment.hour for moment in moments), np.int64, grid.hours)


def _zones() -> set[str]:
    return {site.zone for site in SITES} | {zone for team in TEAMS for zone in team.requesters}


def _requesters(team: TeamSpec, clocks: dict[str, NDArray[np.int64]]) -> Amounts:
    """(hours,) expected arrivals of one team in a calm week; a week of all teams sums to 100."""
    day, week = (_OFFICE_DAY, _OFFICE_WEEK) if team.function == "Ads & business" else (_EVENINGS, _WEEK)
    profile = np.outer(week / week.sum(), day / day.sum()).ravel()
    weight = sum(team.requesters.values())
    parts = [profile[clocks[zone]] * part / weight for zone, part in team.requesters.items()]
    return np.sum(parts, axis=0) * team.share


def _growth(grid: Grid) -> Amounts:
    return 1 + YEARLY_GROWTH * (np.arange(grid.hours) / (24 * 365))


def _surges(grid: Grid, stories: Stories) -> Amounts:
    """What the launch and the outage multiply arrivals by."""
    surge = np.ones((len(TEAMS), grid.hours))
    since_launch = _days_since(grid, stories.launch)
    launched = np.where(since_launch < 0, 1.0, 1.12 + 0.5 * np.exp(-np.maximum(since_launch, 0) / 6))
    since_outage = _days_since(grid, stories.outage)
    aftermath = 1 + 1.4 * np.exp(-np.maximum(since_outage, 0) / 0.6)
    broken = np.where(since_outage < 0, 1.0, np.where(since_outage < OUTAGE_HOURS / 24, OUTAGE_SURGE, aftermath))
    for team in LAUNCH_TEAMS:
        surge[TEAM_INDEX[team]] *= launched
    for team in OUTAGE_TEAMS:
        surge[TEAM_INDEX[team]] *= broken
    return surge


def _days_since(grid: Grid, moment: datetime) -> Amounts:
    return (grid.starts - moment.timestamp()) / 86_400


def _heads(
    grid: Grid, organisation: Organisation, site_hours: NDArray[np.int64], *, as_of_start: bool = False
) -> Amounts:
    """Agents at work, weighted by their speed; `as_of_start`: with the staff of the first day throughout."""
    heads = np.zeros((len(TEAMS), grid.hours))
    when = np.full(grid.hours, grid.start_s) if as_of_start else grid.starts
    for agent, team in enumerate(organisation.team):
        employed = (organisation.from_s[agent] <= when) & (when < organisation.to_s[agent])
        on_shift = organisation.shifts[agent][site_hours[SITE_INDEX[TEAMS[team].site]]]
        heads[team] += on_shift * employed * organisation.speed[agent]
    return heads


def _holiday_strength(grid: Grid, site_hours: NDArray[np.int64]) -> Amounts:
    """What is left of each team's staff, by the holidays of its site."""
    strength = np.ones((len(TEAMS), grid.hours))
    first = datetime.fromtimestamp(grid.start_s, UTC).date() - timedelta(days=1)
    last = first + timedelta(hours=grid.hours, days=2)
    for site in SITES:
        zone = ZoneInfo(site.zone)
        for day in holidays(site.country, first, last):
            midnight = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
            first_hour = (midnight - grid.start_s) // HOUR
            hours = slice(*np.clip((first_hour, first_hour + 24), 0, grid.hours))
            for index, team in enumerate(TEAMS):
                if team.site == site.slug:
                    strength[index, hours] = HOLIDAY_STRENGTH[team.pattern]
    return strength


def _overtime(grid: Grid, stories: Stories) -> Amounts:
    """More hands for some days after the outage, and from some days after the launch until it has settled."""
    since_outage, since_launch = _days_since(grid, stories.outage), _days_since(grid, stories.launch)
    extra = np.ones((len(TEAMS), grid.hours))
    for slug in OUTAGE_TEAMS:
        extra[TEAM_INDEX[slug]] *= np.where((since_outage > 0) & (since_outage < OVERTIME_DAYS), 1.35, 1.0)
    for slug in LAUNCH_TEAMS:
        extra[TEAM_INDEX[slug]] *= np.where(since_launch < 5, 1.0, np.where(since_launch < 26, 1.3, 1.1))
    return extra


def _with_night_chat(arrivals: Amounts, heads: Amounts, live: Amounts) -> Amounts:
    """Arrivals after the live contacts of closed teams moved to the night team."""
    moved = np.where(heads > 0, 0.0, arrivals * live[:, None])
    load = arrivals - moved
    load[TEAM_INDEX[NIGHT_TEAM]] += moved.sum(axis=0)
    return load


def _share_of(weights: Mapping[str, float], chosen: tuple[str, ...]) -> float:
    return sum(weights.get(name, 0) for name in chosen) / sum(weights.values())


def _pressing(team: TeamSpec) -> float:
    reasons = REASONS[team.function]
    return sum(reason.weight * reason.pressing for reason in reasons) / sum(reason.weight for reason in reasons)
