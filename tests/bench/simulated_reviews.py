"""Simulated reviews, written as published rows, so that the engine tells of them what it tells of any."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.rollup import mark_cells, refill
from ops_dashboard.people.models import Agent, Team, User
from ops_dashboard.people.roles import SYSTEM, Role
from quality.models import Sample, SamplePlan, Scorecard, ScorecardVersion

Floats = NDArray[np.float64]

_DRAW = """
INSERT INTO quality_sampledticket (sample_id, ticket, agent_id, team_id, solved_at, stratum, probability, weight, seats)
SELECT %s, ticket, agent, %s, %s, 'All', 1 / weight, weight, 1
  FROM unnest(%s::bigint[], %s::int[], %s::float8[]) AS told (ticket, agent, weight)
"""
_REVIEW = """
INSERT INTO quality_review (sampled_id, seat, version_id, ticket, agent_id, team_id, reviewer_id, state, submitted_at,
    published_at, score_bp, score_before_critical_bp, critical_failed, given_critical_failed, notes, scorecard_id,
    solved_at, weight, is_seen, is_disputed)
SELECT drawn.id, 1, %s, drawn.ticket, drawn.agent_id, drawn.team_id, %s, 'submitted', %s, %s, told.score, told.score,
    told.score = 0, told.score = 0, '', told.scorecard, drawn.solved_at, drawn.weight, false, false
  FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS told (ticket, scorecard, score)
  JOIN quality_sampledticket drawn ON drawn.sample_id = %s AND drawn.ticket = told.ticket
"""


@dataclass(frozen=True)
class Written:
    """Reviews of one day, as (scorecards, agents, reviews) scores that say whose they are."""

    on: Period
    scorecards: tuple[str, ...]
    agents: tuple[tuple[str, ...], ...]  # by scorecard

    def intervals(self) -> tuple[Floats, Floats]:
        """The bounds of every agent's quality score in the table by scorecard and agent. (scorecards, agents) each"""
        rows = Reader(SYSTEM).run(Query("quality_score", self.on, Grain.TOTAL, ("scorecard", "agent"))).rows
        told = {row.keys: row.figure for row in rows}
        figures = [
            told[scorecard, agent]
            for scorecard, agents in zip(self.scorecards, self.agents, strict=True)
            for agent in agents
        ]
        low, high = (np.array([_bound(figure, which) for figure in figures]) for which in ("low", "high"))
        shape = len(self.scorecards), -1
        return low.reshape(shape), high.reshape(shape)


def _bound(figure: Figure, which: str) -> float:
    bound = getattr(figure, which)
    assert bound is not None
    return float(bound)


def write(scores: Floats, weights: Floats, *, at: datetime, name: str) -> Written:
    """A scorecard for each row of (scorecards, agents, reviews) scores, with agents of its own, refilled."""
    cards, agents, reviews = scores.shape
    team = Team.objects.create(slug=name, name=name)
    reviewer = User.objects.create(username=f"{name}-reviewer", role=Role.REVIEWER)
    scorecards = Scorecard.objects.bulk_create(
        Scorecard(slug=f"{name}-{n}", name=f"{name} {n}", support_function=f"{name} {n}") for n in range(cards)
    )
    people = Agent.objects.bulk_create(
        Agent(slug=f"{name}-{n}-{m}", name=f"{name} {n} {m}") for n in range(cards) for m in range(agents)
    )
    version = ScorecardVersion.objects.create(scorecard=scorecards[0], number=1)
    plan = SamplePlan.objects.create(scorecard=scorecards[0], name=name, size=1, seed=name)
    day = at.date()
    sample = Sample.objects.create(plan=plan, start_on=day, end_on=day, seed=name, population=scores.size)
    tickets = list(range(1, scores.size + 1))
    by_agent = np.repeat([agent.pk for agent in people], reviews).tolist()
    by_card = np.repeat([card.pk for card in scorecards], agents * reviews).tolist()
    points = np.round(scores * 10_000).astype(int).ravel().tolist()
    solved_at = at - timedelta(days=3)
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [sample.pk, team.pk, solved_at, tickets, by_agent, weights.ravel().tolist()])
        cursor.execute(_REVIEW, [version.pk, reviewer.pk, at, at, tickets, by_card, points, sample.pk])
    mark_cells("reviews", [(day, team.pk)])
    refill()
    slugs = np.array([agent.slug for agent in people]).reshape(cards, agents)
    return Written(Period(day, day), tuple(card.slug for card in scorecards), tuple(map(tuple, slugs.tolist())))
