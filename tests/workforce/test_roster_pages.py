"""The roster's pages without scripts: what they show, how many queries they ask, what they refuse."""

from dataclasses import astuple
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.workforce.rostering import MONDAY, make_agent, make_team, published, revision, shift, week
from workforce import rosters
from workforce.activities import STANDARD
from workforce.models import Activity, Shift, TimeOff
from workforce.roster_rows import instant as at
from workforce.roster_sheet import read_sheet
from workforce.shift_changes import Told

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Told:
    team, agents = make_team()
    mine = shift(agents["ada"], MONDAY)
    published(team, mine)
    return mine


def client(role: Role = Role.PLANNER, **more: object) -> Client:
    made = Client()
    made.force_login(User.objects.create(username="petra", role=role, **more))
    return made


def edit(told: Told, **fields: object) -> dict[str, object]:
    return {
        "team": "payments", "agent": "ada", "on": MONDAY.isoformat(), "key": told.key, "seen": revision(told), **fields,
    }  # fmt: skip


def test_the_week_asks_as_many_queries_for_one_agent_as_for_many(told: Told) -> None:
    planner = client()
    team = Team.objects.get()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert planner.get(f"/roster/?week={MONDAY}").status_code == 200
        counts.append(len(queries))
        more = [make_agent(f"agent-{len(counts)}-{n}", team) for n in range(10)]
        rosters.add(week(team), [shift(agent, MONDAY + timedelta(days=d)) for agent in more for d in range(3)])
    assert counts[0] == counts[1] <= 13


def test_looking_at_a_roster_writes_nothing() -> None:
    make_team()
    planner = client()
    planner.get("/roster/")  # a session notes its first page
    Activity.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert planner.get(f"/roster/?week={MONDAY}").status_code == 200
    reading = ("SELECT", "COPY (SELECT", "SAVEPOINT", "RELEASE")
    assert [each["sql"] for each in queries if not each["sql"].startswith(reading)] == []


def test_a_new_installation_knows_the_standard_activities() -> None:
    Activity.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("workforce.migrations.0010_standard_activities").ADD)
    columns = ("slug", "name", "kind", "is_paid", "is_productive", "shrinkage")
    assert set(Activity.objects.values_list(*columns)) == {astuple(standard) for standard in STANDARD}


def test_times_are_changed_without_scripts(told: Told) -> None:
    answer = client().post(
        "/roster/edit/",
        edit(told, act="times", start="10:00", end="18:30", to_on="2026-03-24", to_agent="ben"),
        follow=True,
    )
    assert "is changed" in answer.content.decode()
    moved = Shift.objects.get(version__state="draft")
    assert (moved.agent.slug, moved.on, f"{moved.start_at:%H:%M}-{moved.end_at:%H:%M}") == (
        "ben", date(2026, 3, 24), "09:00-17:30",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"act": "times", "start": "later", "end": "18:00", "to_on": "2026-03-24", "to_agent": "ada"}, "Start:"),
        (
            {"act": "times", "start": "10:00", "end": "18:00", "to_on": "2026-04-24", "to_agent": "ada"},
            "not in the week",
        ),
        ({"act": "times", "start": "10:00", "end": "18:00", "to_on": "2026-03-24", "to_agent": "eve"}, "There is no"),
        ({"act": "add"}, "Choose a template"),
        ({"act": "add", "start": "16:00", "end": "20:00"}, "overlap"),
        ({"act": "activity", "activity": "napping"}, "Activity:"),
        ({"act": "activity", "activity": "training", "start": "19:00", "end": "20:00"}, "outside the shift"),
        ({"act": "remove", "shifts": "nonsense"}, "names no shift"),
        (
            {"act": "times", "seen": 99, "start": "10:00", "end": "18:00", "to_on": "2026-03-24", "to_agent": "ada"},
            "Somebody",
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(told: Told, fields: dict[str, object], words: str) -> None:
    answer = client().post("/roster/edit/", edit(told, **fields), follow=True)
    assert words in answer.content.decode()
    assert not Shift.objects.filter(version__state="draft").exists()


def test_a_lead_of_another_team_finds_nothing_there(told: Told) -> None:
    other = Team.objects.create(slug="other", name="Other")
    lead = client(Role.TEAM_LEAD)
    User.objects.get().teams.add(other)
    assert lead.post("/roster/edit/", edit(told, act="remove", shifts=f"{told.key}:1")).status_code == 404
    assert lead.get(f"/roster/day/?team=payments&agent=ada&on={MONDAY}").status_code == 404
    assert lead.get(f"/roster/publish/?team=payments&week={MONDAY}").status_code == 404
    assert "Ada" not in lead.get(f"/roster/?week={MONDAY}&team=payments").content.decode()


def test_a_manager_reads_and_gets_no_forms(told: Told) -> None:
    manager = client(Role.MANAGER)
    page = manager.get(f"/roster/?week={MONDAY}").content.decode()
    assert "09:00" in page
    assert "Copy last week" not in page
    assert manager.post("/roster/edit/", edit(told, act="remove", shifts=f"{told.key}:1")).status_code == 403


def test_publishing_an_old_look_is_refused(told: Told) -> None:
    planner = client()
    planner.post("/roster/edit/", edit(told, act="remove", shifts=f"{told.key}:{revision(told)}"))
    draft, _ = rosters.pending(Team.objects.get(), MONDAY)
    assert draft is not None
    planner.post("/roster/undo/", {"team": "payments", "week": MONDAY})
    planner.post("/roster/edit/", edit(told, act="times", start="10:00", end="18:00", to_on=MONDAY, to_agent="ada"))
    answer = planner.post("/roster/publish/", {"team": "payments", "week": MONDAY, "mark": draft.mark}, follow=True)
    assert "has changed since you looked" in answer.content.decode()


def test_a_nonsense_week_is_told_and_this_week_shown(told: Told) -> None:
    assert "is not a day" in client().get("/roster/?week=soon&team=payments").content.decode()


def test_a_week_that_nobody_planned_breaks_no_contract(told: Told) -> None:
    empty = MONDAY + timedelta(days=70)
    sheet = read_sheet([Team.objects.get()], empty, scope=week(Team.objects.get()).scope)
    assert (sheet.rows, sheet.broken) == ((), 0)
    assert "0 shifts. Heads" in client().get(f"/roster/?week={empty}&team=payments").content.decode()


def test_leave_without_a_shift_counts_towards_the_contract(told: Told) -> None:
    team = Team.objects.get()
    ada = told.agent
    work = [shift(team.memberships.get(agent=ada).agent, MONDAY + timedelta(days=n)) for n in (1, 2, 3)]
    rosters.add(week(team), work)
    activity = read_sheet([team], MONDAY, scope=week(team).scope).activities["leave"]
    friday = shift(team.memberships.get(agent=ada).agent, MONDAY + timedelta(days=4))
    TimeOff.objects.create(
        agent_id=ada, activity=activity, start_at=at(friday.start_s), end_at=at(friday.end_s), state="approved"
    )
    sheet = read_sheet([team], MONDAY, scope=week(team).scope)
    assert sheet.paid_s[0] == 32 * 3600
    assert 0 not in sheet.of_person
    assert (0, MONDAY + timedelta(days=4)) in sheet.leave
