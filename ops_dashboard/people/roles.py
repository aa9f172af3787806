"""Roles as code, and `Scope`: what one reader may see, passed to every query."""

from dataclasses import dataclass

from django.db.models import TextChoices


class Role(TextChoices):
    ADMIN = "admin", "Administrator"
    MANAGER = "manager", "Manager"
    TEAM_LEAD = "team_lead", "Team lead"
    AGENT = "agent", "Agent"
    REVIEWER = "reviewer", "QA reviewer"
    ANALYST = "analyst", "Analyst"
    PLANNER = "planner", "Planner"
    PARTNER = "partner", "Partner"


@dataclass(frozen=True)
class Scope:
    """What one reader may see. `teams` None means every team; an empty set means none.

    `agent_id` restricts ticket rows to those of one agent (an agent's own work).
    `small_cells_hidden` withholds figures that rest on fewer than ten subjects.
    """

    role: str
    username: str
    teams: frozenset[int] | None
    agent_id: int | None = None
    sees_metrics: bool = False
    sees_people: bool = False  # per-agent figures
    sees_tickets: bool = False  # ticket rows, the requester as a pseudonym
    sees_text: bool = False
    sees_identities: bool = False
    may_export: bool = False
    may_configure: bool = False
    small_cells_hidden: bool = False
    product_areas: frozenset[str] = frozenset()

    def sees_team(self, team_id: int) -> bool:
        return self.teams is None or team_id in self.teams


NOBODY = Scope(role="", username="", teams=frozenset())
SYSTEM = Scope(
    role="system", username="system", teams=None, sees_metrics=True, sees_people=True, sees_tickets=True, may_export=True
)
