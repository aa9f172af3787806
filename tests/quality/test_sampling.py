"""Samples: known probabilities, the same draw every time, weights that bring the whole back."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.sampling import BadSample, allocate, ranks, sample_size, simple, sizes_of, stratified

PINNED = [12414629253703964090, 10444448762969071375, 379920642808575678]
UNITS = np.arange(1000, 2000, dtype=np.int64) * 7_919


def test_a_simple_sample_gives_every_unit_the_same_probability() -> None:
    drawn = simple(UNITS, 50, "week 1")
    assert len(drawn) == 50
    assert len(set(drawn.unit.tolist())) == 50
    assert set(drawn.probability.tolist()) == {0.05}
    assert set(drawn.weight.tolist()) == {20.0}


def test_the_draw_does_not_depend_on_the_order_of_the_list() -> None:
    shuffled = np.random.default_rng(0).permutation(UNITS)
    assert simple(shuffled, 50, "week 1").unit.tolist() == simple(UNITS, 50, "week 1").unit.tolist()


def test_another_seed_draws_another_sample() -> None:
    assert set(simple(UNITS, 50, "week 1").unit) != set(simple(UNITS, 50, "week 2").unit)


def test_a_larger_sample_holds_the_smaller() -> None:
    sizes = (10, 20, 500, 1000)
    drawn = [set(simple(UNITS, size, "week 1").unit.tolist()) for size in sizes]
    assert all(small < large for small, large in pairwise(drawn))


def test_the_draw_is_pinned_across_machines() -> None:
    assert ranks(np.array([1, 2, -3]), "seed").tolist() == PINNED


def test_who_else_is_listed_does_not_change_who_of_a_stratum_comes_first() -> None:
    strata = (np.arange(len(UNITS)) % 4).astype(np.int64)
    whole = stratified(UNITS, strata, {2: 5}, "s")
    alone = stratified(UNITS[strata == 2], strata[strata == 2], {2: 5}, "s")
    assert whole.unit.tolist() == alone.unit.tolist()


def test_a_stratum_gives_its_size_with_its_probability() -> None:
    strata = np.repeat([0, 1, 2], [900, 90, 10])
    drawn = stratified(UNITS, strata, {0: 9, 1: 9, 2: 20}, "s")
    assert sizes_of(drawn.stratum) == {0: 9, 1: 9, 2: 10}
    of = {stratum: set(drawn.probability[drawn.stratum == stratum].tolist()) for stratum in (0, 1, 2)}
    assert of == {0: {0.01}, 1: {0.1}, 2: {1.0}}
    assert drawn.weight.sum() == pytest.approx(1000)


def test_a_stratum_without_a_size_gives_none() -> None:
    assert len(stratified(UNITS, np.zeros(1000, dtype=np.int64), {}, "s")) == 0
    assert len(simple(np.zeros(0, dtype=np.int64), 5, "s")) == 0


def test_every_unit_is_drawn_as_often_as_its_probability_says() -> None:
    """Over 2,000 seeds each of 40 units comes up 10 / 40 of the time; sd of a count is 19.4."""
    units = np.arange(40, dtype=np.int64)
    counts = np.zeros(40)
    for seed in range(2000):
        counts[simple(units, 10, f"seed {seed}").unit] += 1
    assert np.abs(counts - 500).max() < 4.5 * 19.4
    assert ((counts - 500) ** 2 / (500 * 0.75)).sum() < 80  # chi-square with 39 degrees; 99.99 % lie below 84


@pytest.mark.parametrize(
    ("units", "sizes", "words"),
    [([1, 1], {0: 1}, "names a unit twice"), ([1, 2], {0: -1}, "a sample of -1 units")],
)
def test_what_cannot_be_drawn_is_refused(units: list[int], sizes: dict[int, int], words: str) -> None:
    with pytest.raises(BadSample, match=words):
        stratified(np.array(units), np.zeros(2, dtype=np.int64), sizes, "s")


def test_allocation_is_in_proportion_and_adds_up() -> None:
    assert allocate({1: 600, 2: 300, 3: 100}, 10) == {1: 6, 2: 3, 3: 1}
    assert sum(allocate({1: 333, 2: 333, 3: 334}, 100).values()) == 100


def test_allocation_gives_each_stratum_its_least_and_none_more_than_it_holds() -> None:
    assert allocate({1: 1000, 2: 3, 3: 50}, 20, least=5) == {1: 12, 2: 3, 3: 5}  # 13 given, 7 left: 6.7 and 0.3
    assert allocate({1: 2, 2: 3}, 50) == {1: 2, 2: 3}
    assert allocate({}, 5) == {}


def test_allocation_leaves_no_stratum_out_and_the_large_ones_in_proportion() -> None:
    # 10 of 1,000: 9.9, 0.06 and 0.04 of a ticket. The small ones get one each, and 8 are left.
    assert allocate({1: 990, 2: 6, 3: 4}, 10) == {1: 8, 2: 1, 3: 1}
    assert allocate({1: 990, 2: 6, 3: 4}, 10, least=0) == {1: 8, 2: 1, 3: 1}
    assert allocate({1: 500, 2: 500, 3: 500}, 2) == {1: 1, 2: 1, 3: 1}  # more than was asked, and nobody left out


@given(st.dictionaries(st.integers(0, 40), st.integers(1, 500), min_size=1), st.integers(1, 600), st.integers(0, 9))
def test_allocation_keeps_its_promises(held: dict[int, int], total: int, least: int) -> None:
    sizes = allocate(held, total, least=least)
    floors = {stratum: min(max(1, least), count) for stratum, count in held.items()}
    assert all(floors[stratum] <= sizes[stratum] <= held[stratum] for stratum in held)
    assert sum(sizes.values()) == min(sum(held.values()), max(total, sum(floors.values())))


def test_a_question_without_an_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no sample size"):
        sample_size(0.5, 0)
    assert sample_size(0.5, 0.05, 0) == 0
