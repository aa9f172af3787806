"""Teams, sites, vendors and skills: who reads them, what planners do to them, and what follows."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import AuditEntry, Site, Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.workforce.rostering import MONDAY, make_team, published, shift
from workforce.models import AgentSkill, Rate, Skill
from workforce.organisation import KINDS

pytestmark = pytest.mark.django_db


def as_(role: Role, *teams: Team) -> Client:
    user = User.objects.create(username=f"the-{role}", role=role)
    user.teams.set(teams)
    client = Client()
    client.force_login(user)
    return client


def test_managers_read_everything_leads_their_own_and_neither_writes() -> None:
    own, _ = make_team("payments", "ada")
    make_team("creators", "cem")
    manager, lead = as_(Role.MANAGER), as_(Role.TEAM_LEAD, own)
    whole, part = (client.get("/organisation/").content.decode() for client in (manager, lead))
    assert "Payments" in whole and "Creators" in whole and "Another team" not in whole
    assert "Payments" in part and "Creators" not in part and "site-creators" not in part
    Vendor.objects.create(slug="acme", name="Acme")
    whole, part = (client.get("/organisation/").content.decode() for client in (manager, lead))
    assert "Acme" in whole and "No skill yet." in whole
    assert "No vendor works for your teams." in part and "Acme" not in part and "No skill yet." in part
    for client in (manager, lead):
        assert client.post("/organisation/sites/", {"name": "Porto", "zone": "Europe/Lisbon"}).status_code == 403
        assert client.get(f"/organisation/teams/{own.pk}/").status_code == 403
    assert not Site.objects.filter(name="Porto").exists()


def test_a_lead_s_site_counts_the_lead_s_teams_each_once() -> None:
    """Three teams at one site, two of them the lead's."""
    one, _ = make_team("payments", "ada")
    two, three = (Team.objects.create(slug=name, name=name, site=one.site) for name in ("live", "creators"))

    def counted(*teams: Team) -> list[int]:
        scope = replace(SYSTEM, teams=frozenset(team.pk for team in teams) or None)
        return [site.teams for site in KINDS["sites"].rows(scope)]

    assert (counted(), counted(one, two), counted(three)) == ([3], [2], [1])


def test_a_planner_adds_a_site_a_vendor_and_a_team_of_them() -> None:
    petra = as_(Role.PLANNER)
    for kind, form in (
        ("sites", {"name": "Zürich", "zone": "Europe/Zurich"}),
        ("vendors", {"name": "Acme"}),
        ("skills", {"name": "German"}),
    ):
        assert petra.post(f"/organisation/{kind}/", form).status_code == 302
    site, vendor = Site.objects.get(), Vendor.objects.get()
    assert (site.slug, site.zone, vendor.slug) == ("zurich", "Europe/Zurich", "acme")
    told = {"name": "Night", "site": site.pk, "vendor": vendor.pk, "support_function": "Safety", "is_active": "on"}
    assert "Night is added." in petra.post("/organisation/teams/", told, follow=True).content.decode()
    team = Team.objects.get()
    assert (team.slug, team.site, team.vendor, team.is_active) == ("night", site, vendor, True)
    entry = AuditEntry.objects.get(action="team_added")
    assert entry.actor == "the-planner" and entry.detail["of"] == "night"


def test_what_is_wrong_is_told_by_the_form() -> None:
    petra = as_(Role.PLANNER)
    Vendor.objects.create(slug="acme", name="Acme")
    for kind, form, words in (
        ("vendors", {"name": "ACME"}, "There is one already that is called acme."),
        ("vendors", {"name": ""}, "This field is required."),
        ("sites", {"name": "Mars", "zone": "Mars/Olympus"}, "is not one of the available choices"),
    ):
        answer = petra.post(f"/organisation/{kind}/", form)
        assert answer.status_code == 422 and words in answer.content.decode(), words
    assert petra.post("/organisation/planets/", {"name": "Mars"}).status_code == 404
    assert (Vendor.objects.count(), Site.objects.count()) == (1, 0)


def test_a_team_of_another_vendor_is_priced_anew() -> None:
    team, people = make_team("payments", "ada")
    published(team, shift(people["ada"], MONDAY))
    vendor = Vendor.objects.create(slug="acme", name="Acme")
    Rate.objects.create(vendor=vendor, minor_an_hour=1250, valid_from=date(2026, 1, 1))
    StaleCell.objects.all().delete()
    form = {"name": "Payments", "site": team.site_id, "vendor": vendor.pk, "is_active": "on"}
    assert as_(Role.PLANNER).post(f"/organisation/teams/{team.pk}/", form).status_code == 302
    assert (MONDAY, team.pk) in StaleCell.objects.filter(source="rostered").values_list("day", "team")
    assert Team.objects.get().vendor == vendor


def test_only_what_nothing_hangs_on_is_removed() -> None:
    petra = as_(Role.PLANNER)
    team, people = make_team("payments", "ada")
    vendor, free = (Vendor.objects.create(slug=name, name=name.title()) for name in ("acme", "free"))
    Rate.objects.create(vendor=vendor, minor_an_hour=1250, valid_from=date(2026, 1, 1))
    skill = Skill.objects.create(slug="german", name="German")
    AgentSkill.objects.create(agent=people["ada"], skill=skill, valid_from=date(2026, 1, 1))
    for kind, pk, words in (
        ("vendors", vendor.pk, "Acme is still named 1 time;"),
        ("sites", team.site_id, "is still named 1 time;"),
        ("skills", skill.pk, "German is still named 1 time;"),
        ("teams", team.pk, "A team is not removed"),
    ):
        answer = petra.post(f"/organisation/{kind}/{pk}/remove/", follow=True)
        assert words in answer.content.decode(), words
    assert petra.post(f"/organisation/vendors/{free.pk}/remove/").status_code == 302
    assert list(Vendor.objects.all()) == [vendor] and Skill.objects.exists() and Team.objects.exists()
