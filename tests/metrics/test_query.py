"""What a reader is told, and what is kept from them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import UnknownMetric, registry
from ops_dashboard.metrics.explanations import explain
from ops_dashboard.metrics.models import Annotation, Goal
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader, run, subjects, today
from ops_dashboard.people.roles import NOBODY, SYSTEM
from tests.metrics.facts import add_ticket, make_priorities, make_teams, record

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
WEEK = Period(date(2026, 3, 30), date(2026, 4, 5))


@pytest.fixture
def two_teams(db: None) -> list[int]:
    """Team 0: three tickets, two solved in time. Team 1: one, missed. One ticket of nobody."""
    first, second = (team.id for team in make_teams(2))
    high = make_priorities(1)[0].id
    hour = timedelta(hours=1)
    due = NOON + 4 * hour
    record(
        add_ticket(1, created_at=NOON, solved_at=NOON + hour, due_at=due, team=first, priority=high)
        + add_ticket(2, created_at=NOON, solved_at=NOON + 2 * hour, due_at=due, team=first)
        + add_ticket(3, created_at=NOON + 24 * hour, solved_at=NOON + 30 * hour, due_at=NOON + 25 * hour, team=first)
        + add_ticket(4, created_at=NOON, due_at=due, team=second)
        + add_ticket(5, created_at=NOON + 48 * hour)
    )
    rollup.refill()
    return [first, second]


def test_a_share_comes_with_its_n_and_its_interval(two_teams: list[int]) -> None:
    figure = run(Query("first_resolution_attainment", WEEK), scope=SYSTEM).total
    # Decided: 1 and 2 met, 3 and 4 missed. Wilson 2/4: (0.1500, 0.8500).
    assert (figure.value, figure.n) == (0.5, 4)
    assert (figure.low, figure.high) == pytest.approx((0.1500, 0.8500), abs=5e-5)


def test_a_cut_by_team_adds_up_to_the_whole(two_teams: list[int]) -> None:
    result = run(Query("created", WEEK, by=("team",)), scope=SYSTEM)
    assert {row.keys[0]: row.figure.value for row in result.rows} == {"team-0": 3, "team-1": 1, "none": 1}
    assert result.total.value == 5


def test_quantiles_are_exact_on_request(two_teams: list[int]) -> None:
    # Resolution times 1 h, 2 h and 6 h; between the lower two at the median of the first two days.
    exact = run(Query("resolution_median", WEEK, exact=True), scope=SYSTEM).total
    assert exact.value == 7200
    shown = run(Query("resolution_median", WEEK), scope=SYSTEM).total
    assert shown.value == pytest.approx(7200, rel=0.01)


def test_a_day_without_tickets_is_zero_after_counting_began_and_a_gap_before(two_teams: list[int]) -> None:
    period = Period(date(2026, 3, 29), date(2026, 4, 2))
    rows = run(Query("created", period, Grain.DAY), scope=SYSTEM).rows
    assert [row.figure.value for row in rows] == [None, 3, 1, 1, 0]


def test_a_rate_of_nothing_is_a_gap(two_teams: list[int]) -> None:
    rows = run(Query("first_resolution_attainment", WEEK, Grain.DAY), scope=SYSTEM).rows
    assert [row.figure.value for row in rows[2:]] == [None] * 5


def test_the_comparison_stands_beside_each_bucket(two_teams: list[int]) -> None:
    week_later = WEEK.shifted(7)
    result = run(Query("created", week_later, Grain.DAY, compare=WEEK), scope=SYSTEM)
    assert result.previous_total is not None
    assert result.previous_total.value == 5
    assert [row.previous.value if row.previous else None for row in result.rows[:3]] == [3, 1, 1]


def test_the_backlog_is_a_stock_at_the_end_of_each_day(two_teams: list[int]) -> None:
    rows = run(Query("backlog", WEEK, Grain.DAY), scope=SYSTEM).rows
    # 30 March: 1, 2, 4 opened, 1 and 2 solved. 31: 3 opened and solved on 31 at 18:00. 1 April: 5 opened.
    assert [row.figure.value for row in rows[:4]] == [1, 1, 2, 2]


def test_days_to_come_have_no_figures_yet(two_teams: list[int]) -> None:
    tomorrow = today() + timedelta(days=1)
    for slug in ("backlog", "created"):
        answer = run(Query(slug, Period(tomorrow, tomorrow)), scope=SYSTEM)
        assert (answer.total.value, answer.total.n) == (None, 0)


def test_a_lead_sees_their_team_and_nothing_of_another(two_teams: list[int]) -> None:
    lead = replace(SYSTEM, role="team_lead", teams=frozenset({two_teams[0]}))
    assert run(Query("created", WEEK), scope=lead).total.value == 3
    other = Query("created", WEEK, where=(("team", ("team-1",)),))
    assert run(other, scope=lead).total.value == 0
    assert subjects(Query("created", WEEK), scope=lead).tolist() == [1, 2, 3]
    assert run(Query("created", WEEK, where=(("priority", ("p0",)),)), scope=lead).total.value == 1


def test_whoever_has_no_role_is_told_nothing(two_teams: list[int]) -> None:
    with pytest.raises(NotYours):
        Reader(NOBODY)


def test_figures_by_agent_need_leave_to_see_people(two_teams: list[int]) -> None:
    analyst = replace(SYSTEM, sees_people=False)
    with pytest.raises(NotYours):
        run(Query("solved_by_agents", WEEK, by=("agent",)), scope=analyst)
    with pytest.raises(NotYours):
        run(Query("solved_by_agents", WEEK, where=(("agent", ("alice",)),)), scope=analyst)


def test_small_cells_are_withheld_from_partners(two_teams: list[int]) -> None:
    partner = replace(SYSTEM, small_cells_hidden=True)
    assert run(Query("first_resolution_attainment", WEEK), scope=partner).total.value is None


def test_the_tickets_behind_a_figure_are_as_many_as_it_says(two_teams: list[int]) -> None:
    for slug in ("created", "solved", "backlog", "first_resolution_attainment", "resolution_median"):
        query = Query(slug, WEEK)
        assert len(subjects(query, scope=SYSTEM)) == run(query, scope=SYSTEM).total.n, slug


def test_a_team_s_own_goal_goes_before_everyone_s(two_teams: list[int]) -> None:
    since = date(2026, 1, 1)
    Goal.objects.create(metric="first_resolution_attainment", value=0.9, valid_from=since)
    Goal.objects.create(metric="first_resolution_attainment", value=0.8, team_id=two_teams[0], valid_from=since)
    query = Query("first_resolution_attainment", WEEK)
    assert run(query, scope=SYSTEM).target == 0.9
    assert run(replace(query, where=(("team", ("team-0",)),)), scope=SYSTEM).target == 0.8


def test_annotations_of_the_period_come_with_the_answer(two_teams: list[int]) -> None:
    Annotation.objects.create(kind="outage", on=date(2026, 4, 1), label="Login outage")
    Annotation.objects.create(kind="outage", on=date(2026, 5, 1), label="Another")
    assert [note.label for note in run(Query("created", WEEK), scope=SYSTEM).notes] == ["Login outage"]


def test_nonsense_is_refused_with_what_would_do(two_teams: list[int]) -> None:
    with pytest.raises(UnknownMetric, match="the catalogue lists them"):
        run(Query("nps", WEEK), scope=SYSTEM)
    with pytest.raises(BadQuery, match="it has team, site, vendor, support_function, priority"):
        run(Query("created", WEEK, by=("colour",)), scope=SYSTEM)
    with pytest.raises(BadQuery, match="no team 'moon'"):
        run(Query("created", WEEK, where=(("team", ("moon",)),)), scope=SYSTEM)


def test_an_answer_asked_again_costs_one_look_at_the_generations(two_teams: list[int]) -> None:
    query = Query("created", WEEK, Grain.DAY, by=("team",))
    Reader(SYSTEM).run(query)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        Reader(SYSTEM).run(query)
    tables = [sql["sql"] for sql in asked.captured_queries]
    assert not any("metrics_cell" in sql for sql in tables)
    assert len(tables) == 5  # generations, stale cells (two), goals, annotations


def test_an_answer_is_not_served_once_its_cells_changed(two_teams: list[int]) -> None:
    query = Query("created", WEEK)
    assert run(query, scope=SYSTEM).total.value == 5
    record(add_ticket(6, created_at=NOON))
    rollup.refill()
    assert run(query, scope=SYSTEM).total.value == 6


def test_the_effects_of_a_change_add_up_to_it(two_teams: list[int]) -> None:
    day = Query("first_resolution_attainment", Period(date(2026, 3, 31), date(2026, 3, 31)))
    before = Period(date(2026, 3, 30), date(2026, 3, 30))
    explanation = explain(day, against=before, by="team", reader=Reader(SYSTEM))
    assert explanation.change == pytest.approx(0 - 2 / 3)
    assert sum(effect.total for effect in explanation.effects) == pytest.approx(explanation.change)


def test_every_metric_names_sources_and_measures_that_exist() -> None:
    for metric in registry.metrics():
        for slug in metric.sources:
            assert registry.source(slug)
