"""Time off: who adds it for whom, what it refuses, and what the roster then says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ops_dashboard.people.models import Agent, AuditEntry, Team, User
from ops_dashboard.people.roles import Role
from tests.workforce.rostering import MONDAY, PLANNER, make_team, published, shift
from workforce.activities import ensured
from workforce.day_words import AtWork
from workforce.models import TimeOff
from workforce.roster_sheet import read_sheet
from workforce.rule_words import words
from workforce.today_views import coming, on_shift

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Team:
    """ada works on Monday and Tuesday, ben on Tuesday: 9 to 17 in Warsaw; cem is of another team."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    found, people = make_team()
    published(found, shift(people["ada"], MONDAY), shift(people["ada"], TUESDAY), shift(people["ben"], TUESDAY))
    make_team("other", "cem")
    return found


def as_(role: Role, client: Client, *teams: Team) -> Client:
    user = User.objects.create(username=f"the-{role}", role=role)
    user.teams.set(teams)
    client.force_login(user)
    return client


def asked(agent: str = "ada", first: date = TUESDAY, last: date = FRIDAY) -> dict[str, str]:
    ensured()
    return {"agent": agent, "activity": "leave", "first_day": first.isoformat(), "last_day": last.isoformat()}


def test_a_planner_adds_whole_days_in_the_person_s_zone(team: Team, client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    answer = petra.post("/time-off/add/", asked(), follow=True).content.decode()
    assert "Ada is off, 24 Mar 2026 to 27 Mar 2026. 1 published shift in it: the roster tells of each." in answer
    row = TimeOff.objects.get()
    # Warsaw is an hour ahead of UTC until the 29th.
    assert (row.start_at, row.end_at) == (datetime(2026, 3, 23, 23, tzinfo=UTC), datetime(2026, 3, 27, 23, tzinfo=UTC))
    assert (row.state, row.decided_by) == ("approved", "the-planner")
    assert "24 Mar 2026 to 27 Mar 2026" in petra.get("/time-off/").content.decode()
    assert AuditEntry.objects.get(action="time_off_added").detail["of"] == "ada"


def test_a_shift_in_it_breaks_a_rule_and_counts_no_head(team: Team, client: Client) -> None:
    before = read_sheet([team], MONDAY, scope=PLANNER)
    as_(Role.PLANNER, client).post("/time-off/add/", asked())
    after = read_sheet([team], MONDAY, scope=PLANNER)
    told = [(after.rows[row].on, words(finding)) for row, found in after.of_shift.items() for finding in found]
    assert (TUESDAY, "8 h of work during time off.") in told
    assert not any("time off" in said for on, said in told if on != TUESDAY)
    # Ada's eight hours of Tuesday are sixteen half-hours of one head.
    assert before.heads.sum() == 3 * 16 and after.heads.sum() == 2 * 16


def test_a_shift_that_is_marked_as_leave_breaks_nothing(team: Team, client: Client) -> None:
    ada, leave = Agent.objects.get(slug="ada"), ensured()["leave"]
    from_noon = datetime(2026, 3, 24, 11, tzinfo=UTC)
    TimeOff.objects.create(
        agent=ada, activity=leave, start_at=from_noon, end_at=from_noon + timedelta(hours=9), state="approved"
    )
    sheet = read_sheet([team], MONDAY, scope=PLANNER)
    told = [words(finding) for found in sheet.of_shift.values() for finding in found]
    assert "5 h of work during time off." in told  # from 12:00 to 17:00 in Warsaw
    TimeOff.objects.update(state="requested")
    sheet = read_sheet([team], MONDAY, scope=PLANNER)
    assert not any("time off" in words(finding) for found in sheet.of_shift.values() for finding in found)
    assert (0, TUESDAY) in sheet.leave


def test_it_is_cancelled_and_the_roster_is_whole_again(team: Team, client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    petra.post("/time-off/add/", asked())
    row = TimeOff.objects.get()
    assert petra.post(f"/time-off/{row.pk}/cancel/").status_code == 302
    sheet = read_sheet([team], MONDAY, scope=PLANNER)
    assert sheet.heads.sum() == 3 * 16 and not sheet.leave
    assert "It is cancelled already." in petra.post(f"/time-off/{row.pk}/cancel/", follow=True).content.decode()
    assert petra.post("/time-off/add/", asked()).status_code == 302  # the same days once more
    assert sorted(TimeOff.objects.values_list("state", flat=True)) == ["approved", "cancelled"]


def test_what_was_asked_for_is_agreed_to_or_declined(team: Team, client: Client) -> None:
    petra, ada = as_(Role.PLANNER, client), Agent.objects.get(slug="ada")
    start = datetime(2026, 3, 24, tzinfo=UTC)
    told = {"agent": ada, "activity": ensured()["leave"], "state": "requested"}
    first = TimeOff.objects.create(start_at=start, end_at=start + timedelta(days=1), **told)
    second = TimeOff.objects.create(start_at=start + timedelta(hours=1), end_at=start + timedelta(days=2), **told)
    assert petra.post(f"/time-off/{first.pk}/decline/").status_code == 302
    assert petra.post(f"/time-off/{second.pk}/approve/").status_code == 302
    answer = petra.post(f"/time-off/{first.pk}/approve/", follow=True).content.decode()
    assert "Ada has leave approved from 24 Mar 2026 in these days already." in answer
    assert list(TimeOff.objects.order_by("pk").values_list("state", flat=True)) == ["declined", "approved"]
    assert petra.post(f"/time-off/{first.pk}/forget/").status_code == 404


def test_two_stretches_of_one_person_do_not_overlap(team: Team, client: Client) -> None:
    petra = as_(Role.PLANNER, client)
    petra.post("/time-off/add/", asked())
    answer = petra.post("/time-off/add/", asked(first=FRIDAY))
    # It begins at 23:00 UTC on the 23rd, which is the 24th in Warsaw.
    assert answer.status_code == 422
    assert "Ada has leave approved from 24 Mar 2026 in these days already." in answer.content.decode()
    assert TimeOff.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"last_day": "2026-03-01"}, "Comes before the first day."),
        ({"last_day": "2027-03-25"}, "At most 366 days at once."),
        ({"agent": "nobody"}, "Select a valid choice"),
        ({"activity": "work"}, "Select a valid choice"),
    ],
)
def test_a_form_says_what_is_wrong(team: Team, client: Client, changed: dict[str, str], said: str) -> None:
    answer = as_(Role.PLANNER, client).post("/time-off/add/", asked() | changed)
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_lead_decides_for_the_own_teams_alone(team: Team, client: Client) -> None:
    bob = as_(Role.TEAM_LEAD, client, team)
    assert bob.post("/time-off/add/", asked("cem")).status_code == 422
    assert bob.post("/time-off/add/", asked("ben")).status_code == 302
    start = datetime(2026, 3, 24, tzinfo=UTC)
    other = TimeOff.objects.create(
        agent=Agent.objects.get(slug="cem"), activity=ensured()["leave"], start_at=start,
        end_at=start + timedelta(days=1), state="approved",
    )  # fmt: skip
    html = bob.get("/time-off/").content.decode()
    assert "Ben" in html and "Cem" not in html
    assert bob.post(f"/time-off/{other.pk}/cancel/").status_code == 404


def test_a_manager_reads_and_an_agent_does_not(team: Team, client: Client) -> None:
    carol = as_(Role.MANAGER, client)
    html = carol.get("/time-off/").content.decode()
    assert "Nobody is away, now or later." in html and "Add time off" not in html
    assert carol.post("/time-off/add/", asked()).status_code == 403
    client.force_login(User.objects.create(username="alice", role=Role.AGENT, agent=Agent.objects.get(slug="ada")))
    assert client.get("/time-off/").status_code == 403


def test_the_list_goes_on_page_by_page_and_back_in_time(team: Team, client: Client) -> None:
    petra, leave = as_(Role.PLANNER, client), ensured()["leave"]
    ada = Agent.objects.get(slug="ada")
    TimeOff.objects.bulk_create(
        TimeOff(
            agent=ada, activity=leave, state="approved", start_at=NOW + timedelta(days=2 * n),
            end_at=NOW + timedelta(days=2 * n + 1),
        )
        for n in range(-3, 60)
    )  # fmt: skip
    first = petra.get("/time-off/").content.decode()
    assert first.count('scope="row"') == 50
    after = first.split("after=")[1].split('"')[0]
    assert petra.get(f"/time-off/?after={after}").content.decode().count('scope="row"') == 10
    assert petra.get("/time-off/?when=past").content.decode().count('scope="row"') == 3
    assert "No time off matches" in petra.get("/time-off/?state=declined").content.decode()
    assert petra.get("/time-off/?team=payments").content.decode().count('scope="row"') == 50


def test_today_knows_who_is_off(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Tuesday ada is off until 11:00 in Warsaw, when her shift that began at 9 goes on."""
    ada = Agent.objects.get(slug="ada")
    eight, ten, noon = (datetime(2026, 3, 24, hour - 1, tzinfo=UTC) for hour in (8, 10, 12))

    def names(told: list[AtWork]) -> list[str]:
        return sorted(each.name for each in told)

    assert names(on_shift(PLANNER, ten)) == names(coming(PLANNER, eight)) == ["Ada", "Ben"]
    TimeOff.objects.create(
        agent=ada, activity=ensured()["leave"], start_at=datetime(2026, 3, 24, 0, tzinfo=UTC),
        end_at=datetime(2026, 3, 24, 10, tzinfo=UTC), state=TimeOff.State.APPROVED,
    )  # fmt: skip
    assert names(on_shift(PLANNER, ten)) == names(coming(PLANNER, eight)) == ["Ben"]
    assert names(on_shift(PLANNER, noon)) == ["Ada", "Ben"]
