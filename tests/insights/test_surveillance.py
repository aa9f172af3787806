"""Alarms: on a real storm day the one theme that rose, on calm weeks next to none."""

import csv
from collections import Counter
from datetime import date, datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from insights.surveillance import DAILY, WEEKLY, Class, Finding, adjusted, survey
from tests.bench import daily_surveillance as by_day
from tests.bench import surveillance as bench
from tests.reference_data import DATA, present

TWEETS = DATA / "airline_tweets" / "Tweets.csv"
NOT_A_REASON = {"", "Can't Tell"}


def flagged(found: list[Finding]) -> list[int]:
    return [finding.theme for finding in found if finding.status == Class.ALARM]


def steady(*rows: list[int], weeks: int = 30) -> NDArray[np.int64]:
    """Themes that show the same every week, each followed by a last week of its own: [usual, last]."""
    return np.array([[usual] * weeks + [last] for usual, last in rows])


def contacts(last: int = 1000, weeks: int = 30) -> NDArray[np.int64]:
    return np.array([1000] * weeks + [last])


def test_a_theme_falls_by_the_rule_by_which_others_rise() -> None:
    """Of 60 a week 44 are fewer than 39 weeks in 40 show, but one of twenty themes may have such a week; 25 are not."""
    found = survey(steady([60, 25], [60, 44], *[[60, 60]] * 18), contacts())
    assert [finding.is_falling for finding in found] == [True, False] + [False] * 18
    assert found[1].observed < found[1].low
    assert not any(finding.is_falling for finding in survey(steady([60, 120], *[[60, 60]] * 19), contacts()))


@cache
def storm() -> tuple[list[date], list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Days, reasons, messages by reason and day, all messages by day."""
    with present(TWEETS).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = [(row["negativereason"], datetime.strptime(row["tweet_created"], "%m/%d/%Y %H:%M").date()) for row in rows]  # noqa: DTZ007
    days, reasons = sorted({day for _, day in told}), sorted({reason for reason, _ in told} - NOT_A_REASON)
    each, every = Counter(told), Counter(day for _, day in told)
    return days, reasons, np.array([[each[r, d] for d in days] for r in reasons]), np.array([every[d] for d in days])


@pytest.mark.parametrize("day", [date(2015, 2, 21), date(2015, 2, 22)])
def test_a_winter_storm_is_cancelled_flights_and_nothing_else(day: date) -> None:
    days, reasons, counts, every = storm()
    until = days.index(day) + 1
    found = survey(counts[:, :until], every[:until], rule=DAILY)
    assert [reasons[theme] for theme in flagged(found)] == ["Cancelled Flight"]


def test_the_storm_doubled_everything_so_that_a_rule_on_counts_flags_all() -> None:
    days, reasons, counts, every = storm()
    until = days.index(date(2015, 2, 22)) + 1
    raw = counts[:, until - 1] > counts[:, : until - 1].mean(axis=1) + 2 * counts[:, : until - 1].std(axis=1, ddof=1)
    assert every[until - 1] > 1.9 * every[until - 2]
    assert raw.sum() == len(reasons) == 9


def test_few_false_alarms_and_most_doublings_caught_in_their_first_week() -> None:
    got = bench.score(bench.ours(WEEKLY), phi=0.02, seed=2026, worlds=10)
    assert got.false <= 0.01
    assert got.caught[2.0, "small"] >= 0.65
    assert got.caught[3.0, "large"] >= 0.99


def test_dispersion_of_a_tenth_keeps_false_alarms_as_rare() -> None:
    assert bench.score(bench.ours(WEEKLY), phi=0.1, seed=7).false <= 0.01


def test_the_two_looks_of_every_day_open_as_few_false_alarms_as_one_look_a_week() -> None:
    """A part of the bench. At the q of a single look they would open twice as many."""
    told = list(by_day.looks(phi=0.02, seed=2026, worlds=2, sizes="small", weeks=8))
    got = by_day.score(told)
    assert [got.false, got.caught[2.0, "small"], got.caught[2.0, "large"]] == pytest.approx(
        [0.0065, 0.60, 0.94], abs=5e-3
    )
    assert got.caught[3.0, "large"] == 1
    assert by_day.score(told, day=2 * DAILY.q, week=WEEKLY.q).false > 2 * got.false


def test_an_alarm_opens_anew_only_after_more_than_two_weeks_of_calm() -> None:
    """Flagged on days 0, 1, 15 and 30: fourteen days after the second it is open still, fifteen after that not."""
    flags = np.zeros((1, 31), bool)
    flags[0, [0, 1, 15, 30]] = True
    assert np.flatnonzero(by_day.opened(flags)).tolist() == [0, 30]


def test_small_themes_are_caught_nearly_as_often_as_if_their_rates_were_known() -> None:
    ours, bound = (
        bench.score(judge, phi=0.02, seed=2026, worlds=10, sizes="small")
        for judge in (bench.ours(WEEKLY), bench.known(0.02))
    )
    assert [ours.false, bound.false] == pytest.approx([0.0055, 0.01], abs=1e-3)
    assert bound.caught[2.0, "small"] < 0.65
    assert ours.watched[2.0, "small"] == pytest.approx(bound.caught[2.0, "small"], abs=0.03)


def test_a_week_in_which_everything_doubles_is_nobodys_alarm() -> None:
    assert flagged(survey(steady([40, 80], [20, 40]), contacts(last=2000))) == []
    assert flagged(survey(steady([40, 80], [20, 20]), contacts())) == [0]


def test_the_tail_is_the_predictive_one() -> None:
    """By hand: 26 weeks of 10 in 1000 contacts, nothing varies more than chance."""
    (found,) = survey(steady([10, 20]), contacts())
    rate = (260 + 0.5) / 26_000
    of_rate = 1 / (26 * rate * 1000)
    predicted = stats.nbinom(1 / of_rate, 1 / (1 + of_rate * rate * 1000))
    assert found.expected == pytest.approx(rate * 1000)
    assert found.p == pytest.approx(predicted.sf(20) + predicted.pmf(20) / 2)
    assert found.ratio == pytest.approx(20 / (rate * 1000))


def test_a_look_says_from_which_count_on_it_would_have_alarmed() -> None:
    """One more message makes the alarm, one less does not; beside an alarm the next needs less."""
    usual = [2, 5, 10, 40, 150]
    for alarming in (False, True):
        rows = [[each, each] for each in usual] + [[30, 90 if alarming else 30]]
        found = survey(steady(*rows), contacts())
        for theme in range(len(usual)):
            for count, expected in ((found[theme].alarm_at, True), (found[theme].alarm_at - 1, False)):
                changed = steady(*rows)
                changed[theme, -1] = count
                assert (theme in flagged(survey(changed, contacts()))) is expected, (usual[theme], count)


def test_a_doubling_of_a_small_theme_is_mostly_missed_and_of_a_large_one_hardly_ever() -> None:
    found = survey(steady(*[[each, each] for each in (3, 150)] * 20), contacts())
    assert found[0].doubling < 0.5
    assert found[1].doubling > 0.99
    predicted = stats.nbinom(*_spread_of(found[1]))
    assert found[1].doubling == pytest.approx(predicted.sf(found[1].alarm_at - 1))


def _spread_of(finding: Finding) -> tuple[float, float]:
    """Of twice the mean, where nothing varies beyond chance: v is that of 26 weeks of the rate alone."""
    of_rate = 1 / (26 * finding.expected)
    return 1 / of_rate, 1 / (1 + of_rate * 2 * finding.expected)


def test_the_weeks_just_before_are_left_out() -> None:
    """Two weeks that rose already do not hide the third."""
    counts = np.array([[20] * 28 + [60, 60, 60]])
    (found,) = survey(counts, np.full(31, 1000))
    assert found.expected == pytest.approx(20, abs=0.1)
    assert found.status == Class.ALARM


def test_a_past_outage_weighs_less_than_the_weeks_around_it() -> None:
    calm, wild = [20] * 31, [20] * 31
    wild[10] = 200
    found = survey(np.array([calm] * 4 + [wild]), np.full(31, 1000))
    assert found[4].expected < 20 + 180 / 26 / 2


def test_three_messages_are_the_fewest_that_alarm() -> None:
    assert survey(steady([0, 2]), contacts())[0].status == Class.NOISE
    found = survey(steady([0, 5], [30, 30]), contacts())
    assert (found[0].status, found[0].is_new, found[0].ratio) == (Class.ALARM, True, None)


def test_a_rise_that_may_be_chance_among_many_is_only_watched() -> None:
    rows = [[10, 10]] * 60 + [[10, 20]]
    found = survey(steady(*rows), contacts())
    assert found[-1].p < WEEKLY.watch_p < found[-1].q
    assert found[-1].status == Class.WATCH
    assert survey(steady([10, 20]), contacts())[0].status == Class.ALARM


def test_with_little_history_nothing_is_said_and_with_some_it_is_wide() -> None:
    assert survey(steady([10, 90], weeks=3), contacts(weeks=3))[0].status == Class.TOO_LITTLE
    short, long = (survey(steady([10, 20], weeks=n), contacts(weeks=n))[0] for n in (6, 30))
    assert short.p > 1.5 * long.p


def test_a_theme_told_apart_lately_is_judged_by_what_came_since() -> None:
    """It takes four periods before the gap of two; the empty ones before its beginning are no calm past."""
    rows = steady([10, 10], [20, 20])
    rows[0, :24] = 0
    judged, early = (survey(rows, contacts(), known=np.array([known, 31]))[0] for known in (7, 6))
    assert judged.status is Class.NOISE
    assert judged.expected == pytest.approx(40.5 / 4)
    assert (early.status, early.observed) == (Class.TOO_LITTLE, 10)
    assert flagged(survey(rows, contacts())) == [0]
    rows[0, -1] = 60
    assert flagged(survey(rows, contacts(), known=np.array([7, 31]))) == [0]


def test_themes_with_too_little_history_are_none_of_those_that_chance_is_held_over() -> None:
    alone, beside = (
        survey(steady([10, 20]), contacts()),
        survey(steady([10, 20], *[[0, 9]] * 60), contacts(), known=np.array([31] + [2] * 60)),
    )
    assert beside[0] == alone[0]
    assert {finding.status for finding in beside[1:]} == {Class.TOO_LITTLE}


def test_no_contacts_is_no_verdict() -> None:
    assert survey(steady([10, 0]), contacts(last=0))[0].status == Class.TOO_LITTLE


def test_days_are_judged_like_weeks() -> None:
    rng = np.random.default_rng(3)
    volume = np.tile([300, 280, 260, 250, 270, 120, 100], 20)
    counts = rng.poisson(np.outer([0.02, 0.05, 0.1], volume))
    counts[1, -1] *= 4
    assert flagged(survey(counts, volume, rule=DAILY)) == [1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusting_keeps_order_and_never_lowers(p: list[float]) -> None:
    values = np.array(p)
    q = adjusted(values)
    assert (q >= values - 1e-12).all() and (q <= 1).all()
    assert (np.diff(q[np.argsort(values)]) >= -1e-12).all()


def test_adjusting_as_published() -> None:
    """Benjamini and Hochberg 1995, their example: 15 tests, four of them stand at .05."""
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.324,
            0.4262,
            0.5719,
            0.6528,
            0.759,
            1,
        ]
    )
    assert (adjusted(p) <= 0.05).sum() == 4
