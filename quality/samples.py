"""The only writer of samples: which solved tickets of a week are reviewed, and with what probability.

The population is every ticket whose last solve so far, by an agent of the scorecard's support
function, fell into the week. What was drawn is fixed with its probability, whatever happens to the
ticket later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.people import audit
from ops_dashboard.people.models import Agent, Team
from quality.models import Review, Sample, SampledTicket, SamplePlan, ScorecardVersion
from quality.sampling import Drawn, allocate, simple, sizes_of, stratified
from quality.scorecards import latest
from tickets.models import Channel, Solve, Ticket

WEEK = timedelta(days=7)
AT_RISK, AT_REST = "At risk", "The rest"
EVERYTHING = "Everything"
BATCH = 2000

Ints = NDArray[np.int64]


class NotDrawable(ValueError):
    """A sample that cannot be drawn; the message says why, in words for its reader."""


@dataclass(frozen=True)
class Population:
    """The tickets that could be drawn, one row each; `stratum` indexes `names`."""

    ticket: Ints
    agent: Ints
    team: Ints
    solved_at: tuple[datetime, ...]
    stratum: Ints
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ticket)


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week that `day` lies in."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + WEEK - timedelta(days=1)


def draw_due(*, today: date, by: str = "system") -> int:
    """Draw last week's sample of every active plan that has none yet; returns how many were drawn."""
    monday, _ = week_of(today - WEEK)
    due = SamplePlan.objects.filter(is_active=True).exclude(samples__start_on=monday)
    drawn = 0
    for plan in due:
        try:
            draw(plan, monday, by=by)
            drawn += 1
        except NotDrawable:
            continue  # nothing was solved, or the scorecard has no version yet; next week is another
    return drawn


@transaction.atomic
def draw(plan: SamplePlan, day: date, *, by: str) -> Sample:
    """Draw the sample of the week that `day` lies in, and open a seat for every review of it. NotDrawable."""
    sample = place(plan, day, by=by)
    tickets = sum(int(str(stratum["drawn"])) for stratum in sample.strata)
    audit.record(by, "sample_drawn", str(sample)[:200], tickets=tickets, population=sample.population)
    return sample


@transaction.atomic
def place(plan: SamplePlan, day: date, *, by: str, version: ScorecardVersion | None = None) -> Sample:
    """The draw itself, to be reviewed against `version`: the latest, if not given."""
    SamplePlan.objects.select_for_update().get(pk=plan.pk)
    start_on, end_on = week_of(day)
    if plan.samples.filter(start_on=start_on).exists():
        raise NotDrawable(f"The week of {start_on:%Y-%m-%d} was drawn already.")
    version = version or latest(plan.scorecard)
    if version is None:
        raise NotDrawable(f"{plan.scorecard} has no version to review against.")
    population = population_of(plan, start_on, end_on)
    if not len(population):
        raise NotDrawable(f"No agent of {plan.scorecard.support_function} solved a ticket in that week.")
    seed = f"{plan.seed}/{start_on.isoformat()}"
    drawn = chosen(plan, population, seed)
    sample = Sample.objects.create(
        plan=plan,
        start_on=start_on,
        end_on=end_on,
        seed=seed,
        population=len(population),
        strata=_told(population, drawn),
        drawn_by=by,
    )
    _open_seats(_keep(sample, population, drawn, seed), version)
    return sample


def population_of(plan: SamplePlan, start_on: date, end_on: date) -> Population:
    """Every ticket that the plan could draw, in three queries."""
    begin, end = bounds(start_on, end_on)
    teams = dict(Team.objects.filter(support_function=plan.scorecard.support_function).values_list("id", "name"))
    solves = Solve.objects.filter(
        team__in=list(teams), is_last=True, solver__gt=0, solved_at__gte=begin, solved_at__lt=end
    )
    channels = dict(Channel.objects.values_list("id", "label"))
    if plan.channels:
        wanted = Channel.objects.filter(slug__in=plan.channels).values_list("id", flat=True)
        solves = solves.filter(channel__in=list(wanted))
    rows = list(solves.order_by("ticket").values_list("ticket", "solver", "team", "channel", "solved_at"))
    agents = dict(Agent.objects.filter(id__in={row[1] for row in rows}).values_list("id", "name"))
    rows = [row for row in rows if row[1] in agents]
    labels = _strata(plan, rows, teams=teams, channels=channels, agents=agents)
    names = tuple(sorted(set(labels)))
    place = {name: index for index, name in enumerate(names)}
    return Population(
        ticket=np.array([row[0] for row in rows], dtype=np.int64),
        agent=np.array([row[1] for row in rows], dtype=np.int64),
        team=np.array([row[2] for row in rows], dtype=np.int64),
        solved_at=tuple(row[4] for row in rows),
        stratum=np.array([place[label] for label in labels], dtype=np.int64),
        names=names,
    )


Row = tuple[int, int, int, int, datetime]


def _strata(
    plan: SamplePlan, rows: list[Row], *, teams: dict[int, str], channels: dict[int, str], agents: dict[int, str]
) -> list[str]:
    """The stratum of each row, in words."""
    match SamplePlan.Strata(plan.strata):
        case SamplePlan.Strata.TEAM:
            return [teams[row[2]] for row in rows]
        case SamplePlan.Strata.CHANNEL:
            return [channels.get(row[3], "No channel") for row in rows]
        case SamplePlan.Strata.AGENT:
            return [f"{agents[row[1]]} ({row[1]})" for row in rows]
        case SamplePlan.Strata.RISK:
            risky = _at_risk(row[0] for row in rows)
            return [AT_RISK if row[0] in risky else AT_REST for row in rows]
    return [EVERYTHING] * len(rows)


def _at_risk(tickets: Iterable[int]) -> set[int]:
    """Tickets that came back or changed teams."""
    found = Ticket.objects.filter(id__in=list(tickets)).exclude(reopens=0, transfers=0)
    return set(found.values_list("id", flat=True))


def chosen(plan: SamplePlan, population: Population, seed: str) -> Drawn:
    """The draw itself: the same for the same plan, population and seed. Every ticket has a chance in it.

    So each stratum gives one at least, and a plan that asks for fewer than there are strata draws more than it asks.
    """
    held, least = sizes_of(population.stratum), max(1, plan.least)
    match SamplePlan.Strata(plan.strata):
        case SamplePlan.Strata.AGENT:
            sizes = dict.fromkeys(held, plan.size)
        case SamplePlan.Strata.RISK if len(held) == 2:
            risky = round(plan.size * plan.risk_share / 100)
            code = population.names.index(AT_RISK)
            sizes = {stratum: max(least, risky if stratum == code else plan.size - risky) for stratum in held}
        case _:
            sizes = allocate(held, plan.size, least=least)
    return stratified(population.ticket, population.stratum, sizes, seed)


def _told(population: Population, drawn: Drawn) -> list[dict[str, object]]:
    held, taken = sizes_of(population.stratum), sizes_of(drawn.stratum)
    return [
        {"name": name, "held": held.get(code, 0), "drawn": taken.get(code, 0)}
        for code, name in enumerate(population.names)
    ]


def _keep(sample: Sample, population: Population, drawn: Drawn, seed: str) -> list[SampledTicket]:
    at = {ticket: index for index, ticket in enumerate(population.ticket.tolist())}
    double = set(simple(drawn.unit, round(len(drawn) * sample.plan.double_share / 100), f"{seed}/double").unit.tolist())
    rows = zip(drawn.unit.tolist(), drawn.stratum.tolist(), drawn.probability.tolist(), strict=True)
    return SampledTicket.objects.bulk_create(
        [
            SampledTicket(
                sample=sample,
                ticket=ticket,
                agent_id=int(population.agent[at[ticket]]),
                team_id=int(population.team[at[ticket]]),
                solved_at=population.solved_at[at[ticket]],
                stratum=population.names[stratum],
                probability=probability,
                weight=1 / probability,
                seats=2 if ticket in double else 1,
            )
            for ticket, stratum, probability in rows
        ],
        batch_size=BATCH,
    )


def _open_seats(sampled: list[SampledTicket], version: ScorecardVersion) -> None:
    Review.objects.bulk_create(
        [
            Review(
                sampled=row,
                seat=seat,
                version=version,
                ticket=row.ticket,
                agent_id=row.agent_id,
                team_id=row.team_id,
                scorecard_id=version.scorecard_id,
                solved_at=row.solved_at,
                weight=row.weight,
            )
            for row in sampled
            for seat in range(1, row.seats + 1)
        ],
        batch_size=BATCH,
    )
