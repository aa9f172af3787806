"""From scores to probabilities: what a temperature, a slope and a shift do, and how they are learned."""

from math import log

import numpy as np
import pytest

from insights.confidence import Confidence

SCORES = np.log([[0.5, 0.3, 0.2]])


def groups(*told: tuple[list[float], int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Texts in groups: (scores, of the first label, of each other label)."""
    scores, truth = [], []
    for row, first, each in told:
        labels = [0] * first + [label for label in range(1, len(row)) for _ in range(each)]
        truth += labels
        scores += [row] * len(labels)
    return np.array(scores), np.array(truth)


def test_as_it_is_it_is_a_softmax() -> None:
    assert Confidence().chances(SCORES)[0] == pytest.approx([0.5, 0.3, 0.2])


def test_the_first_is_shifted_and_the_others_share_the_rest_as_before() -> None:
    """Odds of 1 : 1, doubled: 2/3. The third that is left in the proportion 3 : 2."""
    assert Confidence(shift=log(2)).chances(SCORES)[0] == pytest.approx([2 / 3, 0.2, 2 / 15])


def test_the_slope_is_one_of_log_odds() -> None:
    """.8 is 4 : 1, the square root of which is 2 : 1."""
    found = Confidence(slope=0.5).chances(np.log([[0.8, 0.15, 0.05]]))
    assert found[0] == pytest.approx([2 / 3, 0.25, 1 / 12])


def test_the_first_stays_the_first() -> None:
    """It would be told .00005 otherwise; .3 / (.3 + .5) is where the second draws level."""
    found = Confidence(shift=-10).chances(SCORES)[0]
    assert found == pytest.approx([0.375, 0.375, 0.25])
    assert found[0] > found[1]


def test_scores_beyond_all_measure_make_probabilities() -> None:
    found = Confidence(0.2, 3.0, 1.0).chances(np.array([[1e6, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[0, 0] == pytest.approx(1)


def test_where_a_temperature_is_enough_the_first_label_is_left_alone() -> None:
    """Three of four right at scores 2 apart: 1 / (1 + exp(-2 / T)) = 3/4 for T = 2 / log 3."""
    learned = Confidence.of(*groups(([2.0, 0.0], 300, 100)))
    assert [learned.temperature, learned.slope, learned.shift] == pytest.approx([2 / log(3), 1, 0], abs=1e-3)


def test_no_temperature_tells_19_of_20_and_2_of_5_at_once() -> None:
    scores, truth = groups(([9.0, 0.0, 0.0, 0.0], 9_500, 167), ([0.3, 0.0, 0.0, 0.0], 4_000, 2_000))
    told = Confidence.of(scores, truth).chances(scores).max(axis=1)
    assert [told[0], told[-1]] == pytest.approx([0.95, 0.4], abs=0.002)


def test_a_few_texts_that_are_all_right_do_not_make_it_certain() -> None:
    """At the lowest temperature the log odds are 5 - log 2 = 4.307. Four texts pull the shift to 4 (1 - p) and the
    slope to 1 + 4.307 x 4 (1 - p), where p is what they are then told: .9925."""
    learned = Confidence.of(*groups(([1.0, 0.0, 0.0], 4, 0)))
    assert [learned.slope, learned.shift] == pytest.approx([1.1286, 0.0299], abs=1e-3)
