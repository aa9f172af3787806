"""A review as its page shows it: groups of criteria, each with its steps and what was given."""

from collections.abc import Mapping
from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import goal
from quality.models import Criterion, CriterionGroup, CriterionScore, DisputedCriterion, Review
from quality.scorecards import Card
from quality.scoring import Critical, Scale, step_share

YES_NO = ("No", "Yes")
NA_WORDS = "Does not apply"


@dataclass(frozen=True)
class StepChoice:
    """One button of a scale. `key` is what to press; `worth` what it counts for."""

    value: str
    label: str
    key: str
    worth: str
    is_chosen: bool


@dataclass(frozen=True)
class CriterionView:
    criterion: Criterion
    choices: tuple[StepChoice, ...]
    reasons: tuple[tuple[str, bool], ...]
    note: str
    given: str  # in words; "" while open
    in_force: str  # where a dispute changed it
    is_critical: bool
    has_failed: bool
    share_of_weight: str


@dataclass(frozen=True)
class GroupView:
    group: CriterionGroup
    criteria: tuple[CriterionView, ...]


@dataclass(frozen=True)
class Desk:
    """The form, or the result, of one review."""

    review: Review
    groups: tuple[GroupView, ...]
    rated: int
    criteria: int


def desk(review: Review, *, in_force: Mapping[int, int | None] | None = None) -> Desk:
    """`in_force` are the steps after disputes, where there were any."""
    card = Card.of(review.version)
    scores = {score.criterion_id: score for score in review.scores.all()}
    whole = sum(criterion.weight for criterion in card.criteria)
    views = {
        criterion.pk: _view(criterion, scores.get(criterion.pk), whole, in_force or {}) for criterion in card.criteria
    }
    groups = tuple(
        GroupView(group, tuple(views[c.pk] for c in card.criteria if c.group_id == group.pk)) for group in card.groups
    )
    return Desk(review, groups, len(scores), len(card.criteria))


def _view(
    criterion: Criterion, score: CriterionScore | None, whole: int, in_force: Mapping[int, int | None]
) -> CriterionView:
    step = score.step if score else None
    settled = in_force.get(criterion.pk, step)
    return CriterionView(
        criterion=criterion,
        choices=tuple(_choices(criterion, score)),
        reasons=tuple((reason, score is not None and reason in score.reasons) for reason in criterion.reasons),
        note=score.note if score else "",
        given=step_words(criterion, step) if score else "",
        in_force=step_words(criterion, settled) if score and settled != step else "",
        is_critical=criterion.critical != Critical.NO.value or criterion.group.is_critical,
        has_failed=score is not None and settled is not None and _share(criterion, settled) < 0.5,
        share_of_weight=goal(round(criterion.weight / whole, 3), Unit.SHARE) if whole and criterion.weight else "",
    )


def _choices(criterion: Criterion, score: CriterionScore | None) -> list[StepChoice]:
    steps = range(1, criterion.steps + 1)
    found = [
        StepChoice(
            value=str(step),
            label=_label(criterion, step),
            key=str(step),
            worth=goal(round(_share(criterion, step), 3), Unit.SHARE),
            is_chosen=score is not None and score.step == step,
        )
        for step in steps
    ]
    if criterion.allows_na:
        found.append(StepChoice("na", "N/A", "n", NA_WORDS, score is not None and score.step is None))
    return found


def _label(criterion: Criterion, step: int) -> str:
    return YES_NO[step - 1] if criterion.scale == Scale.BINARY.value else str(step)


def step_words(criterion: Criterion, step: int | None) -> str:
    """`3 of 5`, `Yes`, `Does not apply`."""
    if step is None:
        return NA_WORDS
    return _label(criterion, step) if criterion.scale == Scale.BINARY.value else f"{step} of {criterion.steps}"


def _share(criterion: Criterion, step: int) -> float:
    return step_share(step, Scale(criterion.scale))


@dataclass(frozen=True)
class Settled:
    """One disputed criterion in words."""

    name: str
    criterion_id: int
    given: str
    proposed: str
    result: str
    tone: str


def settled(row: DisputedCriterion) -> Settled:
    result = "" if row.is_granted is None else "Granted" if row.is_granted else "Not granted"
    return Settled(
        name=row.criterion.name,
        criterion_id=row.criterion_id,
        given=step_words(row.criterion, row.given_step),
        proposed=step_words(row.criterion, row.proposed_step),
        result=result,
        tone="accent" if row.is_granted else "",
    )
