"""Results as tables, small marks, heat tables and bridges."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops_dashboard.metrics.definitions import Better
from ops_dashboard.metrics.explain import Effect
from ops_dashboard.metrics.explanations import WITHHELD, Explanation
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.rendering import tables
from ops_dashboard.metrics.rendering.bridge import bridge
from ops_dashboard.metrics.rendering.figures import figure_item
from ops_dashboard.metrics.rendering.heat import heat_map
from ops_dashboard.metrics.rendering.marks import Track, sparkline, track
from ops_dashboard.metrics.result import Figure, Row
from tests.metrics.results import CREATED, MONDAY, ON_TIME, REPLIES, REPLY_TIME, by_day, by_hour, by_team, result, share

TEAMS = {"Access": share(0.94, 300), "Appeals": share(0.84, 200), "Idle": Figure(None, 0)}


def texts(table: tables.Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_teams_stand_worst_first_and_the_idle_ones_last() -> None:
    table = tables.by_cut(by_team(ON_TIME, TEAMS, total=share(0.9), target=0.9))
    assert [column.label for column in table.columns] == ["Team", "Share %", "", "n"]
    assert texts(table) == [["Appeals", "84.0", "", "200"], ["Access", "94.0", "", "300"], ["Idle", "—", "", "0"]]
    assert table.columns[2].note == "70–100, target 90 %"


def test_a_bar_that_misses_the_target_says_so_and_stands_on_the_shared_track() -> None:
    rows = tables.by_cut(by_team(ON_TIME, TEAMS, total=share(0.9), target=0.9)).rows
    appeals, access = rows[0][2].bullet, rows[1][2].bullet
    assert appeals is not None and access is not None
    assert (appeals.width, appeals.target, appeals.misses) == (46.67, 66.67, True)
    assert (access.width, access.misses) == (80.0, False)
    assert rows[2][2].bullet is None


def test_the_compared_period_adds_a_change() -> None:
    before = Period(MONDAY - timedelta(days=14), MONDAY - timedelta(days=1))
    row = Row(None, ("a",), ("Access",), share(0.94), share(0.84))
    table = tables.by_cut(
        result(ON_TIME, (row,), grain=Grain.TOTAL, by=("team",), total=share(0.9), previous_period=before)
    )
    change = table.rows[0][2].change
    assert change is not None and change.signed == "+10.0"
    assert table.rows[0][2].order == pytest.approx(0.1)


def test_means_align_on_the_decimals_of_the_largest() -> None:
    table = tables.by_cut(by_team(REPLIES, {"A": Figure(2.345, 90), "B": Figure(1.7, 80)}, total=Figure(2.0, 170)))
    assert [row[1].text for row in table.rows] == ["2.35", "1.70"]


def test_rows_over_time_carry_interval_and_n_and_mark_what_matures() -> None:
    table = tables.over_time(by_day(ON_TIME, [share(0.9), Figure(None, 0)], maturing=1, total=share(0.9)))
    assert texts(table) == [["Mon 2 Mar", "90.0", "88.0–92.0", "1,000"], ["Tue 3 Mar", "—", "—", "0"]]
    assert [row[0].quiet for row in table.rows] == ["", "still maturing"]


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    table = tables.over_time(by_day(CREATED, [Figure(i, i) for i in range(500)], total=Figure(1, 1)))
    assert (len(table.rows), table.whole, table.left_out) == (400, 500, 100)
    assert table.rows[-1][1].text == "499"


def test_shares_that_all_lie_high_start_above_zero_and_others_do_not() -> None:
    assert track([0.84, 0.94], share=True, target=0.9) == Track(0.7, 1.0)
    assert track([0.5, 0.94], share=True) == Track(0.0, 1.0)
    assert track([0, 0], share=False) is None
    assert track([None], share=False) is None


def test_a_sparkline_breaks_at_a_gap() -> None:
    line = sparkline([1.0, 2.0, None, 3.0, None, 2.0, 1.0])
    assert line is not None
    assert line.lines == ("2.5,19.5 17.7,11", "78.3,11 93.5,19.5")
    assert line.dots == ((48.0, 2.5),)
    assert line.last == (93.5, 19.5)
    assert sparkline([None, 1.0, None]) is None


def test_heat_shades_spread_around_the_total() -> None:
    hours = {hour: share(0.9) for hour in range(168)} | {9: share(0.8), 10: share(1.0), 11: Figure(None, 0)}
    heat = heat_map(by_hour(ON_TIME, hours, total=share(0.9)))
    monday = dict(heat.days)["Mon"]
    assert [cell.shade for cell in monday[8:12]] == ["mid", "w3", "b3", "none"]
    assert monday[9].words == "Mon 09:00: 80.0 %, n 1,000"
    assert monday[11].words == "Mon 11:00: no data"


def test_heat_turns_round_where_lower_is_better() -> None:
    hours = {hour: Figure(600 if hour < 84 else 1800, 50) for hour in range(168)}
    heat = heat_map(by_hour(REPLY_TIME, hours, total=Figure(1200, 8400)))
    assert (heat.days[0][1][0].shade, heat.days[6][1][23].shade) == ("b3", "w3")
    assert (heat.low_words, heat.high_words) == ("slower", "faster")


def test_hours_with_too_few_have_no_verdict() -> None:
    hours = {hour: share(0.9 if hour else 0.1, n=50 if hour else 3) for hour in range(168)}
    heat = heat_map(by_hour(replace(ON_TIME, minimum_n=30), hours, total=share(0.9)))
    assert heat.days[0][1][0].shade == "few" and heat.has_few


def test_counts_run_from_none_to_the_most() -> None:
    hours = {hour: Figure(hour % 24, hour % 24) for hour in range(168)}
    heat = heat_map(by_hour(CREATED, hours, total=Figure(1932, 1932)))
    shades = [cell.shade for cell in heat.days[0][1]]
    assert (shades[0], shades[12], shades[23]) == ("s0", "s3", "s6")
    assert (heat.low_words, heat.high_words) == ("fewer", "more")


def test_a_bridge_adds_up_and_gathers_the_small_steps() -> None:
    effects = tuple(Effect(str(i), f"Team {i}", 0.0, 0.0, rate=-0.001 * (8 - i)) for i in range(8))
    found = bridge(Explanation(share(0.95), share(0.914), effects), ON_TIME)
    assert found is not None
    assert [(step.label, step.size) for step in found.steps][-2:] == [
        ("Team 5: rate", "−0.30"),
        ("Everything else", "−0.30"),
    ]
    assert sum(float(step.size.replace("−", "-")) for step in found.steps) == pytest.approx(-3.6)
    assert (found.change.size, found.change.verdict) == ("−3.60", "worse")


def test_the_steps_of_a_bridge_lead_to_what_they_are_about() -> None:
    effects = tuple(Effect(f"t{i}", f"Team {i}", 0.0, 0.0, rate=-0.001 * (8 - i)) for i in range(8))
    found = bridge(Explanation(share(0.95), share(0.914), effects), ON_TIME, links=lambda key: f"?team={key}")
    assert found is not None
    assert [step.href for step in found.steps] == [*(f"?team=t{i}" for i in range(6)), ""]
    assert found.change.href == ""
    kept = Explanation(share(0.95), share(0.94), (Effect(WITHHELD, "Withheld", 0.0, 0.0, rate=-0.01),))
    found = bridge(kept, ON_TIME, links=lambda key: f"?team={key}")
    assert found is not None and [step.href for step in found.steps] == [""]


def test_a_bridge_of_what_has_no_better_end_is_not_coloured() -> None:
    found = bridge(Explanation(Figure(10, 10), Figure(12, 12), (Effect("a", "A", 2.0, 0.0, 0.0),)), CREATED)
    assert found is not None and [step.verdict for step in found.steps] == ["moved"]
    assert CREATED.better is Better.NEITHER


def test_a_figure_rests_on_n_interval_and_target() -> None:
    item = figure_item(result(ON_TIME, (), total=share(0.901, 38_412), target=0.9))
    assert item.value.plain == "90.1 %"
    assert [part.replace("\u00a0", " ") for part in item.quiet] == ["n 38,412", "88.1–92.1", "target 90 %"]
    assert not item.misses


def test_a_figure_without_facts_says_why() -> None:
    item = figure_item(result(ON_TIME, ()))
    assert (item.value.plain, item.why_empty) == ("—", "nothing to measure in this period")


def test_a_figure_with_nothing_to_compare_says_so() -> None:
    before = Period(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
    item = figure_item(result(ON_TIME, (), total=share(0.9), previous_period=before, previous_total=Figure(None, 0)))
    assert (item.change, item.against) == (None, "no comparable data")
