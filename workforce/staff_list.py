"""Who there is, within a reader's reach: filtered, searched, page by page by name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from ops_dashboard.metrics.keyset import page_after
from ops_dashboard.people.dated import ends_after
from ops_dashboard.people.models import Agent, Membership, Team
from ops_dashboard.people.roles import Scope
from workforce.models import AgentSkill, Contract

PAGE_SIZE = 50
NONE = "none"


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; slugs, `none` for people without."""

    words: str = ""
    team: str = ""
    site: str = ""
    vendor: str = ""
    skill: str = ""
    with_former: bool = False

    @property
    def is_filtered(self) -> bool:
        return any((self.words, self.team, self.site, self.vendor, self.skill, self.with_former))


@dataclass(frozen=True)
class PersonRow:
    """One person as of today."""

    agent: Agent
    team: Team | None
    contract: Contract | None
    skills: tuple[AgentSkill, ...]


@dataclass(frozen=True)
class PeopleList:
    rows: tuple[PersonRow, ...]
    count: int
    after: str  # cursor of the next page; empty on the last one


def reachable(scope: Scope, today: date) -> QuerySet[Agent]:
    """The people whose terms a reader may see: everybody, or who belongs to the reader's teams now or later."""
    if not scope.sees_rosters or scope.agent_id is not None:
        return Agent.objects.none()
    agents = Agent.objects.all()
    return agents if scope.teams is None else agents.filter(Exists(_belonging(today).filter(team__in=scope.teams)))


def list_people(wanted: Wanted, *, scope: Scope, today: date, after: str = "", size: int = PAGE_SIZE) -> PeopleList:
    """The page, by name, that follows the cursor `after`. BadCursor."""
    matching = _matching(wanted, scope, today)
    rows, following = page_after(matching, after, column="name", descending=False, read=str, size=size)
    return PeopleList(tuple(_rows(rows, today)), matching.count(), following)


def _belonging(today: date) -> QuerySet[Membership]:
    """Of the outer agent: memberships that are valid now or will be."""
    return Membership.objects.filter(ends_after(today), agent=OuterRef("pk"))


def _matching(wanted: Wanted, scope: Scope, today: date) -> QuerySet[Agent]:
    agents, belonging = reachable(scope, today), _belonging(today)
    if not wanted.with_former:
        never = ~Exists(Membership.objects.filter(agent=OuterRef("pk")))
        agents = agents.filter(Exists(belonging) | never, is_active=True)
    if wanted.words:
        agents = agents.filter(Q(name__icontains=wanted.words) | Q(slug__icontains=wanted.words))
    if wanted.team:
        theirs = Exists(belonging if wanted.team == NONE else belonging.filter(team__slug=wanted.team))
        agents = agents.filter(~theirs if wanted.team == NONE else theirs)
    for field, slug in (("site", wanted.site), ("vendor", wanted.vendor)):
        if slug:
            about = {f"team__{field}": None} if slug == NONE else {f"team__{field}__slug": slug}
            agents = agents.filter(Exists(belonging.filter(**about)))
    if wanted.skill:
        having = AgentSkill.objects.valid_on(today).filter(agent=OuterRef("pk"), skill__slug=wanted.skill)
        agents = agents.filter(Exists(having))
    return agents


def _rows(agents: list[Agent], today: date) -> Iterable[PersonRow]:
    members = Membership.objects.filter(ends_after(today), agent__in=agents)
    teams = {
        each.agent_id: each.team
        for each in members.select_related("team__site", "team__vendor").order_by("-valid_from")
    }
    contracts = Contract.objects.valid_on(today).filter(agent__in=agents).select_related("type")
    terms = {each.agent_id: each for each in contracts}
    skills: dict[int, list[AgentSkill]] = defaultdict(list)
    for each in (
        AgentSkill.objects.valid_on(today).filter(agent__in=agents).select_related("skill").order_by("skill__name")
    ):
        skills[each.agent_id].append(each)
    for agent in agents:
        yield PersonRow(agent, teams.get(agent.pk), terms.get(agent.pk), tuple(skills[agent.pk]))
