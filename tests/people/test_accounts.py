"""Access changes: audited, ended at once in every session, and never one's own."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ops_dashboard.people import accounts
from ops_dashboard.people.accounts import Access
from ops_dashboard.people.models import AuditEntry, User
from ops_dashboard.people.roles import Role
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words here"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def last_entry() -> tuple[str, str, str, object]:
    entry = AuditEntry.objects.latest("id")
    return entry.actor, entry.action, entry.subject, entry.detail


def test_a_change_of_role_says_what_it_was_and_what_it_is(cast: Cast) -> None:
    accounts.change(cast.users["eve"], Access(role=Role.ANALYST), by="adam")
    assert last_entry() == ("adam", "access_changed", "eve", {"role": ["", "analyst"]})


def test_a_change_of_teams_names_both_sets(cast: Cast) -> None:
    bob, (a, b) = cast.users["bob"], (cast.teams[slug].id for slug in ("team-a", "team-b"))
    accounts.change(bob, Access(role=Role.TEAM_LEAD, agent_id=bob.agent_id, teams=(a, b)), by="adam")
    assert last_entry() == ("adam", "access_changed", "bob", {"teams": [[a], [a, b]]})
    assert set(bob.teams.values_list("id", flat=True)) == {a, b}


def test_nothing_changed_leaves_no_entry_and_no_session_ends(cast: Cast) -> None:
    client = cast.client("carol")
    assert accounts.change(cast.users["carol"], accounts.access_of(cast.users["carol"]), by="adam") is False
    assert not AuditEntry.objects.exists()
    assert client.get("/password/").status_code == 200


def test_nobody_grants_himself_a_role(cast: Cast) -> None:
    with pytest.raises(accounts.OwnAccount):
        accounts.change(cast.users["adam"], Access(role=Role.MANAGER), by="adam")
    assert User.objects.get(username="adam").role == Role.ADMIN
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("access", [Access(role=Role.ANALYST), Access(role=Role.MANAGER, is_active=False)])
def test_a_session_ends_when_the_access_changes(cast: Cast, access: Access) -> None:
    client = cast.client("carol")
    assert client.get("/password/").status_code == 200
    accounts.change(cast.users["carol"], access, by="adam")
    assert client.get("/password/").status_code == 302


def test_a_session_from_before_does_not_come_back_with_the_access(cast: Cast) -> None:
    client, carol = cast.client("carol"), cast.users["carol"]
    accounts.change(carol, Access(role=Role.MANAGER, is_active=False), by="adam")
    accounts.change(carol, Access(role=Role.MANAGER), by="adam")
    assert client.get("/password/").status_code == 302


def test_the_admin_page_changes_a_role_and_audits_it(cast: Cast) -> None:
    eve = cast.users["eve"]
    form = {"role": "analyst", "is_active": "on", "product_areas": "live, payments", "first_name": "Eve"}
    response = cast.client("adam").post(f"/admin/people/user/{eve.pk}/change/", form)
    assert response.status_code == 302
    eve.refresh_from_db()
    assert (eve.role, eve.product_areas, eve.first_name) == ("analyst", ["live", "payments"], "Eve")
    assert last_entry() == (
        "adam",
        "access_changed",
        "eve",
        {"role": ["", "analyst"], "product_areas": [[], ["live", "payments"]]},
    )


def test_a_time_zone_that_does_not_exist_cannot_be_given_to_anything(cast: Cast) -> None:
    site = {"slug": "dublin", "name": "Dublin", "zone": "Europe/Nowhere"}
    queue = {"slug": "phone", "name": "Phone", "zone": "Europe/Nowhere"}
    for name, url, form in (("adam", "people/site", site), ("petra", "workforce/queue", queue)):
        answer = cast.client(name).post(f"/admin/{url}/add/", form)
        assert (answer.status_code, "zone" in answer.context["adminform"].form.errors) == (200, True)
    assert cast.client("adam").post("/admin/people/site/add/", site | {"zone": "Europe/Dublin"}).status_code == 302


def test_a_new_address_for_letters_leaves_a_trace_without_the_address(cast: Cast) -> None:
    pat = cast.users["pat"]
    form = {"role": "partner", "is_active": "on", "product_areas": "payments", "email": "elsewhere@example.test"}
    cast.client("adam").post(f"/admin/people/user/{pat.pk}/change/", form)
    assert last_entry() == ("adam", "contact_changed", "pat", {"fields": ["email"]})


def test_the_admin_page_refuses_a_change_of_ones_own_role(cast: Cast) -> None:
    adam = cast.users["adam"]
    response = cast.client("adam").post(f"/admin/people/user/{adam.pk}/change/", {"role": "manager", "is_active": "on"})
    assert response.status_code == 200
    assert "You cannot change your own access" in response.content.decode()
    assert User.objects.get(pk=adam.pk).role == Role.ADMIN


def test_the_admin_page_adds_an_account_that_cannot_sign_in_yet(cast: Cast) -> None:
    form = {"username": "frank", "role": "agent", "is_active": "on", "teams": [cast.teams["team-a"].pk]}
    assert cast.client("adam").post("/admin/people/user/add/", form).status_code == 302
    frank = User.objects.get(username="frank")
    assert (frank.role, frank.has_usable_password()) == ("agent", False)
    assert list(frank.teams.all()) == [cast.teams["team-a"]]
    assert last_entry()[:3] == ("adam", "account_created", "frank")


def test_the_list_of_accounts_cannot_be_asked_what_a_password_begins_with(cast: Cast) -> None:
    answer = cast.client("adam").get("/admin/people/user/?password__startswith=p")
    assert answer.status_code == 400


def test_what_the_admin_does_to_a_team_leaves_a_trace(cast: Cast) -> None:
    adam, team = cast.client("adam"), cast.teams["team-b"]
    adam.post(f"/admin/people/team/{team.pk}/change/", {"slug": "team-b", "name": "Renamed", "is_active": "on"})
    assert last_entry()[:3] == ("adam", "admin_changed", f"team {team.pk}")
    adam.post(f"/admin/people/team/{team.pk}/delete/", {"post": "yes"})
    assert last_entry()[:3] == ("adam", "admin_deleted", f"team {team.pk}")


def test_the_admin_page_deletes_no_account(cast: Cast) -> None:
    response = cast.client("adam").post(f"/admin/people/user/{cast.users['eve'].pk}/delete/", {"post": "yes"})
    assert response.status_code == 403
    assert User.objects.filter(username="eve").exists()


def made_admin(*arguments: str) -> dict[str, str]:
    out = io.StringIO()
    call_command("create_admin", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_first_administrator_gets_a_link_that_works_once() -> None:
    made = made_admin("root", "--url", "https://ops.example/")
    assert made["username"] == "root"
    assert made["link"].startswith("https://ops.example/welcome/")
    path, client = made["link"].removeprefix("https://ops.example"), Client()
    form_path = client.get(path).headers["Location"]
    chosen = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(form_path, chosen).headers["Location"] == "/sign-in/"
    assert client.login(username="root", password=PASSWORD)
    assert User.objects.get(username="root").role == Role.ADMIN
    assert "Choose a password" in Client().get(path).content.decode()
    assert Client().get(path).status_code == 200  # no redirect to a form: the link is used up


def test_a_link_is_refused_after_a_quarter_of_an_hour(time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to("2026-11-02T09:00:00Z", tick=False)
    path = made_admin("root")["link"].split("8000")[1]
    time_machine.move_to("2026-11-02T09:15:01Z", tick=False)
    assert Client().get(path).status_code == 200
    time_machine.move_to("2026-11-02T09:14:59Z", tick=False)
    assert Client().get(path).status_code == 302


def test_create_admin_promotes_nobody_who_exists(cast: Cast) -> None:
    with pytest.raises(CommandError, match="'carol' exists and is no active administrator") as refusal:
        made_admin("carol")
    assert refusal.value.returncode == 2
    assert User.objects.get(username="carol").role == Role.MANAGER


def test_create_admin_refuses_a_name_that_is_none() -> None:
    with pytest.raises(CommandError) as refusal:
        made_admin("no spaces please")
    assert refusal.value.returncode == 2
