"""Estimated means: their pooled interval, their weights, and when they are withheld."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.definitions import Ratio, registry
from ops_dashboard.metrics.groups import Groups
from ops_dashboard.metrics.means import ratios
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.rendering.tables import by_cut
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.spreads import Spread, days_of_spread, spread_of
from tests.metrics.results import by_team
from tests.metrics.told import METRICS, SHIFTS, VISITS

SCORE, WEIGHTED = (m for m in METRICS if isinstance(m, Ratio) and m.slug in ("score", "weighted_score"))


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for source in (SHIFTS, VISITS):
        monkeypatch.setitem(registry._sources, source.slug, source)


def figures(scores: dict[int, list[int]], weights: dict[int, list[int]] | None = None) -> dict[int, Figure]:
    """The figure of each cut, from its scores (and weights in thousandths)."""
    weights = weights or {cut: [1] * len(xs) for cut, xs in scores.items()}
    pairs = [(np.array(xs, np.int64), np.array(weights[cut], np.int64)) for cut, xs in scores.items()]
    sums = {
        "visits": [len(x) for x, _ in pairs],
        "score": [x.sum() for x, _ in pairs],
        "score_squares": [(x * x).sum() for x, _ in pairs],
        "weight": [w.sum() for _, w in pairs],
        "weighted_score": [(w * x).sum() for x, w in pairs],
        "weighted_squares": [(w * x * x).sum() for x, w in pairs],
        "weight_squares": [(w * w).sum() for _, w in pairs],
    }
    groups = Groups([(None, (cut,)) for cut in scores], {slug: np.array(v, np.int64) for slug, v in sums.items()})
    metric = SCORE if all(weight == 1 for w in weights.values() for weight in w) else WEIGHTED
    return {key[1][0]: figure for key, figure in ratios(metric, {VISITS.slug: groups}, size=1.0).items()}


def test_the_interval_takes_its_spread_from_the_whole_answer() -> None:
    scores = {1: [4, 5, 6, 5, 5], 2: [1, 9, 1, 9, 5, 5]}
    found = figures(scores)
    # All eleven: mean 5, squares of distances 2 + 64 = 66, s = sqrt(66 / 10).
    half = 1.959963984540054 * sqrt(6.6) / sqrt(5)
    assert (found[1].value, found[1].n) == (5.0, 5)
    assert (found[1].low, found[1].high) == pytest.approx((5 - half, 5 + half))


def test_a_mean_under_its_minimum_is_few_and_says_its_n() -> None:
    found = figures({1: [4, 5, 6, 5], 2: [1, 9, 1, 9, 5, 5]})
    assert found[1] == Figure(None, 4, is_few=True, part=20.0, whole=4)
    assert found[2].value == 5.0


def test_weights_undo_a_sample_that_leans_to_one_side() -> None:
    # Two strata of equal size; the bad one was sampled four times as often, so it weighs a quarter.
    found = figures({1: [2, 2, 2, 2, 8]}, {1: [250, 250, 250, 250, 1000]})[1]
    assert found.value == 5.0
    # n_eff = 2000^2 / (4 * 250^2 + 1000^2) = 3.2; spread of the population 3, with Bessel's factor.
    sd = sqrt(9 * 3.2 / 2.2)
    assert found.high == pytest.approx(5 + 1.959963984540054 * sd / sqrt(3.2))
    assert found.n == 5


SCORES = st.lists(st.integers(0, 10_000), min_size=2, max_size=30)


@given(SCORES)
def test_alone_it_is_the_textbook_interval(xs: list[int]) -> None:
    found = ratios(SCORE, {VISITS.slug: _one_group(xs)}, size=1.0)[(None, ())]
    if len(xs) < 5:
        assert found.is_few
        return
    half = 1.959963984540054 * np.std(xs, ddof=1) / sqrt(len(xs))
    assert found.value == pytest.approx(np.mean(xs))
    assert (found.high or 0) - (found.value or 0) == pytest.approx(half, abs=1e-4)


@given(SCORES.filter(lambda xs: len(xs) >= 5), st.integers(1, 9))
def test_equal_weights_change_nothing(xs: list[int], weight: int) -> None:
    plain, weighted = figures({1: xs})[1], figures({1: xs}, {1: [1000 * weight] * len(xs)})[1]
    assert (weighted.value, weighted.low, weighted.high) == pytest.approx((plain.value, plain.low, plain.high))


def _one_group(xs: list[int]) -> Groups:
    x = np.array(xs, np.int64)
    sums = {"visits": len(x), "score": x.sum(), "score_squares": (x * x).sum()}
    return Groups([(None, ())], {slug: np.array([amount], np.int64) for slug, amount in sums.items()})


def test_the_pooled_interval_keeps_its_promise_at_five_where_a_group_s_own_does_not() -> None:
    """95 % of the intervals of 4,000 groups of five hold the true mean of a skewed score."""
    random = np.random.default_rng(7)
    xs = np.where(random.random((4000, 5)) < 0.06, 0, random.integers(50, 101, (4000, 5)))
    found = figures({i: row.tolist() for i, row in enumerate(xs)})
    true = 0.94 * 75
    held = sum((f.low or 0) <= true <= (f.high or 0) for f in found.values()) / len(found)
    own = np.std(xs, axis=1, ddof=1) * 1.96 / sqrt(5)
    held_by_own = np.mean(np.abs(xs.mean(axis=1) - true) <= own)
    assert held == pytest.approx(0.95, abs=0.02)
    assert held_by_own < 0.90


POOLED = replace(SCORE, spread_by="kind", spread_within="mood")


def pooled(scores: Mapping[Any, list[int]]) -> Spread:
    """From scores by what they are pooled by and what they are pooled within."""
    return spread_of(POOLED, _groups(scores), column="kind")


def _groups(scores: Mapping[Any, list[int]]) -> Groups:
    columns = [np.array(xs, np.int64) for xs in scores.values()]
    sums = {
        "visits": np.array([len(x) for x in columns]),
        "score": np.array([x.sum() for x in columns]),
        "score_squares": np.array([(x * x).sum() for x in columns]),
    }
    return Groups([(None, codes) for codes in scores], sums)


def test_spread_is_pooled_within_groups_and_what_they_differ_by_is_not_in_it() -> None:
    # Kind 1: forty groups of 1, 3 (squares 2) and one of 10, 10, 13 (squares 6): 86 over 42 degrees of freedom.
    scores = {(1, mood): [1, 3] for mood in range(40)} | {(1, 40): [10, 10, 13]}
    # Kind 2: twenty groups of 0, 4 (squares 8) have too little freedom of their own: (86 + 160) over (42 + 20).
    scores |= {(2, mood): [0, 4] for mood in range(20)}
    found = pooled(scores)
    assert found.known == {1: pytest.approx(86 / 42)}
    assert found.otherwise == pytest.approx(246 / 62)


def test_a_mean_over_kinds_has_the_variance_of_each() -> None:
    spread = Spread("kind", "visits", {1: 4.0}, 9.0)
    told = spread.told_apart(_groups({(7, 1): [3, 3, 4, 6, 4], (7, 2): [1, 1, 2], (8, 2): [5, 5, 5, 5, 5]}))
    assert told.keys == [(None, (7,)), (None, (8,))]
    found = ratios(POOLED, {VISITS.slug: told}, size=1.0)
    # Of eight: (20 + 4) / 8, +- 1.96 sqrt(5 x 4 + 3 x 9) / 8. Of five: +- 1.96 x 3 / sqrt(5).
    seven, eight = (found[None, (code,)] for code in (7, 8))
    assert (seven.value, eight.value) == (3.0, 5.0)
    assert seven.high == pytest.approx(3 + 1.959963984540054 * sqrt(47) / 8)
    assert eight.low == pytest.approx(5 - 1.959963984540054 * 3 / sqrt(5))


def test_what_no_spread_is_known_of_has_no_interval() -> None:
    scores = {(1, mood): [1, 3] for mood in range(39)}
    spread = pooled(scores)
    assert spread.known == {} and np.isnan(spread.otherwise)
    told = spread.told_apart(_groups({(7, 1): [3, 3, 4, 6, 4]}))
    figure = ratios(POOLED, {VISITS.slug: told}, size=1.0)[None, (7,)]
    assert (figure.value, figure.low, figure.high) == (4.0, None, None)


def test_spread_is_taken_from_thirteen_weeks_or_a_longer_period() -> None:
    week, year = Period(date(2026, 3, 30), date(2026, 4, 5)), Period(date(2025, 4, 6), date(2026, 4, 5))
    assert days_of_spread(week) == Period(date(2026, 1, 5), date(2026, 4, 5))
    assert days_of_spread(year) == year


def test_words_say_that_a_figure_is_few_and_why() -> None:
    few = Figure(None, 3, is_few=True)
    shown = by_team(SCORE, {"A": few}, total=few)
    assert sentence(shown) == "Too few to tell: n 3 in these 2 weeks, fewer than 5."
    cell = by_cut(shown).rows[0][1]
    assert (cell.text, cell.quiet) == ("\N{EM DASH}", "fewer than 5")
