"""The cast of the tests: who they are, what role they have, whose tickets they may see.

Team A answers about accounts, team B about payments. alice works in A and bob leads it, dave works
in B; carol manages everyone. eve is signed in without a role, nobody is not signed in at all.
"""

from dataclasses import dataclass

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

    def client(self, name: str) -> Client:
        """A client signed in as that member; for nobody, not signed in."""
        client = Client()
        if name != NOBODY:
            client.force_login(self.users[name])
        return client


def make_cast() -> Cast:
    teams = {slug: Team.objects.create(slug=slug, name=slug.replace("-", " ").title()) for slug in ("team-a", "team-b")}
    agents = {name: Agent.objects.create(slug=name, name=name.title()) for name in AGENTS}
    users = {}
    for name, role in ROLES.items():
        users[name] = User.objects.create(
            username=name, role=role, agent=agents.get(name), product_areas=AREAS_OF.get(name, [])
        )
        if name in TEAM_OF:
            users[name].teams.add(teams[TEAM_OF[name]])
    return Cast(users=users, teams=teams, agents=agents)
