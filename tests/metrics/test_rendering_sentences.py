"""What a result says in one sentence."""

from dataclasses import replace
from datetime import timedelta

from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.rendering.sentences import sentence, worst_first
from ops_dashboard.metrics.result import Figure, Row
from tests.metrics.results import BACKLOG, CREATED, MONDAY, ON_TIME, by_day, by_hour, by_team, result, share

DAYS = [share(v) for v in (0.93, 0.92, 0.80, 0.91)]


def test_a_trend_names_total_change_and_the_worst_day() -> None:
    result = by_day(ON_TIME, DAYS, total=share(0.89, half=0.003), previous_total=share(0.91, half=0.003))
    assert sentence(result) == "89.0 % over 4 days, down 2.0 pts; lowest on Wed 4 Mar at 80.0 %."


def test_a_day_that_still_matures_is_never_the_worst() -> None:
    result = by_day(ON_TIME, [*DAYS[:2], share(0.90), share(0.10)], maturing=1, total=share(0.89))
    assert "; lowest of what has settled on Wed 4 Mar at 90.0 %" in sentence(result)


def test_few_that_still_mature_are_no_reason_to_speak_of_what_has_settled() -> None:
    metric = replace(ON_TIME, minimum_n=30)
    result = by_day(metric, [*DAYS, share(0.0, n=2)], maturing=1, total=share(0.89))
    assert "; lowest on Wed 4 Mar at 80.0 %" in sentence(result)


def test_a_day_under_the_least_n_is_never_the_worst() -> None:
    metric = replace(ON_TIME, minimum_n=30)
    result = by_day(metric, [*DAYS, share(0.0, n=2)], total=share(0.89))
    assert "Wed 4 Mar at 80.0 %" in sentence(result)


def test_a_change_within_noise_is_no_clear_change() -> None:
    result = by_day(ON_TIME, DAYS[:1], total=share(0.90), previous_total=share(0.91))
    assert sentence(result) == "90.0 % over 1 day, no clear change."


def test_a_flat_line_has_no_highest_day() -> None:
    result = by_day(CREATED, [Figure(5, 5)] * 4, total=Figure(20, 20))
    assert sentence(result) == "20 over 4 days."


def test_a_stock_stands_at_the_end() -> None:
    assert sentence(by_day(BACKLOG, [Figure(9, 9)], total=Figure(9, 9))) == "9 at the end."


def test_no_figure_says_so() -> None:
    assert sentence(by_day(ON_TIME, [Figure(None, 0)] * 14)) == "Nothing to measure in these 2 weeks."


def test_cuts_are_counted_against_the_target() -> None:
    teams = {"Appeals": share(0.84), "Access": share(0.94), "Live": share(0.89)}
    result = by_team(ON_TIME, teams, total=share(0.9), target=0.9)
    assert sentence(result) == "2 of 3 miss the target of 90 %; Appeals is lowest at 84.0 %."


def test_cuts_that_all_meet_the_target_say_so() -> None:
    result = by_team(ON_TIME, {"Access": share(0.94), "Live": share(0.91)}, total=share(0.92), target=0.9)
    assert sentence(result) == "All 2 meet the target of 90 %; Live is lowest at 91.0 %."


def test_a_single_cut_meets_or_misses() -> None:
    result = by_team(ON_TIME, {"Live": share(0.875)}, total=share(0.875), target=0.9)
    assert sentence(result) == "Live misses the target of 90 % with 87.5 %."


def test_cuts_that_are_all_too_small_to_rank_say_so() -> None:
    few = by_team(replace(ON_TIME, minimum_n=20), {"Live": share(0.2, n=10)}, total=share(0.2, n=10))
    assert sentence(replace(few, total=share(0.2, n=40))) == "Too few to rank: fewer than 20 in each row."


def test_lines_by_cut_are_told_by_their_last_settled_bucket() -> None:
    values = {"Access": (0.95, 0.94), "Live": (0.91, 0.80), "Ads": (0.70, 0.90)}
    rows = tuple(
        Row(MONDAY + timedelta(days=7 * week), (name.lower(),), (name,), share(both[week]))
        for week in range(2)
        for name, both in values.items()
    )
    told = sentence(result(ON_TIME, rows, grain=Grain.WEEK, by=("team",), total=share(0.9)))
    assert told == "90.0 % over 2 weeks; week of 9 Mar from Live 80.0 % to Access 94.0 %."


def test_the_week_names_its_worst_hour() -> None:
    result = by_hour(
        ON_TIME, {hour: share(0.7 if hour == 5 * 24 + 9 else 0.9) for hour in range(168)}, total=share(0.9)
    )
    assert sentence(result) == "Lowest at Sat 09:00: 70.0 % against 90.0 % in all."


def test_rows_without_a_figure_are_not_ranked() -> None:
    result = by_team(ON_TIME, {"A": Figure(None, 0), "B": share(0.9), "C": share(0.8)}, total=share(0.85))
    assert [row.labels[0] for row in worst_first(result.rows, ON_TIME)] == ["C", "B"]
