"""Reviewers compared on the tickets that two of them scored."""

import numpy as np
import pytest

from quality.severity import Severity, severities


def test_a_pair_splits_its_difference() -> None:
    strict, lenient = severities(["a", "a", "a"], ["b", "b", "b"], [-0.1, -0.2, -0.3])
    assert (strict.reviewer, lenient.reviewer) == ("a", "b")
    assert strict.shift == pytest.approx(-0.1)
    assert lenient.shift == pytest.approx(0.1)
    assert strict.pairs == lenient.pairs == 3


def test_a_third_reviewer_is_compared_through_the_others() -> None:
    """a scores 2 below b, b 2 below c; a and c never met."""
    found = {s.reviewer: s.shift for s in severities(["a", "b", "a", "b"], ["b", "c", "b", "c"], [-2, -2, -2, -2])}
    assert found == {"a": pytest.approx(-2), "b": pytest.approx(0, abs=1e-9), "c": pytest.approx(2)}


def test_the_order_within_a_pair_does_not_matter() -> None:
    forward = severities(["a", "b", "a"], ["b", "c", "c"], [-1.0, -2.0, -2.5])
    backward = severities(["b", "c", "c"], ["a", "b", "a"], [1.0, 2.0, 2.5])
    assert [s.shift for s in forward] == pytest.approx([s.shift for s in backward])


def test_reviewers_whom_no_pair_connects_are_not_compared() -> None:
    found = severities(["a", "c"], ["b", "d"], [-1.0, -9.0])
    assert {s.reviewer: s.connected for s in found} == {"a": 0, "b": 0, "c": 1, "d": 1}
    assert all(s.low is None for s in found)


def test_hard_tickets_do_not_make_a_reviewer_strict() -> None:
    """c gets only tickets that everyone would score low; severity is recovered all the same."""
    rng = np.random.default_rng(2)
    truth = {"a": -0.08, "b": 0.03, "c": 0.05}
    names = list(truth)
    first, second, difference = [], [], []
    for _ in range(600):
        one, two = rng.choice(3, 2, replace=False)
        ticket = 0.3 if "c" in (names[one], names[two]) else 0.9
        scores = [ticket + truth[names[who]] + rng.normal(0, 0.1) for who in (one, two)]
        first.append(names[one])
        second.append(names[two])
        difference.append(scores[0] - scores[1])
    for one in severities(first, second, difference):
        assert one.low is not None and one.high is not None
        assert one.shift == pytest.approx(truth[str(one.reviewer)], abs=0.02)
        assert one.is_told_apart


@pytest.mark.parametrize(("compared", "needed"), [(1, 1.960), (5, 2.576), (20, 3.023)])
def test_the_more_are_compared_the_further_off_one_must_stand(compared: int, needed: float) -> None:
    """The 97.5 %, 99.5 % and 99.875 % points of the normal distribution, with a standard error of 1."""
    found = [
        Severity("a", 20, shift, shift - 1.96, shift + 1.96, connected=0, compared=compared).is_told_apart
        for shift in (needed - 0.005, needed + 0.005, -needed - 0.005)
    ]
    assert found == [False, True, True]


def test_nobody_has_no_severity() -> None:
    assert severities([], [], []) == []
