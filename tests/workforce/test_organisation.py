"""Teams, sites, vendors and skills: who reads them, what planners do to them, and what follows."""

from dataclasses import replace
from datetime import date, time

import pytest
from django.test import Client

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import AuditEntry, Site, Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.workforce.rostering import MONDAY, make_team, published, shift
from workforce.activities import ensured
from workforce.models import Activity, AgentSkill, Rate, ShiftTemplate, Skill
from workforce.organisation import KINDS
from workforce.shift_changes import Segment

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


TEMPLATE = {"name": "Late", "starts": "14:00", "ends": "22:30", "is_active": "on"} | {
    "parts": "18:00-18:30 lunch; 15:00-15:15 break",
}  # fmt: skip


def test_a_shift_template_is_written_as_times_on_the_clock() -> None:
    petra = as_(Role.PLANNER)
    assert petra.post("/organisation/templates/", TEMPLATE).status_code == 302
    late = ShiftTemplate.objects.get()
    assert (late.slug, late.team, late.starts, late.minutes) == ("late", None, time(14), 510)
    assert late.segments == [[60, 15, "break"], [240, 30, "lunch"]]
    page = petra.get(f"/organisation/templates/{late.pk}/").content.decode()
    assert 'value="22:30"' in page and 'value="15:00-15:15 break; 18:00-18:30 lunch"' in page
    told = TEMPLATE | {"starts": "22:00", "ends": "06:00", "parts": "02:00-02:30 lunch"}
    assert petra.post(f"/organisation/templates/{late.pk}/", told).status_code == 302
    late.refresh_from_db()
    assert (late.slug, late.starts, late.minutes, late.segments) == ("late", time(22), 480, [[240, 30, "lunch"]])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"ends": "14:05"}, "A shift lasts at least 15 minutes."),
        ({"parts": "13:30-14:30 lunch"}, "Lunch from 13:30 lies outside the shift."),
        (
            {"parts": "15:00-16:00 lunch; 15:30-15:45 break"},
            "Break from 15:30 begins before what comes before it ends.",
        ),
        ({"parts": "15:00-16:00 nap"}, "There is no activity &#x27;nap&#x27;."),
        ({"parts": "[[60, 15, 1]]"}, "is no part of a shift; write 12:00-12:30 lunch."),
        ({"starts": "soon"}, "Enter a valid time."),
    ],
)
def test_a_shift_template_that_makes_no_sense_is_refused(told: dict[str, str], words: str) -> None:
    answer = as_(Role.PLANNER).post("/organisation/templates/", TEMPLATE | told)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ShiftTemplate.objects.exists()


def test_a_lead_reads_the_templates_of_everybody_and_of_the_own_teams() -> None:
    (own, _), (other, _) = make_team("payments", "ada"), make_team("creators", "cem")
    for slug, team in (("late", own), ("dawn", other), ("noon", None)):
        ShiftTemplate.objects.create(slug=slug, name=slug.title(), team=team, starts=time(7), minutes=480)
    page = as_(Role.TEAM_LEAD, own).get("/organisation/").content.decode()
    assert "Late" in page and "Noon" in page and "Dawn" not in page


def test_how_an_activity_counts_stays_once_shifts_hold_it() -> None:
    petra = as_(Role.PLANNER)
    told = {"name": "Huddle", "kind": "meeting", "is_paid": "on", "shrinkage": "internal"}
    assert petra.post("/organisation/activities/", told).status_code == 302
    huddle = Activity.objects.get(slug="huddle")
    url = f"/organisation/activities/{huddle.pk}/"
    petra.post(url, told | {"kind": "training"})
    assert Activity.objects.get(slug="huddle").kind == "training"
    team, people = make_team("payments", "ada")
    published(team, replace(shift(people["ada"], MONDAY), segments=(Segment(huddle.pk, 1774252800, 1774256400),)))
    assert "disabled" in petra.get(url).content.decode()
    petra.post(url, {"name": "Stand-up", "kind": "work", "is_productive": "on"})
    huddle.refresh_from_db()
    assert (huddle.name, huddle.kind, huddle.is_paid, huddle.shrinkage) == ("Stand-up", "training", True, "internal")
    assert "still named 1 time" in petra.post(f"{url}remove/", follow=True).content.decode()


def test_activities_that_make_no_sense_or_are_known_to_all_are_told() -> None:
    petra = as_(Role.PLANNER)
    answer = petra.post("/organisation/activities/", {"name": "Nap", "kind": "break", "is_productive": "on"})
    assert answer.status_code == 422 and "Break does not count as staffed." in answer.content.decode()
    lunch = ensured()["lunch"]
    said = petra.post(f"/organisation/activities/{lunch.pk}/remove/", follow=True).content.decode()
    assert "Lunch is known to every installation and stays." in said
    free = Activity.objects.create(slug="free", name="Free", kind="meeting")
    ShiftTemplate.objects.create(slug="a", name="A", starts=time(7), minutes=480, segments=[[60, 15, "free"]])
    assert (
        "still named 1 time" in petra.post(f"/organisation/activities/{free.pk}/remove/", follow=True).content.decode()
    )
    ShiftTemplate.objects.all().delete()
    assert "Free is removed." in petra.post(f"/organisation/activities/{free.pk}/remove/", follow=True).content.decode()
