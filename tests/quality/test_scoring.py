"""Scoring policies against the examples that the products publish."""

import pytest

from quality.scoring import (
    AutoFail,
    BadScoring,
    Critical,
    Direction,
    Group,
    NotApplicable,
    Options,
    Rating,
    Scale,
    Scored,
    quality_score,
    score,
    step_share,
)


def rating(share: float | None, *, weight: float = 1, name: str = "", group: str = "", critical: str = "no") -> Rating:
    return Rating(name or f"c{share}", weight, share, group, Critical(critical))


def scored(score: float, before: float, *failed: str) -> Scored:
    """What is expected, up to the last bits of a float."""
    return Scored(pytest.approx(score), pytest.approx(before), failed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scale", "published"),
    [
        (Scale.BINARY, [0, 100]),
        (Scale.THREE, [0, 50, 100]),
        (Scale.FOUR, [0, 33.3, 66.6, 100]),
        (Scale.FIVE, [0, 25, 50, 75, 100]),
    ],
)
def test_a_step_is_worth_what_zendesk_publishes(scale: Scale, published: list[float]) -> None:
    shares = [step_share(step, scale) for step in range(1, scale.steps + 1)]
    assert [int(share * 1000) / 10 for share in shares] == published


def test_the_published_quality_score_is_the_mean_of_its_reviews() -> None:
    assert quality_score([1.0, 0.0991, 0.6396, 0.9099, 0.0]) == pytest.approx(0.5297, abs=1e-4)


def test_a_review_without_a_score_does_not_enter_the_mean() -> None:
    assert quality_score([None, 0.8, None]) == 0.8
    assert quality_score([None]) is None


def test_klaus_weighs_what_was_rated() -> None:
    # (1 * 50 + 0.5 * 30 + 0.75 * 20) / 100
    found = score([rating(1.0, weight=50), rating(0.5, weight=30), rating(0.75, weight=20)])
    assert found == scored(0.8, 0.8)


def test_klaus_leaves_out_what_does_not_apply() -> None:
    assert score([rating(1.0), rating(None, weight=100), rating(0.0)]).score == 0.5


def test_a_critical_criterion_below_one_half_makes_the_review_nought_and_keeps_the_craft() -> None:
    found = score([rating(1.0, weight=3), rating(0.25, name="privacy", critical="review")])
    assert found == scored(0.0, 3.25 / 4, "privacy")
    assert found.critical_failed


def test_a_critical_criterion_at_one_half_passes() -> None:
    assert not score([rating(0.5, critical="review")]).critical_failed


def test_a_critical_criterion_that_does_not_apply_cannot_fail() -> None:
    assert score([rating(1.0), rating(None, critical="review")]) == Scored(1.0, 1.0)


def test_a_critical_group_fails_by_its_own_weighted_mean() -> None:
    rated = [rating(0.0, weight=2, group="law"), rating(1.0, weight=1, group="law"), rating(1.0, weight=9)]
    assert score(rated, groups={"law": Group(is_critical=True)}) == scored(0.0, 10 / 12, "law")
    kinder = [rating(0.0, weight=1, group="law"), rating(1.0, weight=1, group="law")]
    assert not score(kinder, groups={"law": Group(is_critical=True)}).critical_failed


@pytest.mark.parametrize("policy", ["klaus", "maestro", "scorebuddy", "evaluagent", "kaizo"])
def test_a_review_in_which_nothing_applies_has_no_score(policy: str) -> None:
    full = Options(not_applicable=NotApplicable.FULL)
    for options in (Options(), full):
        found = score([rating(None), rating(None, critical="review")], policy=policy, options=options)
        assert found == Scored(None, None)


def test_maestro_adds_bonus_points_without_possible_ones() -> None:
    rated = [rating(1.0, weight=10), rating(1.0, weight=2, group="extra")]
    assert score(rated, policy="maestro", groups={"extra": Group(is_bonus=True)}).score == pytest.approx(1.2)


def test_maestro_fails_the_whole_for_any_critical() -> None:
    found = score([rating(1.0, weight=9), rating(0.0, weight=1, name="x", critical="section")], policy="maestro")
    assert found == scored(0.0, 0.9, "x")


def test_scorebuddy_fails_a_section_or_all() -> None:
    section = [
        rating(1.0, weight=4, group="a"),
        rating(0.0, weight=1, name="x", group="a", critical="section"),
        rating(1.0, weight=5, group="b"),
    ]
    # Before: (4 + 5) / 10; section a then counts 0 of its 5.
    assert score(section, policy="scorebuddy") == scored(0.5, 0.9, "x")
    everything = [*section, rating(0.0, weight=0, name="y", critical="review")]
    assert score(everything, policy="scorebuddy") == scored(0.0, 0.9, "x", "y")


def test_evaluagent_inflates_when_what_does_not_apply_counts_as_full() -> None:
    rated = [rating(1.0), rating(1.0), rating(0.0), rating(None), rating(None)]
    removed = score(rated, policy="evaluagent").score
    full = score(rated, policy="evaluagent", options=Options(not_applicable=NotApplicable.FULL)).score
    assert removed == pytest.approx(0.667, abs=0.001)
    assert full == pytest.approx(0.8)


def test_evaluagent_may_keep_the_score_of_a_failed_review() -> None:
    rated = [rating(1.0, weight=4), rating(0.0, name="x", critical="review")]
    assert score(rated, policy="evaluagent") == scored(0.0, 0.8, "x")
    kept = score(rated, policy="evaluagent", options=Options(auto_fail=AutoFail.KEEP))
    assert kept == scored(0.8, 0.8, "x")


def test_kaizo_deducts_from_a_hundred_up_to_the_limit_of_a_group() -> None:
    rated = [rating(0.0, weight=30, group="tone"), rating(0.0, weight=20, group="tone"), rating(0.5, weight=10)]
    assert score(rated, policy="kaizo").score == pytest.approx(0.45)
    assert score(rated, policy="kaizo", groups={"tone": Group(limit=40)}).score == pytest.approx(0.55)


def test_kaizo_adds_up_to_a_hundred() -> None:
    rated = [rating(1.0, weight=80, group="a"), rating(0.5, weight=60, group="b")]
    adds = Options(direction=Direction.ADD)
    assert score(rated, policy="kaizo", options=adds).score == 1.0
    assert score(rated, policy="kaizo", options=adds, groups={"a": Group(limit=50)}).score == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("ratings", "policy", "words"),
    [
        ([], "stars", "there is no scoring policy 'stars' 1"),
        ([Rating("tone", -1, 0.5)], "klaus", "the weight of 'tone' is -1"),
        ([Rating("tone", 1, 1.5)], "klaus", "the rating of 'tone' is 1.5"),
    ],
)
def test_what_cannot_be_scored_is_named(ratings: list[Rating], policy: str, words: str) -> None:
    with pytest.raises(BadScoring, match=words):
        score(ratings, policy=policy)


def test_a_step_off_the_scale_is_refused() -> None:
    with pytest.raises(BadScoring, match="step 6 is not on a scale of 5"):
        step_share(6, Scale.FIVE)
