"""The pages of people and rates: who is listed to whom, and what their forms do."""

from datetime import date

import pytest
from django.test import Client
from django.test.utils import override_script_prefix

from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Agent, AuditEntry, Membership, Site, Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.workforce.rostering import make_team
from workforce.models import AgentSkill, Contract, ContractType, Rate, Skill
from workforce.staff_list import Wanted, list_people

pytestmark = pytest.mark.django_db
TERMS = {
    "week_minutes": "37.5", "days_a_week": "5", "shortest_shift_minutes": "4", "longest_shift_minutes": "10",
    "daily_rest_minutes": "11", "most_days_running": "6", "zone": "Europe/Warsaw",
}  # fmt: skip


@pytest.fixture
def teams() -> list[Team]:
    """ada and ben answer payments; cem works for a vendor; old has left, new has no team yet."""
    payments, people = make_team("payments", "ada", "ben", "old")
    hired, _ = make_team("hired", "cem")
    hired.vendor = Vendor.objects.create(slug="acme", name="Acme")
    hired.save()
    Membership.objects.filter(agent=people["old"]).update(valid_to=date(2026, 2, 1))
    Agent.objects.create(slug="new", name="New")
    german = Skill.objects.create(slug="german", name="German")
    AgentSkill.objects.create(agent=people["ada"], skill=german, level=5, valid_from=date(2026, 1, 1))
    ended = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 9)}
    AgentSkill.objects.create(agent=people["ben"], skill=german, **ended)
    return [payments, hired]


def as_(role: Role, client: Client, *teams: Team) -> Client:
    user = User.objects.create(username=f"the-{role}", role=role)
    user.teams.set(teams)
    client.force_login(user)
    return client


def listed(**wanted: object) -> list[str]:
    return [row.agent.slug for row in list_people(Wanted(**wanted), scope=SYSTEM, today=today()).rows]  # type: ignore[arg-type]


def test_people_are_found_by_words_team_place_vendor_and_skill(teams: list[Team]) -> None:
    assert listed() == ["ada", "ben", "cem", "new"]
    assert listed(words="AD") == ["ada"]
    assert listed(team="payments") == ["ada", "ben"] and listed(team="none") == ["new"]
    assert listed(site=Site.objects.get(team=teams[1]).slug) == ["cem"]
    assert listed(vendor="acme") == ["cem"] and listed(vendor="none") == ["ada", "ben"]
    assert listed(skill="german") == ["ada"]
    assert listed(with_former=True) == ["ada", "ben", "cem", "new", "old"]
    assert listed(words="nobody") == []


def test_pages_go_on_after_the_last_one_of_the_page_before(teams: list[Team]) -> None:
    Agent.objects.filter(slug="cem").update(name="Ben")  # of the same name, the older one first
    first = list_people(Wanted(), scope=SYSTEM, today=today(), size=2)
    assert ([row.agent.slug for row in first.rows], first.count) == (["ada", "ben"], 4)
    second = list_people(Wanted(), scope=SYSTEM, today=today(), size=2, after=first.after)
    assert ([row.agent.slug for row in second.rows], second.after) == (["cem", "new"], "")


def test_a_lead_reads_the_own_people_and_nobody_else_s(teams: list[Team], client: Client) -> None:
    bob = as_(Role.TEAM_LEAD, client, teams[0])
    html = bob.get("/people/").content.decode()
    assert "/people/ada/" in html and "/people/cem/" not in html and "/people/new/" not in html
    with override_script_prefix("/desk/"):
        assert 'href="/desk/people/ada/"' in bob.get("/people/").content.decode()
    page = bob.get("/people/ada/").content.decode()
    assert "Another contract" not in page and "What an hour costs" not in page and "Correct or end" not in page
    assert [bob.get(f"/people/{slug}/").status_code for slug in ("cem", "old", "nobody")] == [404, 404, 404]
    assert bob.post("/people/ada/skills/", {}).status_code == 403


def test_an_agent_opens_none_of_it(teams: list[Team], client: Client) -> None:
    alice = User.objects.create(username="alice", role=Role.AGENT, agent=Agent.objects.get(slug="ada"))
    client.force_login(alice)
    assert [client.get(path).status_code for path in ("/people/", "/people/ada/", "/rates/")] == [403, 404, 403]


def test_a_list_of_many_takes_as_many_queries_as_one_of_few(
    teams: list[Team], client: Client, django_assert_num_queries: object
) -> None:
    petra = as_(Role.PLANNER, client)
    for number in range(60):
        agent = Agent.objects.create(slug=f"agent-{number}", name=f"Agent {number}")
        Membership.objects.create(agent=agent, team=teams[0], valid_from=date(2026, 1, 1))
    with django_assert_num_queries(13):  # type: ignore[operator]
        html = petra.get("/people/").content.decode()
    assert "64 people" in html and html.count('href="/people/') >= 50 and 'rel="next"' in html


def test_a_planner_adds_a_contract_and_the_one_before_ends(teams: list[Team], client: Client) -> None:
    petra, kind = as_(Role.PLANNER, client), ContractType.objects.get()
    told = TERMS | {"type": kind.pk, "valid_from": "2026-03-01", "last_day": "2026-06-30"}
    assert petra.post("/people/ada/contracts/", told).status_code == 302
    rows = Contract.objects.filter(agent__slug="ada").order_by("valid_from")
    assert list(rows.values_list("valid_from", "valid_to", "week_minutes")) == [
        (date(2026, 1, 1), date(2026, 3, 1), 2400),
        (date(2026, 3, 1), date(2026, 7, 1), 2250),
    ]
    entry = AuditEntry.objects.get(action="contract_added")
    assert (entry.actor, entry.detail["of"], entry.detail["ended"]) == ("the-planner", "ada", [rows[0].pk])


def test_what_overlaps_is_refused_with_the_row_it_overlaps(teams: list[Team], client: Client) -> None:
    petra, kind = as_(Role.PLANNER, client), ContractType.objects.get()
    answer = petra.post("/people/ada/contracts/", TERMS | {"type": kind.pk, "valid_from": "2026-01-01"})
    assert answer.status_code == 422
    assert "It overlaps the one from 1 Jan 2026 on; end that one before." in answer.content.decode()
    assert Contract.objects.filter(agent__slug="ada").count() == 1
    assert not AuditEntry.objects.filter(action="contract_added").exists()


def test_the_administration_obeys_the_same_rule(teams: list[Team], client: Client) -> None:
    petra, ada = as_(Role.PLANNER, client), Agent.objects.get(slug="ada")
    german = Skill.objects.get()
    told = {"agent": ada.pk, "skill": german.pk, "level": 3, "valid_from": "2026-03-01"}
    answer = petra.post("/admin/workforce/agentskill/add/", told)
    assert answer.status_code == 200
    assert "It overlaps the one from 1 Jan 2026 on; end that one before." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("last_day", "2026-02-28", "Comes before the first day."),
        ("valid_from", "1999-01-01", "1999-01-01 does not lie between"),
        ("week_minutes", "200", "is no number of hours between 0 and 168"),
        ("longest_shift_minutes", "3", "Shorter than the shortest shift."),
        ("days_a_week", "8", "From 1 to 7."),
        ("zone", "Mars/Olympus", "is not an IANA zone"),
    ],
)
def test_a_form_says_what_is_wrong(teams: list[Team], client: Client, field: str, value: str, words: str) -> None:
    petra, kind = as_(Role.PLANNER, client), ContractType.objects.get()
    told = TERMS | {"type": kind.pk, "valid_from": "2026-03-01", field: value}
    answer = petra.post("/people/ada/contracts/", told)
    assert answer.status_code == 422 and words in answer.content.decode()


def test_a_row_is_corrected_ended_and_removed(teams: list[Team], client: Client) -> None:
    petra, skill = as_(Role.PLANNER, client), AgentSkill.objects.get(agent__slug="ada")
    path = f"/people/ada/skills/{skill.pk}/"
    assert 'value="2026-01-01"' in petra.get(path).content.decode()
    told = {"skill": skill.skill_id, "level": "4", "valid_from": "2026-01-05", "last_day": "2026-03-31"}
    assert petra.post(path, told).status_code == 302
    skill.refresh_from_db()
    assert (skill.level, skill.valid_from, skill.valid_to) == (4, date(2026, 1, 5), date(2026, 4, 1))
    assert petra.post(f"/people/ben/skills/{skill.pk}/", told).status_code == 404
    assert petra.post(f"{path}remove/").status_code == 302
    assert not AgentSkill.objects.filter(pk=skill.pk).exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "skill_changed",
        "skill_removed",
    ]


def test_rates_are_added_corrected_and_marked(teams: list[Team], client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    told = {
        "subject": "vendor:acme", "minor_an_hour": "12.50", "currency": "USD", "basis": "productive",
        "valid_from": "2026-01-01",
    }  # fmt: skip
    assert petra.post("/rates/add/", told).status_code == 302
    assert petra.post("/rates/add/", told | {"minor_an_hour": "13", "valid_from": "2026-03-01"}).status_code == 302
    rates = Rate.objects.order_by("valid_from")
    assert list(rates.values_list("vendor__slug", "minor_an_hour", "valid_to")) == [
        ("acme", 1250, date(2026, 3, 1)),
        ("acme", 1300, None),
    ]
    edit = f"/rates/{rates[1].pk}/"
    assert petra.post(edit, told | {"minor_an_hour": "13.10", "valid_from": "2026-02-01"}).status_code == 422
    assert petra.post(edit, told | {"minor_an_hour": "13.10", "valid_from": "2026-03-01"}).status_code == 302
    html = petra.get("/rates/").content.decode()
    assert "13.10 USD" in html and "12.50 USD" in html and "28 Feb 2026" in html
    assert petra.post(f"{edit}remove/").status_code == 302 and Rate.objects.count() == 1
    assert "12.50 USD" in petra.get("/people/cem/").content.decode()


def test_a_rate_that_is_of_nobody_is_refused(teams: list[Team], client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    told = {"minor_an_hour": "-1", "currency": "usd", "basis": "paid", "valid_from": "2026-01-01", "subject": "x"}
    html = petra.post("/rates/add/", told).content.decode()
    for words in ("is no amount", "is no currency", "Select a valid choice"):
        assert words in html, words
    assert not Rate.objects.exists()


def test_a_manager_reads_rates_and_people_and_edits_neither(teams: list[Team], client: Client) -> None:
    carol = as_(Role.MANAGER, client)
    rate = Rate.objects.create(vendor=Vendor.objects.get(), minor_an_hour=1250, valid_from=date(2026, 1, 1))
    assert "12.50 USD" in carol.get("/people/cem/").content.decode()
    assert "Another" not in carol.get("/people/cem/").content.decode() + carol.get("/rates/").content.decode()
    assert [carol.get(f"/rates/{rate.pk}/").status_code, carol.post("/rates/add/").status_code] == [403, 403]


def test_an_empty_installation_says_so(client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    assert "Nobody belongs to a team yet." in petra.get("/people/").content.decode()
    assert "There is no rate yet: no cost is known." in petra.get("/rates/").content.decode()
    assert "Nobody matches these filters." in petra.get("/people/?q=zz").content.decode()


def test_a_planner_adds_a_person_who_begins_in_a_team(teams: list[Team], client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    form = {"name": "Zoë Q.", "team": "payments", "valid_from": "2026-03-01"}
    answer = petra.post("/organisation/people/", form, follow=True)
    assert answer.redirect_chain == [("/people/zoe-q/", 302)]
    assert "Zoë Q. belongs to Payments from 1 Mar 2026 on." in answer.content.decode()
    member = Membership.objects.get(agent__slug="zoe-q")
    assert (member.team, member.valid_from, member.valid_to) == (teams[0], date(2026, 3, 1), None)
    assert AuditEntry.objects.get(action="person_added").detail == {"team": "payments", "first": "2026-03-01"}
    again = petra.post("/organisation/people/", form | {"valid_from": "1026-03-01"})
    html = again.content.decode()
    assert again.status_code == 422
    assert "There is somebody already who is called zoe-q." in html and "does not lie between" in html


def test_nobody_else_adds_people(teams: list[Team], client: Client) -> None:
    form = {"name": "Zoë Q.", "team": "payments", "valid_from": "2026-03-01"}
    for role in (Role.MANAGER, Role.TEAM_LEAD, Role.ADMIN):
        assert as_(role, client, teams[0]).post("/organisation/people/", form).status_code == 403
    assert "Another person" not in as_(Role.REVIEWER, client).get("/people/").content.decode()
    assert not Agent.objects.filter(name="Zoë Q.").exists()
