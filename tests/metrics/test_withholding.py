"""What a reader who may see no small figure can work out from those that are shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.explanations import explain
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader, run
from ops_dashboard.metrics.records import result_record
from ops_dashboard.metrics.rendering import tables
from ops_dashboard.metrics.rendering.exports import sheet_of
from ops_dashboard.metrics.rendering.figures import figure_item
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.result import SMALL_CELL, WHY_WITHHELD, Figure
from ops_dashboard.metrics.withholding import divided, small
from ops_dashboard.people.roles import SYSTEM
from tests.metrics.facts import add_ticket, make_priorities, make_teams, record

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
WEEK = Period(date(2026, 3, 30), date(2026, 4, 5))
PARTNER = replace(SYSTEM, small_cells_hidden=True)


def hidden(**sizes: int) -> set[str]:
    """Which of a line's parts are withheld."""
    names = dict(enumerate(sizes))
    found = small({(None, (code,)): Figure(float(sizes[name]), sizes[name]) for code, name in names.items()})
    return {names[codes[0]] for _, codes in found}


def test_the_next_smallest_goes_with_a_single_small_one() -> None:
    assert hidden(a=3, b=40, c=20, d=0) == {"a", "c"}


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    assert hidden(a=10, b=40, c=0) == set()


def test_small_ones_that_are_few_together_take_another_along() -> None:
    assert hidden(a=3, b=4, c=20, d=90) == {"a", "b", "c"}
    assert hidden(a=6, b=4, c=20, d=90) == {"a", "b"}


def test_a_line_of_one_keeps_only_its_own_figure_back() -> None:
    assert hidden(a=3, b=0) == {"a"}


def test_both_margins_of_a_table_are_safe() -> None:
    sizes = {(0, (1,)): 2, (0, (2,)): 50, (1, (1,)): 60, (1, (2,)): 70}
    assert small({key: Figure(1.0, n) for key, n in sizes.items()}) == set(sizes)


def test_the_days_of_a_stock_do_not_add_up() -> None:
    sizes = {(0, ()): 2, (1, ()): 50, (2, ()): 60}
    assert small({key: Figure(1.0, n) for key, n in sizes.items()}, over_time=False) == {(0, ())}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_no_filter_and_no_remainder_tells_of_a_few(sizes: list[int]) -> None:
    """Whatever sets of one cut are asked for, the figures shown are sums of the visible parts and the hidden whole."""
    gone = small({(None, (code,)): Figure(float(n), n) for code, n in enumerate(sizes)})
    codes = {code for _, (code,) in gone}
    kept_back = sum(sizes[code] for code in codes)
    rest = sum(sizes) - kept_back
    assert not codes or kept_back >= SMALL_CELL or rest == 0
    every = chain.from_iterable(combinations(range(len(sizes)), size) for size in range(1, len(sizes) + 1))
    for picked in every:
        is_shown = not divided(gone, picked=picked)
        assert is_shown == (not codes & set(picked) or codes <= set(picked))


@pytest.fixture
def teams(db: None) -> None:
    """Created in the week: team 0 three, team 1 twelve, team 2 thirty; the third of them urgent."""
    high = make_priorities(1)[0].id
    rows, number = [], 0
    for team, count in zip(make_teams(3), (3, 12, 30), strict=True):
        for _ in range(count):
            number += 1
            at = NOON + timedelta(minutes=number)
            rows += add_ticket(number, created_at=at, due_at=at, team=team.id, priority=high if number % 3 == 0 else 0)
    record(rows)
    rollup.refill()


def shown(query: Query) -> dict[str, float | str | None]:
    rows = run(query, scope=PARTNER).rows
    return {row.keys[0]: "withheld" if row.figure.is_withheld else row.figure.value for row in rows}


def total(**filters: tuple[str, ...]) -> float | str | None:
    figure = run(Query("created", WEEK, where=tuple(filters.items())), scope=PARTNER).total
    return "withheld" if figure.is_withheld else figure.value


@pytest.mark.usefixtures("teams")
def test_a_cut_keeps_the_small_one_and_the_next_smallest_back() -> None:
    assert shown(Query("created", WEEK, by=("team",))) == {"team-0": "withheld", "team-1": "withheld", "team-2": 30}
    assert total() == 45


@pytest.mark.usefixtures("teams")
def test_a_filter_cannot_ask_around_it() -> None:
    assert total(team=("team-0",)) == "withheld"
    assert total(team=("team-1",)) == "withheld"
    assert total(team=("team-1", "team-2")) == "withheld"  # 45 less this would be the three
    assert total(team=("team-0", "team-1")) == 15
    assert total(team=("team-2",)) == 30
    assert shown(Query("created", WEEK, by=("team",), where=(("team", ("team-1", "team-2")),))) == {
        "team-1": "withheld",
        "team-2": 30,
    }
    # Of priority p0: one of team 0, four of team 1, ten of team 2; together fifteen.
    assert total(priority=("p0",)) == 15
    assert total(priority=("p0",), team=("team-2",)) == "withheld"


@pytest.mark.usefixtures("teams")
def test_a_ratio_and_the_compared_period_are_withheld_alike() -> None:
    later = WEEK.shifted(7)
    result = run(Query("created", later, by=("team",), compare=WEEK), scope=PARTNER)
    assert result.previous_total is not None
    assert result.previous_total.value == 45
    query = Query("first_resolution_attainment", WEEK, by=("team",))
    assert shown(query) == {"team-0": "withheld", "team-1": "withheld", "team-2": 0.0}


@pytest.mark.usefixtures("teams")
def test_everyone_else_sees_the_figures_as_they_are() -> None:
    result = run(Query("created", WEEK, by=("team",)), scope=SYSTEM)
    assert [row.figure.value for row in result.rows] == [3, 12, 30]
    assert (result.withheld, "withheld" in result_record(result)) == (0, False)


@pytest.mark.usefixtures("teams")
def test_every_surface_says_that_a_figure_is_withheld_and_why() -> None:
    result = run(Query("created", WEEK, by=("team",)), scope=PARTNER)
    record = result_record(result)
    assert record["withheld"] == WHY_WITHHELD
    assert [(row["value"], row["n"], row.get("withheld")) for row in record["rows"]] == [
        (None, None, "value"),
        (None, None, "value"),
        (30, 30, None),
    ]
    assert [[cell.quiet for cell in row][1] for row in tables.by_cut(result).rows] == ["", "withheld", "withheld"]
    assert sentence(result).endswith(f" 2 figures {WHY_WITHHELD}.")
    sheet = sheet_of(result)
    at = sheet.heads.index("withheld")
    assert [row[at] for row in sheet.rows] == ["value", "value", ""]
    assert dict(sheet.about)["Withheld"] == f"2 rows, {WHY_WITHHELD}"
    alone = run(Query("created", WEEK, where=(("team", ("team-0",)),)), scope=PARTNER)
    assert figure_item(alone).why_empty == WHY_WITHHELD
    assert sentence(alone) == f"{WHY_WITHHELD.capitalize()}."


@pytest.mark.usefixtures("teams")
def test_an_explanation_tells_the_withheld_together() -> None:
    before = Period(date(2026, 3, 23), date(2026, 3, 29))
    told = explain(Query("created", WEEK), against=before, by="team", reader=Reader(PARTNER))
    assert [(effect.label, effect.total) for effect in told.effects] == [("Team 2", 30), ("Withheld", 15)]
