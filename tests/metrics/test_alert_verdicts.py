"""When a rule speaks: every figure worked out by hand."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.alert_verdicts import (
    BASE_DAYS,
    Look,
    Outcome,
    Point,
    Side,
    Terms,
    Verdict,
    can_look,
    judge,
    points,
)
from ops_dashboard.metrics.definitions import Better, Level, Metric, Quantile, Ratio, Total, Unit
from ops_dashboard.metrics.result import Figure, Row

WORDS: dict[str, Any] = {"better": Better.NEITHER, "definition": "", "attribution": "", "owner": ""}
COUNT = Total(slug="opened", label="Opened", unit=Unit.COUNT, source="s", measure="n", **WORDS)
SHARE = Ratio(slug="kept", label="Kept", unit=Unit.SHARE, source="s", part="p", whole="w", minimum_n=20, **WORDS)
WAIT = Quantile(slug="wait", label="Wait", unit=Unit.SECONDS, source="s", measure="d", p=0.5, **WORDS)
RATE = Ratio(
    slug="rate", label="Rate", unit=Unit.PER, source="s", part="p", whole="w", of_shares=False, minimum_n=5, **WORDS
)
STOCK = Level(slug="held", label="Held", unit=Unit.COUNT, entered=(("s", "n"),), left=(), **WORDS)
ON = date(2026, 3, 31)  # a Tuesday
DAY = timedelta(days=1)


def past(values: dict[int, float], *, usual: float, n: int = 100) -> dict[date, Point]:
    """The eight weeks before ON, `usual` but for those so many days back."""
    return {ON - back * DAY: Point(values.get(back, usual), n) for back in range(1, BASE_DAYS + 1)}


def verdict(metric: Metric, told: dict[date, Point], today: Point, *, side: Side = Side.EITHER) -> Any:
    return judge(Terms(metric, Look.DAY, side), told | {ON: today}, ON)


@pytest.mark.parametrize(
    ("side", "limit", "value", "outcome"),
    [
        (Side.BELOW, 0.9, 0.89, Outcome.FIRES),
        (Side.BELOW, 0.9, 0.9, Outcome.QUIET),  # at the limit is not below it
        (Side.ABOVE, 0.9, 0.9, Outcome.QUIET),
        (Side.ABOVE, 0.9, 0.91, Outcome.FIRES),
    ],
)
def test_a_limit_is_passed_and_not_met(side: Side, limit: float, value: float, outcome: Outcome) -> None:
    told = {ON: Point(value, 20)}
    assert judge(Terms(SHARE, Look.DAY, side, limit), told, ON) == Verdict(ON, outcome, value, 20)


def test_too_few_are_silent_and_say_so() -> None:
    terms = Terms(SHARE, Look.DAY, Side.BELOW, 0.9)
    assert judge(terms, {ON: Point(0.0, 19)}, ON).outcome is Outcome.TOO_FEW
    assert judge(terms, {ON: Point(None, 19)}, ON).outcome is Outcome.TOO_FEW
    assert judge(terms, {ON: Point(None, 0)}, ON).outcome is Outcome.NO_FIGURE
    assert judge(terms, {}, ON).outcome is Outcome.NO_FIGURE


def test_none_of_something_is_a_count_too() -> None:
    assert judge(Terms(COUNT, Look.DAY, Side.BELOW, 1), {ON: Point(0, 0)}, ON).fires


def test_a_count_departs_by_what_chance_does_not_give() -> None:
    """Usually 36: y = 2 sqrt(36.375) = 12.0623. It never varied, so chance's spread of 1 stands: 3.5 to either side
    are y = 8.5623 and 15.5623, which is (y/2)^2 - 3/8 = 17.953 and 60.171."""
    told = past({}, usual=36)
    found = verdict(COUNT, told, Point(61, 61))
    assert (found.outcome, found.expected) == (Outcome.FIRES, pytest.approx(36))
    assert (found.low, found.high) == pytest.approx((17.953, 60.171), abs=1e-3)
    # 2 sqrt(61.375) = 15.6684, less 12.0623
    assert found.score == pytest.approx(3.6061, abs=1e-4)
    assert verdict(COUNT, told, Point(60, 60)).outcome is Outcome.QUIET
    assert verdict(COUNT, told, Point(17, 17)).fires
    assert verdict(COUNT, told, Point(18, 18)).outcome is Outcome.QUIET
    assert not verdict(COUNT, told, Point(17, 17), side=Side.ABOVE).fires
    assert not verdict(COUNT, told, Point(61, 61), side=Side.BELOW).fires


def test_a_figure_is_held_against_its_own_weekday() -> None:
    """Tuesdays have 9 (y = 2 sqrt(9.375) = 6.1237), all other days 100: 40 is ordinary neither here nor there."""
    told = past(dict.fromkeys(range(7, BASE_DAYS + 1, 7), 9.0), usual=100)
    found = verdict(COUNT, told, Point(40, 40))
    assert found.expected == pytest.approx(9)
    # 2 sqrt(40.375) = 12.7083
    assert (found.fires, found.score) == (True, pytest.approx(6.5846, abs=1e-4))


def test_the_spread_is_that_of_all_days_around_their_own_weekdays() -> None:
    """A rate that is 4 and 6 in turn by the week, whatever the weekday: around the median of 5 every day lies 1 away.
    The spread is 1.4826, so that 3.5 of it are 5.1891."""
    told = past({back: 4.0 if (back - 1) // 7 % 2 else 6.0 for back in range(1, BASE_DAYS + 1)}, usual=0)
    found = verdict(RATE, told, Point(10.19, 50))
    assert (found.fires, found.expected, found.low, found.high) == (
        True, 5, pytest.approx(-0.1891), pytest.approx(10.1891),
    )  # fmt: skip
    assert found.score == pytest.approx(5.19 / 1.4826)
    assert verdict(RATE, told, Point(10.18, 50)).outcome is Outcome.QUIET


def test_a_share_departs_the_sooner_the_more_it_rests_on() -> None:
    """0.9 of 100 as ever: asin sqrt 0.9 = 1.2490. 0.8 has 1.1071: 0.1419 less. Of 100 that is 2 * 10 * 0.1419 = 2.838
    of chance's spreads, of 400 it is 5.676."""
    told = past({}, usual=0.9)
    few, many = (verdict(SHARE, told, Point(0.8, n)) for n in (100, 400))
    assert (few.outcome, few.score) == (Outcome.QUIET, pytest.approx(-2.838, abs=1e-3))
    assert (many.outcome, many.score) == (Outcome.FIRES, pytest.approx(-5.676, abs=1e-3))
    # 3.5 of 2 * 20 are 0.0875 on the scale: sin^2(1.2490 - 0.0875) = 0.8417.
    assert many.low == pytest.approx(0.8417, abs=1e-4)


def test_a_duration_departs_by_a_factor() -> None:
    """An hour, 10 % more and 10 % less in turn by the week: ln 1.1 = 0.0953 around an hour, spread 0.1413, so that
    the end of what is expected lies a factor of exp(3.5 * 0.1413) = 1.640 away: 5,903 s."""
    told = past({back: 3960.0 if (back - 1) // 7 % 2 else 3600 / 1.1 for back in range(1, BASE_DAYS + 1)}, usual=0)
    assert verdict(WAIT, told, Point(5903, 50)).outcome is Outcome.QUIET
    found = verdict(WAIT, told, Point(5905, 50))
    assert (found.fires, found.expected, found.high) == (True, pytest.approx(3600), pytest.approx(5903.3, abs=0.5))


def test_without_any_spread_nothing_can_be_said() -> None:
    assert verdict(RATE, past({}, usual=5), Point(9, 50)).outcome is Outcome.NO_SPREAD


def test_an_odd_day_among_the_eight_weeks_changes_nothing() -> None:
    ordinary, odd = past({}, usual=36), past({7: 500.0, 20: 500.0}, usual=36)
    assert verdict(COUNT, odd, Point(61, 61)) == verdict(COUNT, ordinary, Point(61, 61))


def test_four_of_the_weekday_and_twenty_days_are_needed() -> None:
    told = past({}, usual=36)
    tuesdays = [ON - back * DAY for back in range(7, BASE_DAYS + 1, 7)]
    without = {day: point for day, point in told.items() if day not in tuesdays[:5]}
    assert verdict(COUNT, without, Point(99, 99)).outcome is Outcome.TOO_LITTLE_HISTORY
    assert verdict(COUNT, without | {tuesdays[0]: Point(36, 36)}, Point(99, 99)).fires
    # Tuesdays and Wednesdays alone are 16 days, with Mondays 24.
    assert _on_weekdays(told, {1, 2}).outcome is Outcome.TOO_LITTLE_HISTORY
    assert _on_weekdays(told, {0, 1, 2}).fires


def _on_weekdays(told: dict[date, Point], weekdays: set[int]) -> Any:
    return verdict(COUNT, {on: point for on, point in told.items() if on.weekday() in weekdays}, Point(99, 99))


def test_days_that_rest_on_too_few_lead_to_expect_nothing() -> None:
    told = past({}, usual=0.9, n=19)
    assert verdict(SHARE, told, Point(0.1, 400)).outcome is Outcome.TOO_LITTLE_HISTORY


def test_days_left_out_lead_to_expect_nothing_and_a_holiday_is_no_departure() -> None:
    told = past(dict.fromkeys(range(7, 36, 7), 500.0), usual=36) | {ON: Point(99, 99)}
    outages = {ON - back * DAY for back in range(7, 29, 7)}
    terms = Terms(COUNT, Look.DAY, Side.EITHER)
    # Of the eight Tuesdays five had 500; four of those left out, the median of 500, 36, 36, 36 is 36.
    assert judge(terms, told, ON).expected == pytest.approx(500)
    assert judge(terms, told, ON, left_out=outages).expected == pytest.approx(36)
    assert judge(terms, told, ON, holidays={ON}).outcome is Outcome.HOLIDAY
    assert judge(Terms(COUNT, Look.DAY, Side.ABOVE, 50), told, ON, holidays={ON}).fires


def row(on: date, figure: Figure) -> Row:
    return Row(on, (), (), figure)


def test_seven_days_are_summed_before_they_are_divided() -> None:
    """Six days of 1 in 10 and one of 90 in 100: 96 in 160, not the mean of shares."""
    figures = [Figure(0.1, 10, part=1, whole=10)] * 6 + [Figure(0.9, 100, part=90, whole=100)]
    told = points(SHARE, [row(ON - (6 - i) * DAY, figure) for i, figure in enumerate(figures)], Look.WEEK)
    assert told == {ON: Point(0.6, 160)}


def test_a_total_of_seven_days_needs_all_of_them_and_a_stock_the_last() -> None:
    figures = [Figure(float(i), i) for i in range(8)]
    rows = [row(ON + i * DAY, figure) for i, figure in enumerate(figures)]
    assert points(COUNT, rows, Look.WEEK) == {ON + 6 * DAY: Point(21, 21), ON + 7 * DAY: Point(28, 28)}
    assert points(STOCK, rows, Look.WEEK)[ON + 7 * DAY] == Point(7, 7)
    gap = [row(ON, Figure(None, 0)), *rows[1:]]
    assert points(COUNT, gap, Look.WEEK) == {ON + 6 * DAY: Point(None, 21), ON + 7 * DAY: Point(28, 28)}


def test_a_ratio_of_seven_days_is_unknown_where_a_part_is() -> None:
    figures = [Figure(0.5, 10, part=5, whole=10)] * 6
    unknown, nothing = Figure(None, 10, part=0, whole=10), Figure(None, 0)
    few = Figure(None, 2, part=1, whole=2, is_few=True)
    days = [ON - (6 - i) * DAY for i in range(7)]
    told = {
        name: points(RATE, [row(*each) for each in zip(days, [*figures, last], strict=True)], Look.WEEK)[ON]
        for name, last in (("unknown", unknown), ("nothing", nothing), ("few", few))
    }
    assert told == {"unknown": Point(None, 70), "nothing": Point(0.5, 60), "few": Point(31 / 62, 62)}


def test_a_quantile_is_of_one_day() -> None:
    assert [can_look(WAIT, look) for look in Look] == [True, False]
    with pytest.raises(TypeError):
        points(WAIT, [row(ON + i * DAY, Figure(1.0, 1)) for i in range(7)], Look.WEEK)


def test_a_week_is_compared_with_weeks_that_share_no_day_with_it() -> None:
    """Six days of a rise lie in the windows just before: they lead to expect nothing."""
    told = past(dict.fromkeys(range(1, 7), 900.0), usual=252)
    found = judge(Terms(COUNT, Look.WEEK, Side.ABOVE), told | {ON: Point(900, 900)}, ON)
    assert found.fires
    assert found.expected == pytest.approx(252)


values = st.lists(st.integers(0, 500), min_size=BASE_DAYS, max_size=BASE_DAYS)


@given(values=values, today=st.integers(0, 2000), more=st.integers(1, 500))
def test_who_is_further_out_fires_as_well(values: list[int], today: int, more: int) -> None:
    told = past({back: float(value) for back, value in enumerate(values, 1)}, usual=0)
    found, further = (verdict(COUNT, told, Point(x, x)) for x in (today, today + more))
    assert found.score is not None
    assert further.score is not None
    assert found.score < further.score
    assert not found.fires or found.score < 0 or further.fires


@given(values=values, today=st.integers(0, 2000))
def test_what_fires_lies_outside_of_what_was_expected(values: list[int], today: int) -> None:
    told = past({back: float(value) for back, value in enumerate(values, 1)}, usual=0)
    found = verdict(COUNT, told, Point(today, today))
    assert found.low is not None
    assert found.high is not None
    assert found.expected is not None
    assert found.low <= found.expected <= found.high
    if found.fires:
        assert today < found.low + 1e-6 or today > found.high - 1e-6
    else:
        assert found.low - 1e-6 <= today <= found.high + 1e-6


@given(values=values, today=st.integers(0, 2000), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_weeks_does_not_matter(values: list[int], today: int, seed: st.DataObject) -> None:
    told = past({back: float(value) for back, value in enumerate(values, 1)}, usual=0)
    weeks = list(range(8))
    seed.shuffle(weeks)  # type: ignore[attr-defined]  # a random.Random
    moved = {
        ON - (weeks[(back - 1) // 7] * 7 + (back - 1) % 7 + 1) * DAY: told[ON - back * DAY] for back in range(1, 57)
    }
    assert verdict(COUNT, told, Point(today, today)) == verdict(COUNT, moved, Point(today, today))


@pytest.mark.parametrize(("mean", "most"), [(4, 0.01), (40, 0.01), (400, 0.01)])
def test_chance_alone_seldom_fires(mean: int, most: float) -> None:
    """Two thousand days of Poisson counts, weekends a third of the rest."""
    rng = np.random.default_rng(7)
    days = [date(2024, 1, 1) + i * DAY for i in range(2000 + BASE_DAYS)]
    counts = [int(rng.poisson(mean / 3 if on.weekday() >= 5 else mean)) for on in days]
    told = {on: Point(float(x), x) for on, x in zip(days, counts, strict=True)}
    terms = Terms(COUNT, Look.DAY, Side.EITHER)
    fired = sum(judge(terms, told, on).fires for on in days[BASE_DAYS:])
    assert fired / 2000 <= most


@pytest.mark.parametrize("mean", [40, 400])
def test_a_doubled_day_is_nearly_always_seen(mean: int) -> None:
    rng = np.random.default_rng(8)
    terms, seen = Terms(COUNT, Look.DAY, Side.ABOVE), 0
    for _ in range(200):
        told = past({back: float(rng.poisson(mean)) for back in range(1, BASE_DAYS + 1)}, usual=0)
        doubled = int(rng.poisson(2 * mean))
        seen += judge(terms, told | {ON: Point(doubled, doubled)}, ON).fires
    assert seen >= 180
