"""Roles as code, and `Scope`: what one reader may see, passed to every query."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum
from typing import Any, Protocol

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


class Data(StrEnum):
    """Classes of data, from the harmless to the harmful."""

    DEFINITIONS = "definitions"  # metrics, calendars, targets, annotations
    FIGURES = "figures"  # aggregate metrics
    PEOPLE = "people"  # figures of single agents
    TICKETS = "tickets"  # ticket rows, the requester as a pseudonym
    TEXT = "text"  # redacted words of a conversation
    REVIEWS = "reviews"  # quality reviews and coaching notes
    ROSTERS = "rosters"  # shifts and leave
    PLANS = "plans"  # forecasts and requirements: no person in them
    COSTS = "costs"  # what work costs: rates, cost per resolution
    INSIGHTS = "insights"  # themes, insights, asks, programs, digests
    SYSTEM = "system"  # connectors, keys, users
    AUDIT = "audit"  # who did or saw what


class Reach(IntEnum):
    """How far a grant goes. A wider one includes the narrower ones."""

    NONE = 0
    SAMPLE = 1  # what was drawn for a review or picked for quoting, nothing else
    SELF = 2
    TEAM = 3
    LARGE = 4  # everyone, but no figure that rests on fewer than ten subjects
    ALL = 5


@dataclass(frozen=True)
class Grant:
    reach: Reach
    may_write: bool = False


NO = Grant(Reach.NONE)
SAMPLE, SELF, TEAM, LARGE, READ = (Grant(reach) for reach in list(Reach)[1:])
TEAM_RW, WRITE = Grant(Reach.TEAM, may_write=True), Grant(Reach.ALL, may_write=True)

# fmt: off
_ROWS = {
    # In the order of Data:
    #     definitions figures people tickets text reviews rosters plans costs insights system audit
    Role.ADMIN:     (WRITE, READ,  NO,   NO,     NO,     NO,      NO,      NO,    NO,    NO,    WRITE, READ),
    Role.MANAGER:   (WRITE, READ,  READ, READ,   READ,   READ,    READ,    READ,  READ,  WRITE, NO,    NO),
    Role.TEAM_LEAD: (READ,  TEAM,  TEAM, TEAM,   TEAM,   TEAM_RW, TEAM_RW, READ,  NO,    READ,  NO,    NO),
    Role.AGENT:     (READ,  TEAM,  SELF, SELF,   SELF,   SELF,    SELF,    NO,    NO,    NO,    NO,    NO),
    Role.REVIEWER:  (READ,  READ,  NO,   SAMPLE, SAMPLE, WRITE,   NO,      NO,    NO,    READ,  NO,    NO),
    Role.ANALYST:   (READ,  READ,  NO,   READ,   READ,   NO,      NO,      READ,  READ,  WRITE, NO,    NO),
    Role.PLANNER:   (WRITE, READ,  READ, NO,     NO,     NO,      WRITE,   WRITE, WRITE, READ,  NO,    NO),
    Role.PARTNER:   (READ,  LARGE, NO,   NO,     SAMPLE, NO,      NO,      NO,    NO,    LARGE, NO,    NO),
}
# fmt: on
GRANTS: dict[Role, dict[Data, Grant]] = {role: dict(zip(Data, row, strict=True)) for role, row in _ROWS.items()}

EXPORTERS = frozenset({Role.MANAGER, Role.TEAM_LEAD, Role.ANALYST, Role.PLANNER})


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
    sees_audit: bool = False
    may_export: bool = False
    sees_reviews: bool = False  # of everyone, of the teams, or an agent's own
    may_review: bool = False  # score conversations; scorecards, samples and calibration with it
    may_settle: bool = False  # decide disputes about reviews of the teams
    sees_rosters: bool = False  # of everyone, of the teams, or an agent's own
    may_roster: bool = False  # edit and publish shifts, within `teams`
    may_staff: bool = False  # teams, contracts and skills of everyone
    sees_plans: bool = False  # forecasts, requirements, the day
    may_plan: bool = False  # events, queues, staffing assumptions
    sees_costs: bool = False  # rates and figures in money
    sees_insights: bool = False  # a partner: those of `product_areas` only
    sees_every_area: bool = False  # of insights: drafts too, and figures by theme
    may_tag: bool = False  # themes, tags, insights, asks, digests, programs
    may_send_feedback: bool = False  # take feedback in, as programs do over the API
    may_answer: bool = False  # asks put to `product_areas`
    may_define: bool = False  # goals, annotations, calendars
    may_configure: bool = False  # users, sources, keys
    small_cells_hidden: bool = False
    product_areas: frozenset[str] = frozenset()

    @property
    def sees_small_cells(self) -> bool:
        return not self.small_cells_hidden

    def sees_team(self, team_id: int) -> bool:
        return self.teams is None or team_id in self.teams

    def sees_area(self, area: str) -> bool:
        """Whether insights about this product area are this reader's."""
        return self.sees_insights and (self.sees_every_area or area in self.product_areas)


RIGHTS = frozenset(field.name for field in fields(Scope) if field.name.startswith(("sees_", "may_")))

NOBODY = Scope(role="", username="", teams=frozenset())
SYSTEM = Scope(
    role="system",
    username="system",
    teams=None,
    sees_metrics=True,
    sees_people=True,
    sees_tickets=True,
    may_export=True,
    sees_reviews=True,
    sees_rosters=True,
    sees_plans=True,
    sees_costs=True,
    sees_insights=True,
    sees_every_area=True,
)


def grant(role: str, data: Data) -> Grant:
    """What `role` may do with `data`; nothing for a role that does not exist."""
    return GRANTS[Role(role)][data] if role in Role.values else NO


class SignedIn(Protocol):
    """What a scope is made from: `people.User`, told by its fields."""

    is_active: bool
    username: str
    role: str
    agent_id: int | None
    product_areas: list[str]
    teams: Any  # related manager


def scope_for(user: SignedIn) -> Scope:
    """The scope of a signed-in user: NOBODY without a role, or once disabled.

    Teams are those given to the user. An agent's own tickets need the link to an `Agent`; without
    it the reader sees figures of the team and no tickets.
    """
    if not user.is_active or user.role not in Role.values:
        return NOBODY
    reach = {data: granted.reach for data, granted in GRANTS[Role(user.role)].items()}
    is_bound = reach[Data.FIGURES] is Reach.TEAM
    is_self_only = reach[Data.TICKETS] is Reach.SELF
    return Scope(
        role=user.role,
        username=user.username,
        teams=frozenset(user.teams.values_list("id", flat=True)) if is_bound else None,
        agent_id=user.agent_id if is_self_only else None,
        sees_metrics=reach[Data.FIGURES] > Reach.NONE,
        sees_people=reach[Data.PEOPLE] >= Reach.TEAM,
        sees_tickets=_sees_rows(reach[Data.TICKETS], user),
        sees_text=_sees_rows(reach[Data.TEXT], user),
        sees_audit=reach[Data.AUDIT] is Reach.ALL,
        may_export=user.role in EXPORTERS,
        sees_reviews=_sees_rows(reach[Data.REVIEWS], user),
        may_review=_writes(user.role, Data.REVIEWS, Reach.ALL),
        may_settle=_writes(user.role, Data.REVIEWS, Reach.TEAM),
        sees_rosters=_sees_rows(reach[Data.ROSTERS], user),
        may_roster=grant(user.role, Data.ROSTERS).may_write,
        may_staff=_writes(user.role, Data.ROSTERS, Reach.ALL),
        sees_plans=reach[Data.PLANS] is Reach.ALL,
        may_plan=_writes(user.role, Data.PLANS, Reach.ALL),
        sees_costs=reach[Data.COSTS] is Reach.ALL,
        sees_insights=reach[Data.INSIGHTS] > Reach.NONE,
        sees_every_area=reach[Data.INSIGHTS] is Reach.ALL,
        may_tag=_writes(user.role, Data.INSIGHTS, Reach.ALL),
        may_send_feedback=_writes(user.role, Data.INSIGHTS, Reach.ALL),
        may_answer=user.role == Role.PARTNER and bool(user.product_areas),
        may_define=grant(user.role, Data.DEFINITIONS).may_write,
        may_configure=grant(user.role, Data.SYSTEM).may_write,
        small_cells_hidden=reach[Data.FIGURES] is Reach.LARGE,
        product_areas=frozenset(user.product_areas),
    )


def narrowed(scope: Scope, rights: Collection[str]) -> Scope:
    """`scope` without the rights that are not among `rights`; nothing is added, and limits stay."""
    lost: dict[str, Any] = dict.fromkeys(RIGHTS - set(rights), False)
    return replace(scope, **lost)


def _writes(role: str, data: Data, reach: Reach) -> bool:
    granted = grant(role, data)
    return granted.may_write and granted.reach is reach


def _sees_rows(reach: Reach, user: SignedIn) -> bool:
    """Whole rows, as against the samples that the quality and insight apps hand out one by one."""
    return reach >= Reach.TEAM or (reach is Reach.SELF and user.agent_id is not None)
