"""The table of roles, and the scope that it gives each member of the cast."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from ops_dashboard.environment import PROJECT
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import GRANTS, NOBODY, RIGHTS, Data, Role, Scope, grant, scope_for
from tests.cast import ROLES, make_cast

pytestmark = pytest.mark.django_db

RIGHTS_OF = {
    "alice": {"sees_metrics", "sees_tickets", "sees_text", "sees_reviews", "sees_rosters"},
    "bob": {"sees_metrics", "sees_tickets", "sees_text", "sees_people", "may_export"}
    | {"sees_reviews", "may_settle", "sees_rosters", "may_roster", "sees_plans", "sees_insights", "sees_every_area"},
    "carol": {"sees_metrics", "sees_tickets", "sees_text", "sees_people"}
    | {"sees_reviews", "sees_rosters", "sees_plans", "sees_costs", "sees_insights", "sees_every_area", "may_tag"}
    | {"may_export", "may_define", "may_send_feedback"},
    "dave": {"sees_metrics", "sees_tickets", "sees_text", "sees_reviews", "sees_rosters"},
    "erin": {"sees_metrics", "sees_tickets", "sees_text", "may_export"}
    | {"sees_plans", "sees_costs", "sees_insights", "sees_every_area", "may_tag", "may_send_feedback"},
    "pat": {"sees_metrics", "sees_insights", "may_answer"},
    "quinn": {"sees_metrics", "sees_reviews", "may_review", "sees_insights", "sees_every_area"},
    "petra": {"sees_metrics", "sees_people", "may_export", "may_define"}
    | {
        "sees_rosters",
        "may_roster",
        "may_staff",
        "sees_plans",
        "may_plan",
        "sees_costs",
        "sees_insights",
        "sees_every_area",
    },
    "adam": {"sees_metrics", "sees_audit", "may_define", "may_configure"},
    "eve": set(),
}


def rights(scope: Scope) -> set[str]:
    return {right for right in RIGHTS if getattr(scope, right)}


def test_every_role_says_something_about_every_class_of_data() -> None:
    assert set(GRANTS) == set(Role)
    assert all(set(grants) == set(Data) for grants in GRANTS.values())


@pytest.mark.parametrize("name", ROLES)
def test_each_member_has_exactly_the_rights_of_the_role(name: str) -> None:
    assert rights(scope_for(make_cast().users[name])) == RIGHTS_OF[name]


def test_every_right_opens_something() -> None:
    apps = ("ops_dashboard", "tickets", "workforce", "quality", "insights")
    files = [path for app in apps for path in (PROJECT / app).rglob("*.py") if path.name != "roles.py"]
    code = "\n".join(path.read_text() for path in files)
    assert {right for right in RIGHTS if not re.search(rf"\b{right}\b", code)} == set()


def test_teams_bind_agents_and_leads_and_nobody_else() -> None:
    cast = make_cast()
    bound = {name: scope_for(user).teams for name, user in cast.users.items()}
    team_a, team_b = frozenset({cast.teams["team-a"].id}), frozenset({cast.teams["team-b"].id})
    unbound = {name for name, teams in bound.items() if teams is None}
    assert unbound == {"carol", "erin", "pat", "quinn", "petra", "adam"}
    assert (bound["alice"], bound["bob"], bound["dave"], bound["eve"]) == (team_a, team_a, team_b, frozenset())


def test_an_agent_sees_own_tickets_and_a_lead_those_of_the_team() -> None:
    cast = make_cast()
    assert scope_for(cast.users["alice"]).agent_id == cast.agents["alice"].id
    assert scope_for(cast.users["bob"]).agent_id is None


def test_an_agent_who_is_not_linked_to_an_agent_sees_no_tickets() -> None:
    """Without a link there is no `own`, and no link must not mean everyone's."""
    scope = scope_for(User.objects.create(username="unlinked", role=Role.AGENT))
    assert (scope.sees_tickets, scope.sees_text, scope.sees_metrics) == (False, False, True)
    assert (scope.sees_reviews, scope.sees_rosters) == (False, False)


def test_only_a_partner_is_kept_from_small_cells() -> None:
    cast = make_cast()
    assert [name for name, user in cast.users.items() if scope_for(user).small_cells_hidden] == ["pat"]


def test_a_disabled_account_is_nobody() -> None:
    user = User.objects.create(username="former", role=Role.MANAGER, is_active=False)
    assert scope_for(user) == NOBODY
    assert not AnonymousUser().is_active


def test_being_a_django_superuser_opens_nothing() -> None:
    user = User.objects.create(username="root", is_superuser=True, is_staff=True)
    assert scope_for(user) == NOBODY
    assert not user.has_perm("people.view_user")
    assert not user.has_module_perms("people")


@pytest.mark.parametrize(
    ("role", "permission", "expected"),
    [
        (Role.ADMIN, "people.change_user", True),
        (Role.ADMIN, "people.view_auditentry", True),
        (Role.ADMIN, "people.change_auditentry", False),
        (Role.ADMIN, "tickets.view_ticket", False),
        (Role.MANAGER, "people.view_user", False),
        (Role.MANAGER, "auth.view_group", False),
        (Role.TEAM_LEAD, "people.view_agent", False),
        ("", "people.view_user", False),
    ],
)
def test_permissions_of_the_admin_follow_the_table(role: str, permission: str, expected: bool) -> None:
    assert User(username="someone", role=role).has_perm(permission) is expected


def test_a_role_that_does_not_exist_is_granted_nothing() -> None:
    assert not any(grant("sultan", data).reach for data in Data)
