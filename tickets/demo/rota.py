"""Which agent takes a ticket: somebody of the team who is at work just then."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import TEAMS
from tickets.demo.organisation import SITE_INDEX, Organisation
from tickets.demo.rhythm import Rhythm

Instants = NDArray[np.int64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Rota:
    """The shifts of everybody, ready to be asked about many instants at once."""

    organisation: Organisation
    rhythm: Rhythm
    site: Indices  # (teams,)
    members: Indices  # (teams, largest team), the first member repeated with weight 0
    weight: NDArray[np.float64]

    @classmethod
    def of(cls, organisation: Organisation, rhythm: Rhythm) -> Self:
        """The rota of an organisation whose local hours the rhythm knows."""
        rows = [np.flatnonzero(organisation.team == team) for team in range(len(TEAMS))]
        width = max(len(row) for row in rows)
        members = np.array([np.pad(row, (0, width - len(row)), constant_values=row[0]) for row in rows])
        present = np.array([np.arange(width) < len(row) for row in rows])
        return cls(
            organisation,
            rhythm,
            np.array([SITE_INDEX[team.site] for team in TEAMS]),
            members,
            np.where(present, organisation.speed[members], 0.0),
        )

    def pick(self, team: Indices, at: Instants, *, luck: NDArray[np.float64]) -> Indices:
        """An agent of each team at work at each instant, the quicker ones more often.

        `luck` (0 to 1) decides. Where nobody is at work (a shift has just ended) anybody employed
        is picked.
        """
        members, weight = self.members[team], self.weight[team]
        employed = weight * self._employed(members, at[:, None])
        working = employed * self._scheduled(members, team[:, None], at[:, None])
        chances = np.where(working.any(axis=1, keepdims=True), working, employed)
        running = np.cumsum(chances, axis=1)
        chosen = (running <= (luck * running[:, -1])[:, None]).sum(axis=1)
        return members[np.arange(len(team)), np.minimum(chosen, members.shape[1] - 1)]

    def is_working(self, agent: Indices, at: Instants) -> NDArray[np.bool_]:
        """Whether each agent is employed and on shift."""
        return self._employed(agent, at) & self._scheduled(agent, self.organisation.team[agent], at)

    def _employed(self, agent: Indices, at: Instants) -> NDArray[np.bool_]:
        return (self.organisation.from_s[agent] <= at) & (at < self.organisation.to_s[agent])

    def _scheduled(self, agent: Indices, team: Indices, at: Instants) -> NDArray[np.bool_]:
        local = self.rhythm.site_hours[self.site[team], self.rhythm.grid.hour_of(at)]
        return self.organisation.shifts[agent, local]
