"""When surveillance looks at a day: once its figures and suggestions are there, and again for what came late."""

from datetime import date, datetime, timedelta

import pytest

from insights import alarms, programs, tasks
from insights.looks_due import due
from insights.models import Alarm, Insight, SuggestionRun, Survey, Theme
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.local_days import begin_of
from ops_dashboard.metrics.models import Fill, StaleCell
from ops_dashboard.metrics.periods import Period
from tests.cast import make_cast
from tests.insights.building import contacts, days, give, make_themes, settle

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MONDAY = date(2026, 3, 2)
TUESDAY = MONDAY + DAY
MIDNIGHT = begin_of(TUESDAY)  # when Monday is over


def counted(*, to: datetime) -> None:
    """Figures hold all that was written before that instant."""
    Fill.objects.update(ticked_to=to)


def suggested(at: datetime) -> None:
    """A run of suggestions began then, and took a minute."""
    SuggestionRun.objects.create(learned_at=at, seconds=60, temperature=1.0)


def looked(on: date) -> None:
    Survey.objects.create(on=on, grain=Survey.Grain.DAY, contacts=20)


@pytest.fixture
def told() -> None:
    """Contacts up to Tuesday; Sunday was the last day looked at, and had its suggestions."""
    for day in days(TUESDAY, 3):
        contacts(day, 1)
    settle()
    looked(MONDAY - DAY)
    suggested(MIDNIGHT - HOUR)


def test_a_day_waits_until_its_first_suggestions_are_counted_and_the_week_before_is_judged_again(told: None) -> None:
    counted(to=MIDNIGHT + 10 * MINUTE)
    assert due() is None
    suggested(MIDNIGHT + 10 * MINUTE)
    assert due() is None
    counted(to=MIDNIGHT + 11 * MINUTE)
    assert due() == Period(MONDAY - 7 * DAY, MONDAY)
    looked(MONDAY)
    assert due() is None


def test_without_any_suggestions_a_day_waits_six_hours(told: None) -> None:
    counted(to=MIDNIGHT + 6 * HOUR - MINUTE)
    assert due() is None
    counted(to=MIDNIGHT + 6 * HOUR)
    assert due() == Period(MONDAY - 7 * DAY, MONDAY)


def test_a_day_waits_for_its_figures(told: None) -> None:
    suggested(MIDNIGHT)
    counted(to=MIDNIGHT + HOUR)
    with rollup.held_back():
        assert due() is None
    assert due() is not None
    StaleCell.objects.create(source="themed", day=MONDAY, team=0, marked_at=MIDNIGHT + MINUTE / 2)
    assert due() is None


def test_a_day_whose_contacts_have_not_come_waits_for_them() -> None:
    contacts(MONDAY - DAY, 1)
    settle()
    looked(MONDAY - DAY)
    counted(to=MIDNIGHT + 7 * HOUR)
    assert due() is None
    contacts(MONDAY, 1)
    settle()
    counted(to=MIDNIGHT + 7 * HOUR)
    assert due() == Period(MONDAY - 7 * DAY, MONDAY)


def test_after_a_long_pause_two_weeks_are_looked_at(told: None) -> None:
    Survey.objects.update(on=MONDAY - 90 * DAY)
    counted(to=MIDNIGHT + 7 * HOUR)
    assert due() == Period(MONDAY - 13 * DAY, MONDAY)


@pytest.fixture
def gifts() -> Theme:
    """Two messages a day about gifts among 20 contacts, for two weeks that end with Monday."""
    theme = make_themes()["gifts"]
    for day in days(MONDAY, 15):
        give(theme, day, 2)
        contacts(day, 20)
    return theme


def next_morning(day: date) -> int:
    """What the task does on the morning after `day`, when all is counted."""
    settle()
    suggested(begin_of(day + DAY))
    counted(to=begin_of(day + DAY) + HOUR)
    return tasks.look()


def test_what_comes_a_day_late_raises_the_alarm_of_its_own_day_once(gifts: Theme) -> None:
    assert next_morning(MONDAY) == 8
    assert not Alarm.objects.exists()
    give(gifts, MONDAY, 18)
    give(gifts, TUESDAY, 2)
    contacts(TUESDAY, 20)
    assert next_morning(TUESDAY) == 8
    alarm = Alarm.objects.get()
    assert (alarm.theme, alarm.opened_on, alarm.last_on) == (gifts, MONDAY, MONDAY)
    seen = {row["theme"]: row["observed"] for row in Survey.objects.get(on=MONDAY, grain="day").findings}
    assert seen[gifts.id] == 20
    assert tasks.look() == 0
    context = alarm.context
    alarms.look(MONDAY - 6 * DAY, TUESDAY)
    alarm = Alarm.objects.get()
    assert alarm.context == context
    assert (alarm.reopened, Insight.objects.count()) == (0, 1)


def test_a_day_judged_again_tells_what_is_known_now_and_wakes_no_dismissed_alarm(gifts: Theme) -> None:
    give(gifts, MONDAY, 18)
    next_morning(MONDAY)
    alarm = Alarm.objects.get()
    assert [entry["observed"] for entry in alarm.context if entry["grain"] == "day"] == [20]
    alarms.dismiss(alarm, by=make_cast().users["erin"], reason="A campaign")
    give(gifts, MONDAY, 1)
    settle()
    alarms.look(MONDAY, MONDAY)
    alarm = Alarm.objects.get()
    assert [entry["observed"] for entry in alarm.context if entry["grain"] == "day"] == [21]
    assert alarm.state == Alarm.State.DISMISSED


def test_a_measuring_that_failed_is_made_up_by_the_next_look(gifts: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[date] = []

    def fails_once(until: date) -> None:
        measured.append(until)
        if len(measured) == 1:
            raise RuntimeError

    monkeypatch.setattr(programs, "measure_all", fails_once)
    with pytest.raises(RuntimeError):
        next_morning(MONDAY)
    assert tasks.look() == 8
    assert measured == [MONDAY, MONDAY]
