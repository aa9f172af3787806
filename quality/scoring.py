"""From the ratings of one review to its score: named, versioned policies, each as its product publishes it.

A rating is a share between 0 (the worst of its scale) and 1 (the best), or None where the criterion
does not apply. Every policy tells the score before and after its critical rule, and a review in
which nothing applies has no score at all: never 100.

- `klaus` 1 (default): weighted mean of what was rated; a critical criterion, or a critical group,
  below one half makes the review 0 (support.zendesk.com 7043701093786, 7043759293722).
- `maestro` 1: points over possible points; bonus groups add points without adding possible ones, so
  that a score may exceed 1; any auto-fail makes it 0 (help.maestroqa.com 4537176).
- `scorebuddy` 1 (also Playvox): a failed section scores 0, a failed review is 0 as a whole
  (intercom.help/scorebuddy 9610819, help.playvox.com 2830104).
- `evaluagent` 1: the weighted mean with two switches: what does not apply is removed or counts as
  full; a critical failure makes the score 0 or leaves it and only fails the review
  (support.evaluagent.com 13284840).
- `kaizo` 1: starts at 100 and deducts, or at 0 and adds; a limit caps what one group can move
  (support.kaizo.com 6192247295121).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

HALF = 0.5
FULL_POINTS = 100.0  # where Kaizo's deduction starts and its accumulation ends


class Scale(StrEnum):
    """How many steps a criterion is rated in."""

    BINARY = "binary"
    THREE = "three"
    FOUR = "four"
    FIVE = "five"

    @property
    def steps(self) -> int:
        return {Scale.BINARY: 2, Scale.THREE: 3, Scale.FOUR: 4, Scale.FIVE: 5}[self]


class Critical(StrEnum):
    """What a failed criterion takes along."""

    NO = "no"
    SECTION = "section"  # its group; `scorebuddy` only, elsewhere as REVIEW
    REVIEW = "review"


class NotApplicable(StrEnum):
    REMOVED = "removed"
    FULL = "full"


class AutoFail(StrEnum):
    ZERO = "zero"
    KEEP = "keep"  # the score stays; only `critical_failed` tells


class Direction(StrEnum):
    DEDUCT = "deduct"
    ADD = "add"


class BadScoring(ValueError):
    """Ratings or options that the policy cannot score; the message names them."""


@dataclass(frozen=True)
class Group:
    """A section of a scorecard. `limit` caps, in points, what it can move under `kaizo`."""

    is_critical: bool = False
    is_bonus: bool = False
    limit: float | None = None


@dataclass(frozen=True)
class Rating:
    """One criterion as rated. `weight` is its weight, or its points where the policy counts points."""

    criterion: str
    weight: float
    share: float | None
    group: str = ""
    critical: Critical = Critical.NO

    @property
    def has_failed(self) -> bool:
        """A rated criterion below one half has failed."""
        return self.share is not None and self.share < HALF


@dataclass(frozen=True)
class Options:
    """The switches of those policies that have some."""

    not_applicable: NotApplicable = NotApplicable.REMOVED
    auto_fail: AutoFail = AutoFail.ZERO
    direction: Direction = Direction.DEDUCT


@dataclass(frozen=True)
class Scored:
    """A score of None means that nothing applied. `failed` names the critical criteria and groups."""

    score: float | None
    score_before_critical: float | None
    failed: tuple[str, ...] = ()

    @property
    def critical_failed(self) -> bool:
        return bool(self.failed)


Ratings = tuple[Rating, ...]
Groups = Mapping[str, Group]
PolicyRule = Callable[[Ratings, Groups, Options], Scored]
_PLAIN = Group()


def step_share(step: int, scale: Scale) -> float:
    """The share that a step of a scale stands for; steps count from 1, the worst."""
    if not 1 <= step <= scale.steps:
        raise BadScoring(f"step {step} is not on a scale of {scale.steps}")
    return (step - 1) / (scale.steps - 1)


def score(
    ratings: Iterable[Rating],
    *,
    policy: str = "klaus",
    version: int = 1,
    groups: Groups | None = None,
    options: Options | None = None,
) -> Scored:
    """Score one review. BadScoring for an unknown policy, a negative weight, a share out of bounds."""
    rule = POLICIES.get((policy, version))
    if rule is None:
        known = ", ".join(f"{name} {number}" for name, number in POLICIES)
        raise BadScoring(f"there is no scoring policy '{policy}' {version}; there are {known}")
    rated = tuple(ratings)
    for rating in rated:
        if rating.weight < 0:
            raise BadScoring(f"the weight of '{rating.criterion}' is {rating.weight}; it cannot be negative")
        if rating.share is not None and not 0 <= rating.share <= 1:
            raise BadScoring(f"the rating of '{rating.criterion}' is {rating.share}; it lies between 0 and 1")
    return rule(rated, groups or {}, options or Options())


def quality_score(reviews: Iterable[float | None]) -> float | None:
    """The plain mean of the reviews that have a score (IQS); None without any."""
    scores = [value for value in reviews if value is not None]
    return sum(scores) / len(scores) if scores else None


def _klaus(ratings: Ratings, groups: Groups, options: Options) -> Scored:
    before = _weighted(ratings)
    return _judged(before, (*_failed_criteria(ratings), *_failed_groups(ratings, groups)))


def _maestro(ratings: Ratings, groups: Groups, options: Options) -> Scored:
    rated = [rating for rating in ratings if rating.share is not None]
    possible = sum(r.weight for r in rated if not groups.get(r.group, _PLAIN).is_bonus)
    points = sum(r.weight * (r.share or 0) for r in rated)
    return _judged(points / possible if possible > 0 else None, _failed_criteria(ratings))


def _scorebuddy(ratings: Ratings, groups: Groups, options: Options) -> Scored:
    """A failed section keeps its place in the whole, with nothing scored in it."""
    lost = {r.group for r in ratings if r.critical is Critical.SECTION and r.has_failed}
    before = _weighted(ratings)
    after = _weighted(Rating(r.criterion, r.weight, _unless(r.group in lost, r.share)) for r in ratings)
    if any(r.critical is Critical.REVIEW and r.has_failed for r in ratings):
        after = 0.0
    return Scored(after, before, _failed_criteria(ratings))


def _unless(is_lost: bool, share: float | None) -> float | None:
    return 0.0 if is_lost and share is not None else share


def _evaluagent(ratings: Ratings, groups: Groups, options: Options) -> Scored:
    """Where what does not apply counts as full, a review still needs one rating that does."""
    counted: Iterable[Rating] = ratings
    if options.not_applicable is NotApplicable.FULL and any(r.share is not None for r in ratings):
        counted = [Rating(r.criterion, r.weight, 1.0 if r.share is None else r.share) for r in ratings]
    before = _weighted(counted)
    failed = (*_failed_criteria(ratings), *_failed_groups(ratings, groups))
    return Scored(before, before, failed) if options.auto_fail is AutoFail.KEEP else _judged(before, failed)


def _kaizo(ratings: Ratings, groups: Groups, options: Options) -> Scored:
    rated = [rating for rating in ratings if rating.share is not None]
    if not rated:
        return Scored(None, None)
    moved: dict[str, float] = {}
    for rating in rated:
        share = rating.share or 0.0
        points = rating.weight * (1 - share if options.direction is Direction.DEDUCT else share)
        moved[rating.group] = moved.get(rating.group, 0.0) + points
    total = sum(min(points, _limit(groups, name)) for name, points in moved.items())
    points = FULL_POINTS - total if options.direction is Direction.DEDUCT else total
    return _judged(min(max(points, 0.0), FULL_POINTS) / FULL_POINTS, _failed_criteria(ratings))


def _limit(groups: Groups, name: str) -> float:
    limit = groups.get(name, _PLAIN).limit
    return FULL_POINTS if limit is None else limit


def _weighted(ratings: Iterable[Rating]) -> float | None:
    """Weighted mean of what was rated; None when nothing with a weight was."""
    part = whole = 0.0
    for rating in ratings:
        if rating.share is not None:
            part, whole = part + rating.weight * rating.share, whole + rating.weight
    return part / whole if whole > 0 else None


def _judged(before: float | None, failed: tuple[str, ...]) -> Scored:
    return Scored(0.0 if failed and before is not None else before, before, failed)


def _failed_criteria(ratings: Ratings) -> tuple[str, ...]:
    return tuple(r.criterion for r in ratings if r.critical is not Critical.NO and r.has_failed)


def _failed_groups(ratings: Ratings, groups: Groups) -> tuple[str, ...]:
    """Critical groups whose own weighted mean lies below one half."""
    means = {
        name: _weighted(r for r in ratings if r.group == name) for name, group in groups.items() if group.is_critical
    }
    return tuple(name for name, mean in means.items() if mean is not None and mean < HALF)


POLICIES: dict[tuple[str, int], PolicyRule] = {
    ("klaus", 1): _klaus,
    ("maestro", 1): _maestro,
    ("scorebuddy", 1): _scorebuddy,
    ("evaluagent", 1): _evaluagent,
    ("kaizo", 1): _kaizo,
}
