"""The cast of the tests: who they are, what role they have, whose tickets they may see.

Team A answers about accounts, team B about payments. alice works in A and bob leads it, dave works
in B; carol manages everyone. eve is signed in without a role, nobody is not signed in at all.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from ops_dashboard.people.models import Agent, Team, User
from ops_dashboard.people.roles import Role

NOBODY = "nobody"
ROLES = {
    "alice": Role.AGENT,
    "bob": Role.TEAM_LEAD,
    "carol": Role.MANAGER,
    "dave": Role.AGENT,
    "erin": Role.ANALYST,
    "pat": Role.PARTNER,
    "quinn": Role.REVIEWER,
    "petra": Role.PLANNER,
    "adam": Role.ADMIN,
    "eve": "",
}
TEAMS = ("team-a", "team-b")
TEAM_OF = {"alice": "team-a", "bob": "team-a", "dave": "team-b"}
AREAS_OF = {"pat": ["payments"]}
AGENTS = ("alice", "bob", "dave")
EVERYBODY = (*ROLES, NOBODY)


@dataclass(frozen=True)
class Cast:
    """The saved cast: `users["alice"]`, `teams["team-a"]`, `agents["alice"]`."""

    users: dict[str, User]
    teams: dict[str, Team]
    agents: dict[str, Agent]
    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """A client signed in as that member; for nobody, not signed in."""
        client = Client()
        if name == NOBODY:
            return client
        if name in self.sessions and Session.objects.filter(pk=self.sessions[name]).exists():
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
        else:
            client.force_login(self.users[name])
        return client

    def sign_in(self) -> None:
        """Sign everybody in, for many clients to come: each uses its member's session while that stands."""
        for name in self.users:
            self.sessions[name] = self.client(name).cookies[settings.SESSION_COOKIE_NAME].value


def make_cast() -> Cast:
    teams = Team.objects.bulk_create(Team(slug=slug, name=slug.replace("-", " ").title()) for slug in TEAMS)
    agents = {name: Agent(slug=name, name=name.title()) for name in AGENTS}
    Agent.objects.bulk_create(agents.values())
    users = {
        name: User(username=name, role=role, agent=agents.get(name), product_areas=AREAS_OF.get(name, []))
        for name, role in ROLES.items()
    }
    User.objects.bulk_create(users.values())
    cast = Cast(users=users, teams={team.slug: team for team in teams}, agents=agents)
    User.teams.through.objects.bulk_create(
        User.teams.through(user=cast.users[name], team=cast.teams[slug]) for name, slug in TEAM_OF.items()
    )
    return cast
