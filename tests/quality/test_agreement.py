"""Agreement statistics against published values, and against a naive version of themselves."""

from itertools import permutations

import numpy as np
import pytest

from quality.agreement import BadRatings, Level, Ratings, alpha, percent_agreement
from tests.peers.ratings import matrix

Matrix = list[list[float | None]]

# Krippendorff (2011), section C: four observers, missing data. Published for all four levels.
KRIPPENDORFF_C: Matrix = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


@pytest.mark.parametrize(
    ("level", "published"),
    [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849), (Level.RATIO, 0.797)],
)
def test_missing_values_are_handled_at_every_level(level: Level, published: float) -> None:
    assert alpha(matrix(KRIPPENDORFF_C), level, replicates=0).value == pytest.approx(published, abs=5e-4)


def naive_alpha(raters: Matrix, level: Level) -> float | None:
    """From the definition: mean distance of pairs within units over that of all pairs of values."""
    units = [[v for v in column if v is not None] for column in zip(*raters, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    frequency = {v: values.count(v) for v in values}

    def distance(a: float, b: float) -> float:
        if level is Level.NOMINAL:
            return float(a != b)
        if level is Level.INTERVAL:
            return (a - b) ** 2
        if level is Level.RATIO:
            return ((a - b) / (a + b)) ** 2 if a + b else 0.0
        between = sum(n for v, n in frequency.items() if min(a, b) <= v <= max(a, b))
        return 0.0 if a == b else (between - (frequency[a] + frequency[b]) / 2) ** 2

    observed = sum(sum(distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(distance(a, b) for a, b in permutations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected if expected else None


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("seed", range(6))
def test_alpha_is_what_its_definition_says(level: Level, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 7, 30)
    raters: Matrix = [
        [None if rng.random() < 0.3 else float(abs(t + rng.integers(-2, 3))) for t in truth] for _ in range(4)
    ]
    assert alpha(matrix(raters), level, replicates=0).value == pytest.approx(naive_alpha(raters, level))


@pytest.mark.parametrize("level", Level)
def test_a_replicate_is_the_alpha_of_its_resampled_units(level: Level) -> None:
    """The interval of two replicates lies at the two alphas of the same draw, worked out the slow way."""
    rng = np.random.default_rng(3)
    raters: Matrix = [[float(v) for v in rng.integers(1, 5, 12)] for _ in range(3)]
    found = alpha(matrix(raters), level, replicates=2, seed=9)
    draws = np.random.default_rng(9).multinomial(12, np.full(12, 1 / 12), size=2)
    slow = [naive_alpha([np.repeat(np.array(row), draw).tolist() for row in raters], level) for draw in draws]
    assert found.low is not None and found.high is not None
    assert None not in slow
    low, high = sorted(value for value in slow if value is not None)
    assert found.low == pytest.approx(low + 0.025 * (high - low))
    assert found.high == pytest.approx(low + 0.975 * (high - low))


def test_the_interval_is_the_same_every_time_and_encloses_alpha() -> None:
    first, second = (alpha(matrix(KRIPPENDORFF_C), Level.ORDINAL) for _ in range(2))
    assert first == second
    assert first.low is not None and first.high is not None and first.value is not None
    assert first.low < first.value < first.high


def test_the_interval_narrows_with_more_units() -> None:
    def width(units: int) -> float:
        rng = np.random.default_rng(1)
        truth = rng.random(units) < 0.88
        flip = rng.random((2, units)) < 0.045
        found = alpha(matrix((truth ^ flip).astype(float).tolist()), Level.NOMINAL)
        assert found.low is not None and found.high is not None
        return found.high - found.low

    assert width(20) > width(80) > width(300)


def test_no_variation_is_undefined_and_never_perfect() -> None:
    found = alpha(matrix([[1, 1, 1], [1, 1, 1]]), Level.NOMINAL)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert not found.is_reliable


def test_units_rated_once_say_nothing_about_agreement() -> None:
    found = alpha(matrix([[1, 2, None], [None, None, 3]]), Level.NOMINAL)
    assert (found.value, found.units) == (None, 0)
    assert percent_agreement(matrix([[1, 2, None], [None, None, 3]])) is None


def test_fewer_than_fifty_double_scored_units_are_not_reliable() -> None:
    rng = np.random.default_rng(4)
    enough: Matrix = [[float(v) for v in rng.integers(1, 4, 50)] for _ in range(2)]
    assert alpha(matrix(enough), Level.NOMINAL).is_reliable
    assert not alpha(matrix([row[:49] for row in enough]), Level.NOMINAL).is_reliable


def test_no_ratios_are_taken_below_nought() -> None:
    with pytest.raises(BadRatings, match="-1 is below 0"):
        alpha(matrix([[-1, 2], [1, 2]]), Level.RATIO)


def test_names_and_the_order_of_rows_do_not_matter() -> None:
    rows = [("a", "x", 1.0), ("a", "y", 2.0), ("b", "x", 2.0), ("b", "y", 2.0), ("c", "x", 1.0), ("c", "y", 1.0)]
    values = {
        alpha(Ratings.of(*zip(*order, strict=True)), Level.ORDINAL).value for order in (rows, rows[::-1], sorted(rows))
    }
    assert len(values) == 1
