"""Effects: few false successes after a spike, most real ones found, and the words for the rest."""

from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from insights.effects import AFTER_WEEKS, BASE_WEEKS, LEFT_OUT, Verdict, effect, windows
from tests.bench import effects as bench


def flat(count: int, weeks: int) -> NDArray[np.int64]:
    return np.full(weeks, count)


def measured(base: int, after: int, *, weeks: int = AFTER_WEEKS, lower_is_better: bool = True) -> Verdict:
    contacts = 1000
    return effect(
        flat(base, BASE_WEEKS),
        flat(contacts, BASE_WEEKS),
        flat(after, weeks),
        flat(contacts, weeks),
        lower_is_better=lower_is_better,
    ).verdict


@pytest.mark.parametrize("mean", [60, 15])
def test_a_change_without_effect_is_seldom_called_a_success(mean: int) -> None:
    called, _ = bench.successes(mean=mean, ratio=1.0, runs=250, seed=11)
    assert called["ours"] <= 0.06
    assert called["Poisson, 4 weeks"] > 0.12


@pytest.mark.parametrize("mean", [60, 15])
def test_halving_is_found(mean: int) -> None:
    called, median = bench.successes(mean=mean, ratio=0.5, runs=150, seed=11)
    assert called["ours"] >= 0.9
    assert median == pytest.approx(0.5, abs=0.06)


def test_the_ratio_is_of_rates_and_its_interval_that_of_chance_when_nothing_else_moves() -> None:
    """By hand: 520 of 26,000 against 80 of 16,000; every week alike, so only chance varies."""
    got = effect(flat(20, 26), flat(1000, 26), flat(10, 8), flat(2000, 8))
    assert got.ratio == pytest.approx(0.25)
    half = 2.0369 * np.sqrt(1 / 520 + 1 / 80)  # t with 32 degrees of freedom
    assert (got.low, got.high) == pytest.approx((0.25 * np.exp(-half), 0.25 * np.exp(half)), rel=1e-4)
    assert (got.base_count, got.base_contacts, got.after_count, got.after_contacts) == (520, 26000, 80, 16000)


def test_weeks_that_move_together_widen_the_interval() -> None:
    together = np.array([30] * 13 + [10] * 13)
    apart = np.array([30, 10] * 13)
    wide, narrow = (effect(base, flat(1000, 26), flat(20, 8), flat(1000, 8)) for base in (together, apart))
    assert wide.ratio == narrow.ratio == pytest.approx(1.0)
    assert wide.high is not None and narrow.high is not None
    assert wide.high > 1.15 * narrow.high


def test_every_verdict_has_its_case() -> None:
    assert measured(100, 50) == Verdict.BETTER
    assert measured(100, 200) == Verdict.WORSE
    assert measured(100, 101) == Verdict.CANNOT_TELL
    assert measured(100, 50, weeks=7) == Verdict.TOO_EARLY
    assert measured(100, 200, lower_is_better=False) == Verdict.BETTER


def test_a_theme_that_vanished_is_better_and_bounded() -> None:
    got = effect(flat(20, 26), flat(1000, 26), flat(0, 8), flat(1000, 8))
    assert (got.verdict, got.ratio, got.low) == (Verdict.BETTER, 0.0, 0.0)
    assert got.high is not None and 0 < got.high < 0.2


def test_without_a_base_nothing_can_be_told() -> None:
    got = effect(flat(0, 26), flat(1000, 26), flat(5, 8), flat(1000, 8))
    assert (got.verdict, got.ratio) == (Verdict.CANNOT_TELL, None)
    assert effect(flat(5, 3), flat(9, 3), flat(5, 8), flat(9, 8)).verdict == Verdict.CANNOT_TELL
    assert effect(flat(5, 26), flat(9, 26), flat(5, 0), flat(9, 0)).verdict == Verdict.TOO_EARLY


def test_the_weeks_before_shipping_are_in_neither_window() -> None:
    shipped = date(2026, 9, 7)
    cut = windows(shipped)
    assert (cut.after_start, cut.after_end) == (shipped, date(2026, 11, 1))
    assert cut.base_end == shipped - timedelta(weeks=LEFT_OUT, days=1)
    assert (cut.base_end - cut.base_start).days + 1 == BASE_WEEKS * 7
