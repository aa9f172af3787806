"""The people of the demo organisation: who works where, from when to when, on which shifts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import GIVEN_NAMES, INITIALS, SITES, TEAMS, TeamSpec
from tickets.demo.stories import DECLINING_TEAM, HIRES, HIRING_TEAM, Stories

DAY_HOURS, WEEK_HOURS = 24, 168
SHIFT_HOURS = 8
DAYS_A_WEEK = 5
# On which weekday the five days of successive agents begin: more people from Monday to Friday.
FIRST_DAYS = (0, 6, 1, 3, 0, 2, 6, 0, 1)
LONG_AGO = date(2020, 1, 1)
TEAM_INDEX = {team.slug: index for index, team in enumerate(TEAMS)}
SITE_INDEX = {site.slug: index for index, site in enumerate(SITES)}


@dataclass(frozen=True)
class AgentSpec:
    """One invented person: a given name and an initial. `left_on` is the first day away."""

    slug: str
    name: str
    team: int  # index into TEAMS
    joined_on: date
    left_on: date | None


@dataclass(frozen=True)
class Organisation:
    """Agents in team order, and as arrays: `shifts` (agents, 168 local hours of the week from Monday)."""

    agents: tuple[AgentSpec, ...]
    team: NDArray[np.int64]
    shifts: NDArray[np.bool_]
    speed: NDArray[np.float64]
    from_s: NDArray[np.int64]  # seconds since the epoch
    to_s: NDArray[np.int64]


def organisation(stories: Stories, *, seed: int) -> Organisation:
    """The organisation that `seed` invents; who joins and leaves follows the stories."""
    rng = np.random.default_rng([seed, 1])
    names = _names(rng, sum(team.agents for team in TEAMS))
    agents: list[AgentSpec] = []
    shifts: list[NDArray[np.bool_]] = []
    for index, team in enumerate(TEAMS):
        for nth in range(team.agents):
            name = names[len(agents)]
            slug = name.lower().replace(" ", "-").removesuffix(".")
            agents.append(AgentSpec(slug, name, index, *_employment(team, nth, stories)))
            shifts.append(_shift(team, nth))
    return Organisation(
        agents=tuple(agents),
        team=np.array([agent.team for agent in agents]),
        shifts=np.array(shifts),
        speed=rng.lognormal(0.0, 0.25, len(agents)),
        from_s=np.array([_seconds(agent.joined_on) for agent in agents]),
        to_s=np.array([_seconds(agent.left_on or date.max) for agent in agents]),
    )


def _names(rng: np.random.Generator, count: int) -> list[str]:
    """Different names, evenly over the given names; never a surname, so nobody real is meant."""
    initials = [rng.permutation(list(INITIALS)) for _ in GIVEN_NAMES]
    rows = [
        f"{GIVEN_NAMES[given]} {initials[given][nth]}."
        for nth in range(-(-count // len(GIVEN_NAMES)))
        for given in rng.permutation(len(GIVEN_NAMES))
    ]
    return rows[:count]


def _employment(team: TeamSpec, nth: int, stories: Stories) -> tuple[date, date | None]:
    """First day, and first day away if there is one."""
    leavers = stories.leaving_days
    if team.slug == DECLINING_TEAM and nth >= team.agents - len(leavers):
        return LONG_AGO, leavers[nth - team.agents + len(leavers)]
    if team.slug == HIRING_TEAM and nth >= team.agents - HIRES:
        return stories.hires.date(), None
    return LONG_AGO, None


def _shift(team: TeamSpec, nth: int) -> NDArray[np.bool_]:
    """The local hours of the week that the nth agent works: five days of one eight-hour shift."""
    days = team.pattern.days
    start = team.pattern.starts[nth % len(team.pattern.starts)]
    first_day = FIRST_DAYS[nth // len(team.pattern.starts) % len(FIRST_DAYS)] if len(days) > DAYS_A_WEEK else 0
    week = np.zeros(WEEK_HOURS, dtype=bool)
    for step in range(DAYS_A_WEEK):
        first = days[(first_day + step) % len(days)] * 24 + start
        week[np.arange(first, first + SHIFT_HOURS) % WEEK_HOURS] = True
    return week


def _seconds(on: date) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp())
