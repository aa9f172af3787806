"""Better, worse or within noise."""

from dataclasses import replace

import pytest

from ops_dashboard.metrics.definitions import Better
from ops_dashboard.metrics.rendering.changes import Verdict, change
from ops_dashboard.metrics.result import Figure
from tests.metrics.results import BACKLOG, CREATED, ON_TIME, REPLIES, REPLY_TIME, share


def test_a_fall_of_a_share_is_told_in_points_and_is_worse() -> None:
    moved = change(ON_TIME, share(0.901, half=0.003), share(0.915, half=0.003))
    assert moved is not None
    assert (moved.verdict, moved.text, moved.signed, moved.mark) == (Verdict.WORSE, "1.4 pts", "−1.4", "down")
    assert moved.words == "down 1.4 pts, worse"


def test_a_fall_of_a_time_is_better_and_points_down() -> None:
    moved = change(REPLY_TIME, Figure(1800, 50, 1700, 1900), Figure(2520, 50, 2400, 2600))
    assert moved is not None
    assert (moved.verdict, moved.text, moved.mark) == (Verdict.BETTER, "12 min", "down")


def test_overlapping_intervals_that_still_differ_are_no_noise() -> None:
    """MOVER: a distance of 0.03 against hypot(0.02, 0.02) = 0.0283, though the intervals overlap."""
    moved = change(ON_TIME, share(0.93), share(0.90))
    assert moved is not None and moved.verdict is Verdict.BETTER


def test_a_difference_inside_the_interval_is_noise_with_a_square() -> None:
    moved = change(ON_TIME, share(0.925), share(0.90))
    assert moved is not None
    assert (moved.verdict, moved.mark, moved.words) == (Verdict.NOISE, "square", "up 2.5 pts, within noise")


@pytest.mark.parametrize(("now", "verdict"), [(127, Verdict.NOISE), (130, Verdict.MOVED)])
def test_totals_are_judged_as_poisson_counts(now: int, verdict: Verdict) -> None:
    """1.96 * sqrt(100 + 127) = 29.5 and 1.96 * sqrt(100 + 130) = 29.7."""
    moved = change(CREATED, Figure(now, now), Figure(100, 100))
    assert moved is not None and moved.verdict is verdict


@pytest.mark.parametrize(
    ("now", "signed"), [(150_000, "+50 %"), (103_480, "+3.5 %"), (99_544, "−0.5 %"), (100_034, "under 0.1 %")]
)
def test_a_total_changes_in_per_cent(now: int, signed: str) -> None:
    moved = change(CREATED, Figure(now, now), Figure(100_000, 100_000))
    assert moved is not None and moved.signed == signed


def test_a_stock_is_exact_and_has_no_noise() -> None:
    moved = change(BACKLOG, Figure(101, 101), Figure(100, 100))
    assert moved is not None and moved.verdict is Verdict.WORSE


def test_a_mean_of_few_is_noise_and_of_many_is_not() -> None:
    """2.0 against 1.8: 1.96 * sqrt(3.8 / n) is 0.38 for 100 each and 0.038 for 10,000 each."""
    few = change(REPLIES, Figure(2.0, 100), Figure(1.8, 100))
    many = change(REPLIES, Figure(2.0, 10_000), Figure(1.8, 10_000))
    assert few is not None and many is not None
    assert (few.verdict, many.verdict) == (Verdict.NOISE, Verdict.WORSE)


@pytest.mark.parametrize(
    ("now", "before"), [(Figure(None, 0), share(0.9)), (share(0.9), Figure(None, 0)), (share(0.9), None)]
)
def test_nothing_to_compare_is_no_change(now: Figure, before: Figure | None) -> None:
    assert change(ON_TIME, now, before) is None


def test_a_rise_from_nothing_is_told_as_an_amount() -> None:
    moved = change(replace(CREATED, better=Better.LOWER), Figure(12, 12), Figure(0, 0))
    assert moved is not None
    assert (moved.text, moved.verdict) == ("12", Verdict.WORSE)


@pytest.mark.parametrize(
    ("now", "text", "signed", "words"),
    [
        (0.9, "no change", "±0", "no change"),
        (0.9004, "under 0.1 pts", "under 0.1", "up by under 0.1 pts, within noise"),
    ],
)
def test_what_is_too_small_to_show_is_neither_better_nor_worse(now: float, text: str, signed: str, words: str) -> None:
    moved = change(ON_TIME, Figure(now, 100), Figure(0.9, 100))
    assert moved is not None
    assert (moved.verdict, moved.text, moved.signed, moved.words) == (Verdict.NOISE, text, signed, words)
