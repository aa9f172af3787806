"""What scope and filters leave of open tickets and of their promises, as a condition in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops_dashboard.people.roles import Scope


@dataclass(frozen=True)
class Narrowing:
    """`teams`: ids, None for all. `cuts`: (column of Ticket, codes), all of which have to fit."""

    teams: list[int] | None = None
    cuts: Sequence[tuple[str, list[int]]] = ()

    def condition(self, scope: Scope, *, team: str) -> tuple[str, list[bool | list[int]]]:
        """SQL over the ticket `t`, and its parameters; `team` is the column of the team that counts."""
        allowed = self._allowed(scope)
        parts = ["(%s OR " + team + " = ANY(%s))", *(f"t.{column} = ANY(%s)" for column, _ in self.cuts)]
        return " AND ".join(parts), [allowed is None, allowed or [], *(codes for _, codes in self.cuts)]

    def _allowed(self, scope: Scope) -> list[int] | None:
        if not scope.sees_metrics:
            return []
        if scope.teams is None:
            return self.teams
        return sorted(scope.teams if self.teams is None else scope.teams & set(self.teams))


EVERYTHING = Narrowing()
