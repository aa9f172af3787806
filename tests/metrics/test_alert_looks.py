"""What rules see, when they are silent, and that a day speaks once."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ops_dashboard.metrics import alerts, rollup, tasks
from ops_dashboard.metrics.alert_looks import foretold, look, look_at_all
from ops_dashboard.metrics.alert_verdicts import judge
from ops_dashboard.metrics.alerts import Wish
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.models import AlertFiring, AlertRule, Annotation, Fill, StaleCell
from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Role, scope_for
from tests.cast import Cast, make_cast
from tests.metrics.facts import add_ticket, record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def noon(back: int) -> datetime:
    """Noon of so many days ago."""
    on = today() - back * DAY
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def tickets(*, back: int, count: int, team: int = 0, first: int = 0) -> list[Any]:
    start = first or back * 1000
    return [row for i in range(count) for row in add_ticket(start + i, created_at=noon(back), team=team)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def quiet_weeks(cast: Cast) -> Cast:
    """Nine weeks of four tickets a day of team A, and yesterday thirty."""
    team = cast.teams["team-a"].pk
    rows = [row for back in range(2, 66) for row in tickets(back=back, count=4, team=team)]
    record(rows + tickets(back=1, count=30, team=team))
    rollup.refill()
    return cast


def wish(**other: Any) -> Wish:
    told: dict[str, Any] = {"name": "Rush", "metric": "created", "days": 1, "cuts": "", "side": "above", "limit": 20.0}
    return Wish(**told | other)


def rule(cast: Cast, who: str = "carol", **other: Any) -> AlertRule:
    return alerts.make(wish(**other), owner=cast.users[who])


def fired() -> list[tuple[int, float, int]]:
    """(days ago, value, n) of every firing."""
    return [((today() - each.on).days, each.value, each.n) for each in AlertFiring.objects.order_by("on")]


def test_a_limit_that_is_passed_fires_for_the_day_with_its_n(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks)
    assert look_at_all() == 1
    (firing,) = AlertFiring.objects.all()
    assert (firing.rule, firing.on, firing.value, firing.n) == (made, today() - DAY, 30, 30)
    assert (firing.limit, firing.is_above, firing.expected, firing.teams) == (20, True, None, None)
    made.refresh_from_db()
    assert (made.looked_to, made.outcome) == (today() - DAY, "fires")


def test_a_departure_tells_what_was_expected(quiet_weeks: Cast) -> None:
    """Four a day: y = 2 sqrt(4.375) = 4.1833; 30 have 11.0227, 6.839 away. Expected at most (7.6833 / 2)^2 - 3/8."""
    rule(quiet_weeks, limit=None)
    look_at_all()
    (firing,) = AlertFiring.objects.all()
    assert firing.expected == pytest.approx(4)
    assert firing.limit == pytest.approx(14.383, abs=1e-3)
    assert firing.score == pytest.approx(6.839, abs=1e-3)


def test_seven_days_are_looked_at_together(quiet_weeks: Cast) -> None:
    rule(quiet_weeks, days=7, limit=53.0)  # 6 * 4 + 30 = 54
    rule(quiet_weeks, days=7, limit=54.0)
    look_at_all()
    assert fired() == [(1, 54, 54)]


def test_a_day_speaks_once_however_often_it_is_judged(quiet_weeks: Cast) -> None:
    rule(quiet_weeks)
    assert [look_at_all() for _ in range(3)] == [1, 1, 1]
    alerts.acknowledge(AlertFiring.objects.get(), note="known", by=quiet_weeks.users["carol"])
    look_at_all()
    assert fired() == [(1, 30, 30)]
    assert AlertFiring.objects.get().note == "known"


def test_the_database_refuses_a_second_firing_of_a_day(quiet_weeks: Cast) -> None:
    rule(quiet_weeks)
    look_at_all()
    firing = AlertFiring.objects.get()
    firing.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        firing.save(force_insert=True)


def test_a_new_rule_looks_at_yesterday_and_no_further_back(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks, limit=3.0)
    look_at_all()
    assert [back for back, _, _ in fired()] == [1]
    AlertRule.objects.filter(pk=made.pk).update(since=today() - 30 * DAY)
    look_at_all()
    assert [back for back, _, _ in fired()] == [7, 6, 5, 4, 3, 2, 1]  # a worker that was away for a week costs nothing
    look(made.pk, back=20)
    assert [back for back, _, _ in fired()] == [*range(20, 0, -1)]


# -- silent while data is incomplete


def test_nothing_fires_before_the_numbers_reach_past_the_day(quiet_weeks: Cast) -> None:
    rule(quiet_weeks)
    midnight = datetime(today().year, today().month, today().day, tzinfo=UTC)
    Fill.objects.update(ticked_to=midnight - timedelta(seconds=1))
    look_at_all()
    assert fired() == []
    Fill.objects.update(ticked_to=midnight)
    look_at_all()
    assert fired() == [(1, 30, 30)]


def test_a_day_of_which_something_is_to_be_counted_again_waits_alone(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks, limit=3.0)
    AlertRule.objects.update(since=today() - 3 * DAY)
    StaleCell.objects.create(source="created", day=today() - DAY, team=0, marked_at=timezone.now())
    look_at_all()
    made.refresh_from_db()
    assert ([back for back, _, _ in fired()], made.outcome) == ([3, 2], "waits")
    StaleCell.objects.all().delete()
    look_at_all()
    assert [back for back, _, _ in fired()] == [3, 2, 1]


def test_a_day_after_the_last_fact_is_taken_for_one_whose_data_has_not_come(quiet_weeks: Cast) -> None:
    rule(quiet_weeks, side="below", limit=1.0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM metrics_cell WHERE source = 'created' AND day >= %s", [today() - DAY])
    Fill.objects.filter(source="created").update(generation=10**6)
    look_at_all()
    assert fired() == []


def test_what_facts_still_owe_keeps_everything_silent(quiet_weeks: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(quiet_weeks)
    debt = type("Owed", (), {"words": "promises judged again", "is_owed": staticmethod(lambda: True)})
    monkeypatch.setattr("ops_dashboard.metrics.definitions.registry.debts", [debt])
    look_at_all()
    assert fired() == []


def test_a_metric_that_settles_waits_until_it_has(cast: Cast) -> None:
    """Reopens count against a solve for seven days, so that the last day judged is that of eight days ago."""
    rows = [
        row
        for back in (7, 8)
        for i in range(30)
        for row in add_ticket(back * 1000 + i, created_at=noon(back), solved_at=noon(back) + timedelta(hours=1))
    ]
    record(rows + tickets(back=1, count=1))
    rollup.refill()
    made = rule(cast, metric="one_touch_rate", side="below", limit=0.5)
    AlertRule.objects.update(since=today() - 30 * DAY)
    look_at_all()
    made.refresh_from_db()
    assert ([back for back, _, _ in fired()], made.looked_to) == ([8], today() - 8 * DAY)


def test_too_few_are_silent_and_the_rule_says_so(cast: Cast) -> None:
    """Attainment rests on twenty at least: nineteen missed promises fire nothing, twenty do."""
    rows = [
        row
        for back, count in ((1, 19), (2, 20))
        for i in range(count)
        for row in add_ticket(back * 1000 + i, created_at=noon(back), due_at=noon(back) + timedelta(hours=1))
    ]
    record(rows)
    rollup.refill()
    made = rule(cast, metric="first_resolution_attainment", side="below", limit=0.9)
    AlertRule.objects.update(since=today() - 30 * DAY)
    look_at_all()
    made.refresh_from_db()
    assert (fired(), made.outcome) == ([(2, 0, 20)], "too few")


def test_a_holiday_is_no_departure_unless_it_is_another_teams(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks, limit=None)
    note = Annotation.objects.create(kind="holiday", label="May Day", on=today() - DAY)
    look_at_all()
    made.refresh_from_db()
    assert (fired(), made.outcome) == ([], "holiday")
    Annotation.objects.filter(pk=note.pk).update(team=quiet_weeks.teams["team-b"])
    look_at_all()
    assert fired() == [(1, 30, 30)]


# -- whose eyes a rule looks with


def test_a_rule_sees_what_its_owner_may_see_and_no_more(quiet_weeks: Cast) -> None:
    """dave is of team B, which had nothing: his rule counts none of team A's thirty."""
    rule(quiet_weeks, "dave", limit=0.0)
    rule(quiet_weeks, "alice", limit=0.0)
    look_at_all()
    (firing,) = AlertFiring.objects.all()
    assert (firing.rule.owner.username, firing.teams) == ("alice", [quiet_weeks.teams["team-a"].pk])


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ({"is_active": False}, "Its owner's account was disabled."),
        ({"role": ""}, "Your role sees no figures any more."),
        ({"role": Role.PARTNER}, "Figures of your role are told by whole weeks; alerts look at days."),
    ],
)
def test_a_rule_whose_owner_lost_the_right_is_paused_and_says_why(
    quiet_weeks: Cast, lost: dict[str, Any], why: str
) -> None:
    made = rule(quiet_weeks)
    type(made.owner).objects.filter(username="carol").update(**lost)
    assert look_at_all() == 0
    made.refresh_from_db()
    assert (fired(), made.paused_because) == ([], why)


def test_a_metric_or_cut_that_is_no_longer_open_pauses_the_rule(quiet_weeks: Cast) -> None:
    cost = rule(quiet_weeks, metric="staff_cost", limit=1.0)
    people = rule(quiet_weeks, metric="created", cuts="team=team-a")
    AlertRule.objects.filter(pk=people.pk).update(cuts="team=team-z")
    type(cost.owner).objects.filter(username="carol").update(role=Role.ADMIN)
    assert look_at_all() == 0
    cost.refresh_from_db()
    people.refresh_from_db()
    assert cost.paused_because.startswith("Your role does not see ")
    assert people.paused_because == "There is no team 'team-z'."


def test_a_cut_that_is_gone_widens_no_rule(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks)
    AlertRule.objects.update(cuts="planet=mars")
    look_at_all()
    made.refresh_from_db()
    assert fired() == []
    assert made.paused_because.startswith("'planet' is no cut of ")


def test_a_paused_rule_does_not_look(quiet_weeks: Cast) -> None:
    made = rule(quiet_weeks)
    alerts.pause(made, by=quiet_weeks.users["carol"])
    assert (look_at_all(), fired()) == (0, [])


def test_firings_are_seen_by_their_owner_as_far_as_the_figures_still_are(quiet_weeks: Cast) -> None:
    rule(quiet_weeks)
    look_at_all()
    users = quiet_weeks.users

    def seen(name: str) -> int:
        users[name].refresh_from_db()
        return AlertFiring.objects.visible_to(scope_for(users[name])).count()

    assert {name: seen(name) for name in users if seen(name)} == {"carol": 1}
    type(users["carol"]).objects.filter(username="carol").update(role=Role.TEAM_LEAD)
    users["carol"].teams.set(Team.objects.filter(slug="team-a"))
    assert seen("carol") == 0  # it was found among all teams
    type(users["carol"]).objects.filter(username="carol").update(role=Role.ANALYST)
    assert seen("carol") == 1
    AlertFiring.objects.update(is_about_people=True)
    assert seen("carol") == 0
    AlertFiring.objects.update(is_about_people=False, metric="staff_cost")
    assert seen("carol") == 1
    type(users["carol"]).objects.filter(username="carol").update(role=Role.ADMIN)
    assert seen("carol") == 0


# -- the task


def test_one_failing_rule_stops_no_other(
    quiet_weeks: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = rule(quiet_weeks, name="Bad"), rule(quiet_weeks, name="Good")

    def failing(terms: Any, *rest: Any, **more: Any) -> Any:
        if terms.limit == 7:
            raise ZeroDivisionError
        return judge(terms, *rest, **more)

    AlertRule.objects.filter(pk=bad.pk).update(limit=7.0)
    monkeypatch.setattr("ops_dashboard.metrics.alert_looks.judge", failing)
    with caplog.at_level(logging.ERROR):
        assert tasks.look_at_alerts() == 1
    assert [record.getMessage() for record in caplog.records] == [f"alert rule failed rule={bad.pk}"]
    assert AlertFiring.objects.get().rule == good


def test_a_past_that_is_being_filled_is_not_looked_at(quiet_weeks: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(quiet_weeks)
    monkeypatch.setattr(rollup, "is_held_back", lambda: True)
    assert (tasks.look_at_alerts(), fired()) == (0, [])


# -- what a rule would have said


def test_the_days_on_which_a_rule_would_have_fired_are_told_without_a_rule(quiet_weeks: Cast) -> None:
    carol = quiet_weeks.users["carol"]
    told = foretold(alerts.drafted(wish(limit=None), carol), scope_for(carol))
    assert [each.on for each in told] == [today() - back * DAY for back in range(56, 0, -1)]
    assert [each.on for each in told if each.fires] == [today() - DAY]
    assert not AlertRule.objects.exists()
    assert not AlertFiring.objects.exists()


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Cast]:
    cast = make_cast()
    record(tickets(back=1, count=30))
    rollup.refill()
    yield cast


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_firing(committed: Cast) -> None:
    for number in range(4):
        rule(committed, name=f"Rush {number}")

    def work(_: int) -> int:
        try:
            return look_at_all()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        looked = list(pool.map(work, range(4)))
    assert sum(looked) >= 4
    assert sorted(AlertFiring.objects.values_list("rule__name", flat=True)) == [f"Rush {n}" for n in range(4)]
