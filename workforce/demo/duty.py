"""How much of a shift the demo's people give to support, and when; the rest of it they review content.

There are as many people as the story wants and as many tickets as were asked for: so the hours on the queue
follow from the work. What a team logs on tickets in a week, over the share of its time that its story keeps
it busy, is what its shifts give: an hour or more at a stretch, on fewer days where that is too much.
"""

from collections import Counter
from typing import Any

import numpy as np
from django.db.models import Count, QuerySet, Sum
from numpy.typing import NDArray

from ops_dashboard.people.models import Agent
from tickets.demo.catalogue import TEAMS
from tickets.demo.organisation import SHIFT_HOURS
from tickets.demo.world import World
from tickets.models import Reply, Worklog
from workforce.demo.people import BREAKS

Ints = NDArray[np.int64]
Shares = NDArray[np.float64]
MINUTE_S, HOUR_S = 60, 3600
LEAST_MINUTES, STEP_MINUTES = 60, 5
WHOLE = 0.9  # of a shift: whoever gives more gives all
_GOLDEN, _EVERY, _OTHER, _DAYS = 0.6180, 0.3820, 0.7549, 0.5698  # successive multiples lie evenly


def shares(world: World) -> Shares:
    """What part of its people's shifts each team of the catalogue gives to support; all where no time is logged."""
    organisation = world.organisation
    places = {agent.slug: int(team) for agent, team in zip(organisation.agents, organisation.team, strict=True)}
    team_of = {pk: places[slug] for pk, slug in Agent.objects.filter(slug__in=places).values_list("pk", "slug")}
    since = world.now - (world.now - world.stories.start) / 2  # by when the first backlog has built up
    logged = _by_team(Worklog.objects.filter(agent__in=team_of, logged_at__gte=since), Sum("seconds"), team_of)
    replies = _by_team(Reply.objects.filter(agent__in=team_of, replied_at__gte=since), Count("ticket"), team_of)
    timed = sum(replies[team] for team in logged)
    if not timed:
        return np.ones(len(TEAMS))
    usual = sum(logged.values()) / timed  # of a reply, for those who log nothing
    here_s = np.minimum(organisation.to_s, world.now.timestamp()) - np.maximum(organisation.from_s, since.timestamp())
    weeks = np.maximum(here_s, 0) / (7 * 24 * HOUR_S)
    rest = 1 - sum(minutes for _, minutes, _ in BREAKS) / (SHIFT_HOURS * 60)
    there_h = np.bincount(
        organisation.team, weights=organisation.shifts.sum(axis=1) * weeks * rest, minlength=len(TEAMS)
    )
    work_h = np.array([logged.get(team, replies[team] * usual) for team in range(len(TEAMS))]) / HOUR_S
    busy = np.array([team.utilisation for team in TEAMS])
    return np.minimum(work_h / busy / np.maximum(there_h, 1), 1.0)


def _by_team(rows: QuerySet[Any], amount: Count | Sum, team_of: dict[int, int]) -> Counter[int]:
    told: Counter[int] = Counter()
    for agent, number in rows.order_by().values("agent").annotate(n=amount).values_list("agent", "n"):
        told[team_of[agent]] += number
    return told


def stretches(share: Shares, agent: Ints, day: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """(from, until) on support in each shift, the same twice where there is none.

    `share` is that of each shift's team; `agent` and `day` number people and days.
    """
    long = np.where(share > WHOLE, (end - start) / MINUTE_S, share * (end - start) / MINUTE_S)
    asked = np.maximum(np.ceil(long / STEP_MINUTES) * STEP_MINUTES, LEAST_MINUTES)
    is_on = (agent * _OTHER + day * _DAYS) % 1 < long / asked
    room = np.maximum((end - start) // MINUTE_S - asked, 0)
    place = (agent * _GOLDEN + day * _EVERY) % 1
    begin = start + (np.floor(room * place / STEP_MINUTES) * STEP_MINUTES * MINUTE_S).astype(np.int64)
    until = np.where(share > WHOLE, end, np.minimum(begin + (asked * MINUTE_S).astype(np.int64), end))
    return begin, np.where(is_on, until, begin)
