"""Figures made of two sources, in money and hours, and of subjects that are no tickets."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops_dashboard.metrics import reconciliation, rollup
from ops_dashboard.metrics.definitions import Better, Ratio, Total, Unit, registry
from ops_dashboard.metrics.explanations import explain
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader, run, subjects
from ops_dashboard.metrics.records import result_record
from ops_dashboard.metrics.rendering.figures import figure_item
from ops_dashboard.metrics.sql_views import view_name, view_sql
from ops_dashboard.people.roles import SYSTEM
from tests.metrics.facts import make_teams
from tests.metrics.told import SHIFTS, VISITS, shift, told, visit

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
WEEK = Period(date(2026, 3, 30), date(2026, 4, 5))


@pytest.fixture
def worked(db: None) -> Iterator[list[int]]:
    """Team 0: two shifts of 2 h for 40.00 each, six visits. Team 1: 1 h for 25.50. Team 2: two visits, no shift."""
    teams = [team.id for team in make_teams(3)]
    with told():
        with rollup.marking("shift", []) as touched:
            shift(1, NOON, team=teams[0], seconds=7200, cents=4000)
            shift(2, NOON + DAY, team=teams[0], kind=2, seconds=7200, cents=4000)
            shift(3, NOON, team=teams[1], kind=2, cents=2550)
            touched += [1, 2, 3]
        with rollup.marking("visit", []) as touched:
            for number in range(6):
                visit(number, NOON, team=teams[0], score=number)
            visit(6, NOON + 2 * DAY, team=teams[2], score=9)
            visit(7, NOON + 2 * DAY, team=teams[2], score=9)
            touched += range(8)
        rollup.refill()
        yield teams


def test_part_and_whole_come_from_two_sources(worked: list[int]) -> None:
    # 8 visits in 5 h; the n of a rate per hour is the visits.
    total = run(Query("visits_per_hour", WEEK), scope=SYSTEM).total
    assert (total.value, total.n) == (8 / 5, 8)
    # (40 + 40 + 25.50) / 8
    assert run(Query("cost_per_visit", WEEK), scope=SYSTEM).total.value == 105.5 / 8


def test_a_figure_whose_whole_is_missing_is_a_gap_and_one_whose_part_is_missing_is_zero(worked: list[int]) -> None:
    rows = run(Query("visits_per_hour", WEEK, by=("team",)), scope=SYSTEM).rows
    assert {row.keys[0]: row.figure.value for row in rows} == {"team-0": 1.5, "team-1": 0.0, "team-2": None}
    days = run(Query("cost_per_visit", WEEK, Grain.DAY), scope=SYSTEM).rows
    # Monday 65.50 / 6; Tuesday cost without a visit; Wednesday visits that cost nothing.
    assert [row.figure.value for row in days[:4]] == [65.5 / 6, None, 0.0, None]


def test_a_cut_by_block_gives_the_same_as_totals(worked: list[int]) -> None:
    query = Query("visits_per_hour", WEEK, by=("team",))
    through_blocks = replace(query, where=(("kind", ("front", "back", "none")),))
    assert [row.figure for row in run(query, scope=SYSTEM).rows] == [
        row.figure for row in run(through_blocks, scope=SYSTEM).rows
    ]


def test_a_cut_that_one_source_lacks_is_refused_by_its_name(worked: list[int]) -> None:
    with pytest.raises(BadQuery, match="'mood' is no cut of told_shifts"):
        run(Query("visits_per_hour", WEEK, by=("mood",)), scope=SYSTEM)
    with pytest.raises(BadQuery, match="'mood' is no cut of told_shifts"):
        run(Query("cost_per_visit", WEEK, where=(("mood", ("front",)),)), scope=SYSTEM)


def test_the_effects_add_up_even_where_a_cost_has_no_visit(worked: list[int]) -> None:
    monday, tuesday_on = Period(date(2026, 3, 30), date(2026, 3, 30)), Period(date(2026, 3, 31), date(2026, 4, 1))
    found = explain(Query("cost_per_visit", tuesday_on), against=monday, by="team", reader=Reader(SYSTEM))
    # 65.50 / 6 became 40.00 / 2: team 0 cost 40 on Tuesday and had no visit there.
    assert found.change == pytest.approx(20 - 65.5 / 6)
    assert sum(effect.total for effect in found.effects) == pytest.approx(found.change)


def test_hours_and_money_are_read_in_their_units_and_counted_by_their_facts(worked: list[int]) -> None:
    hours, cost = (run(Query(slug, WEEK), scope=SYSTEM) for slug in ("told_hours", "told_cost"))
    assert (hours.total.value, hours.total.n) == (5.0, 3)
    assert (cost.total.value, cost.total.n) == (105.5, 3)
    assert (figure_item(hours).value.plain, figure_item(cost).value.plain) == ("5 h", "105.50 USD")
    assert (result_record(hours)["unit"], result_record(cost)["unit"]) == ("hours", "USD")


def test_minor_units_follow_the_currency(worked: list[int], settings: Settings) -> None:
    settings.CURRENCY = "JPY"
    cost = run(Query("told_cost", WEEK), scope=SYSTEM)
    assert (cost.total.value, figure_item(cost).value.plain) == (10550.0, "10,550 JPY")


def test_money_needs_leave_to_see_costs(worked: list[int]) -> None:
    with pytest.raises(NotYours):
        run(Query("told_cost", WEEK), scope=replace(SYSTEM, sees_costs=False))


def test_the_rows_behind_a_figure_are_its_own_subjects_and_take_their_own_right(worked: list[int]) -> None:
    assert subjects(Query("told_hours", WEEK), scope=SYSTEM).tolist() == [1, 2, 3]
    assert subjects(Query("visits_per_hour", WEEK), scope=SYSTEM).tolist() == list(range(8))
    without = replace(SYSTEM, sees_rosters=False)
    with pytest.raises(NotYours, match="shifts behind a figure"):
        subjects(Query("told_hours", WEEK), scope=without)
    assert len(subjects(Query("score", WEEK), scope=replace(SYSTEM, sees_tickets=False))) == 8


def test_only_cells_of_the_subjects_that_changed_are_marked(worked: list[int]) -> None:
    with rollup.marking("shift", [2]), connection.cursor() as cursor:
        cursor.execute("UPDATE told_shifts SET at = at + interval '1 day', team = %s WHERE id = 2", [worked[1]])
    marked = set(StaleCell.objects.values_list("source", "day", "team"))
    cells = {(date(2026, 3, 31), worked[0]), (date(2026, 4, 1), worked[1])}
    assert marked == {(slug, *cell) for slug in ("told_shifts", "told_planned") for cell in cells}
    rollup.refill()
    assert run(Query("told_hours", WEEK, where=(("team", ("team-1",)),)), scope=SYSTEM).total.value == 3.0
    assert [str(d) for source in (SHIFTS, VISITS) for d in reconciliation.differing_cells(source)] == []


def test_days_are_marked_whole_when_what_facts_hang_on_changed(worked: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE told_shifts SET cents = 2 * cents")
    rollup.mark_days("told_shifts", date(2026, 3, 31), date(2026, 4, 1))
    assert list(StaleCell.objects.values_list("source", "day", "team")) == [
        ("told_shifts", date(2026, 3, 31), worked[0])
    ]
    rollup.refill()
    assert run(Query("told_cost", WEEK), scope=SYSTEM).total.value == 40 + 80 + 25.5


def test_what_is_planned_counts_before_its_time_and_what_happens_does_not(worked: list[int]) -> None:
    tomorrow = timezone.now() + DAY
    with rollup.marking("shift", []) as touched:
        shift(9, tomorrow, team=worked[0])
        touched.append(9)
    rollup.refill()
    ahead = Period(tomorrow.date() - DAY, tomorrow.date() + DAY)
    planned = run(Query("planned_hours", ahead, Grain.DAY), scope=SYSTEM)
    assert [row.figure.value for row in planned.rows] == [0.0, 1.0, 0.0]
    assert run(Query("told_hours", ahead), scope=SYSTEM).total.n == 0
    assert [str(d) for d in reconciliation.differing_cells(registry.source("told_planned"))] == []
    rollup.refill_all(registry.source("told_planned"))
    assert run(Query("planned_hours", ahead), scope=SYSTEM).total.value == 1.0


def test_sql_views_show_the_totals_of_other_subjects(worked: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(view_sql(SHIFTS))
        cursor.execute(f"SELECT sum(seconds), sum(cents) FROM {view_name(SHIFTS)} WHERE team = 'team-0'")
        assert cursor.fetchone() == (14400, 8000)
        cursor.execute(f"DROP VIEW {view_name(SHIFTS)}")


def test_a_declaration_that_could_not_be_read_is_refused() -> None:
    words: dict[str, Any] = {
        "better": Better.LOWER,
        "definition": "",
        "attribution": "",
        "owner": "",
        "label": "x",
        "slug": "x",
    }
    with pytest.raises(ValueError, match="of_shares=False"):
        Ratio(**words, unit=Unit.MONEY, source="a", part="b", whole="c", whole_source="d")
    with pytest.raises(ValueError, match="`n` must name"):
        Total(**words, unit=Unit.MONEY, source="a", measure="b")
    with pytest.raises(ValueError, match="is weighted"):
        Ratio(**words, unit=Unit.PER, source="a", part="b", whole="c", weight_squares="d", of_shares=False)


def test_cuts_shared_by_two_sources_mean_the_same_codes() -> None:
    """Codes of one source are looked up beside those of another, so a shared cut is one and the same."""
    for metric in registry.metrics():
        first, *others = (registry.source(slug) for slug in metric.sources)
        for other in others:
            assert first.ahead == other.ahead, metric.slug
            for cut in first.dimensions:
                twin = other.dimension(cut.slug)
                assert twin is None or twin.labels is cut.labels, (metric.slug, cut.slug)
