"""The calendar of an agent's shifts, read back by another library."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from ops_dashboard.people import accounts
from ops_dashboard.people.accounts import Access
from ops_dashboard.people.models import Agent, User
from ops_dashboard.people.roles import Role
from tests.workforce.rostering import MONDAY, instant, make_team, published, revision, shift, week
from workforce import calendar_feed, rosters
from workforce.activities import ensured
from workforce.models import CalendarFeed
from workforce.shift_changes import Told, monday, resized, with_activity

pytestmark = pytest.mark.django_db


def events(agent: object, now: datetime) -> list[icalendar.Component]:
    told = icalendar.Calendar.from_ical(calendar_feed.calendar(agent, now=now))  # type: ignore[arg-type]
    return list(told.walk("VEVENT"))


NOW = datetime(2026, 3, 25, tzinfo=UTC)


def test_shifts_on_both_sides_of_the_clock_change_are_in_utc() -> None:
    team, agents = make_team()
    ada, next_week = agents["ada"], MONDAY + timedelta(days=7)
    published(team, shift(ada, MONDAY), shift(agents["ben"], MONDAY))
    published(team, shift(ada, next_week), monday=next_week)
    told = events(ada, NOW)
    assert [event.decoded("dtstart") for event in told] == [
        datetime(2026, 3, 23, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC),
    ]  # fmt: skip
    assert [event.decoded("dtend") - event.decoded("dtstart") for event in told] == [timedelta(hours=8)] * 2
    assert {str(event["summary"]) for event in told} == {"Shift, Payments"}


def test_a_change_keeps_the_uid_and_raises_the_sequence_and_drafts_do_not_show() -> None:
    team, agents = make_team()
    mine = shift(agents["ada"], MONDAY)
    published(team, mine)
    before = events(agents["ada"], NOW)[0]

    def longer(told: Told) -> Told:
        return resized(told, told.start_s, told.end_s + 3600, plain=told.segments[0].activity)

    rosters.change(week(team), mine.key, seen=revision(mine), act="times", by=longer)
    assert events(agents["ada"], NOW)[0] == before
    draft, _ = rosters.pending(team, MONDAY)
    assert draft is not None
    rosters.publish(week(team), seen=draft.mark)
    (after,) = events(agents["ada"], NOW)
    assert after["uid"] == before["uid"]
    assert after.decoded("sequence") > before.decoded("sequence")
    assert after.decoded("dtend") == before.decoded("dtend") + timedelta(hours=1)


def test_breaks_are_told_and_a_day_of_sickness_is_named() -> None:
    team, agents = make_team()
    told = shift(agents["ada"], MONDAY)
    at = instant(MONDAY, "12:00")
    sick = shift(agents["ada"], MONDAY + timedelta(days=1))
    published(
        team,
        with_activity(told, at, at + 1800, ensured()["lunch"].pk),
        with_activity(sick, sick.start_s, sick.end_s, ensured()["sick"].pk),
    )
    first, second = events(agents["ada"], NOW)
    assert "11:00 Lunch" in str(first["description"])
    assert (str(second["summary"]), str(second["transp"])) == ("Sick", "TRANSPARENT")


def test_the_address_works_until_it_is_closed_or_replaced_and_only_its_hash_is_kept() -> None:
    team, agents = make_team()
    account_of(agents["ada"])
    today = monday(timezone.now().date())
    published(team, shift(agents["ada"], today), monday=today)
    first = calendar_feed.open_feed(agents["ada"], by="ada")
    assert first not in str(list(CalendarFeed.objects.values()))
    answer = Client().get(f"/calendar/{first}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    assert len(icalendar.Calendar.from_ical(answer.content).walk("VEVENT")) == 1
    second = calendar_feed.open_feed(agents["ada"], by="ada")
    assert Client().get(f"/calendar/{first}.ics").status_code == 404
    assert Client().get(f"/calendar/{second}.ics").status_code == 200
    calendar_feed.close_feed(agents["ada"], by="ada")
    assert Client().get(f"/calendar/{second}.ics").status_code == 404


def account_of(agent: Agent) -> User:
    return User.objects.create(username=agent.slug, role=Role.AGENT, agent=agent)


@pytest.mark.parametrize("access", [Access(role=Role.AGENT, is_active=False), Access(role=Role.PARTNER), Access()])
def test_a_calendar_ends_with_the_account_or_the_right_to_see_shifts(access: Access) -> None:
    _, agents = make_team()
    account = account_of(agents["ada"])
    token = calendar_feed.open_feed(agents["ada"], by="ada")
    assert Client().get(f"/calendar/{token}.ics").status_code == 200
    accounts.change(account, replace(access, agent_id=agents["ada"].pk), by="adam")
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_who_has_left_has_no_calendar() -> None:
    _, agents = make_team()
    account_of(agents["ada"])
    token = calendar_feed.open_feed(agents["ada"], by="ada")
    agents["ada"].is_active = False
    agents["ada"].save()
    assert Client().get(f"/calendar/{token}.ics").status_code == 404
