"""The only writer of scorecards: an edit makes the next version, and nothing else ever changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.db.models import Max

from ops_dashboard.people import audit
from quality.models import Criterion, CriterionGroup, Scorecard, ScorecardVersion
from quality.scorecard_plan import CriterionPlan, GroupPlan, ScorecardPlan, options_of, stored_options
from quality.scoring import Critical, Group, Rating, Scale, Scored, score, step_share
from tickets.slugs import slug_of

BASIS_POINTS = 10_000
Steps = Mapping[int, int | None]  # criterion id -> step, None where it does not apply


@dataclass(frozen=True)
class Card:
    """One version with its criteria, ready to score."""

    version: ScorecardVersion
    criteria: tuple[Criterion, ...]

    @classmethod
    def of(cls, version: ScorecardVersion) -> "Card":
        """Two queries, none where the parts are prefetched."""
        groups = {group.pk: group for group in version.groups.all()}
        criteria = sorted(version.criteria.all(), key=lambda criterion: criterion.position)
        for criterion in criteria:
            criterion.group = groups[criterion.group_id]
        return cls(version, tuple(criteria))

    @cached_property
    def by_id(self) -> dict[int, Criterion]:
        return {criterion.pk: criterion for criterion in self.criteria}

    @cached_property
    def groups(self) -> tuple[CriterionGroup, ...]:
        found = {criterion.group_id: criterion.group for criterion in self.criteria}
        return tuple(sorted(found.values(), key=lambda group: group.position))

    def scored(self, steps: Steps) -> Scored:
        """The score of these steps; criteria without one do not count."""
        version = self.version
        return score(
            (
                Rating(
                    criterion=criterion.key,
                    weight=criterion.weight,
                    share=_share(steps.get(criterion.pk), criterion),
                    group=criterion.group.name,
                    critical=Critical(criterion.critical),
                )
                for criterion in self.criteria
            ),
            policy=version.policy,
            version=version.policy_version,
            groups={group.name: Group(group.is_critical, group.is_bonus, group.limit) for group in self.groups},
            options=options_of(version.options),
        )


def _share(step: int | None, criterion: Criterion) -> float | None:
    return None if step is None else step_share(step, Scale(criterion.scale))


def in_basis_points(share: float | None) -> int | None:
    return None if share is None else round(share * BASIS_POINTS)


def as_share(basis_points: int | None) -> float | None:
    return None if basis_points is None else basis_points / BASIS_POINTS


def latest(scorecard: Scorecard) -> ScorecardVersion | None:
    return scorecard.versions.order_by("-number").first()


@transaction.atomic
def make_scorecard(function: str, *, by: str) -> Scorecard:
    """The scorecard of a support function; the one that stands where there is one already."""
    scorecard, is_new = Scorecard.objects.get_or_create(
        support_function=function, defaults={"name": function, "slug": slug_of(function)}
    )
    if is_new:
        audit.record(by, "scorecard_made", str(scorecard))
    return scorecard


@transaction.atomic
def save_version(
    scorecard: Scorecard, plan: ScorecardPlan, *, by: str, note: str = "", at: datetime | None = None
) -> ScorecardVersion:
    """The next version, or the latest one where nothing differs from it; BadScorecard for an unusable plan."""
    plan.checked()
    Scorecard.objects.select_for_update().get(pk=scorecard.pk)
    before = latest(scorecard)
    if before is not None and plan_of(before) == plan:
        return before
    number = (scorecard.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = ScorecardVersion.objects.create(
        scorecard=scorecard,
        number=number,
        policy=plan.policy,
        policy_version=plan.policy_version,
        options=stored_options(plan.options),
        note=note[:200],
        made_by=by,
        **({"made_at": at} if at else {}),
    )
    _add_parts(version, plan)
    audit.record(by, "scorecard_version_made", str(version)[:200], criteria=len(plan.criteria))
    return version


def _add_parts(version: ScorecardVersion, plan: ScorecardPlan) -> None:
    groups = CriterionGroup.objects.bulk_create(
        CriterionGroup(
            version=version,
            position=position,
            name=group.name,
            is_critical=group.is_critical,
            is_bonus=group.is_bonus,
            limit=group.limit,
        )
        for position, group in enumerate(plan.groups, start=1)
    )
    named = {group.name: group for group in groups}
    Criterion.objects.bulk_create(
        Criterion(
            version=version,
            group=named[criterion.group],
            position=position,
            key=criterion.key,
            name=criterion.name,
            description=criterion.description,
            weight=criterion.weight,
            scale=criterion.scale.value,
            critical=criterion.critical.value,
            allows_na=criterion.allows_na,
            reasons=list(criterion.reasons),
        )
        for position, criterion in enumerate(plan.criteria, start=1)
    )


def plan_of(version: ScorecardVersion) -> ScorecardPlan:
    """The version as a value."""
    card = Card.of(version)
    return ScorecardPlan(
        criteria=tuple(
            CriterionPlan(
                key=criterion.key,
                name=criterion.name,
                group=criterion.group.name,
                weight=criterion.weight,
                scale=Scale(criterion.scale),
                critical=Critical(criterion.critical),
                allows_na=criterion.allows_na,
                description=criterion.description,
                reasons=tuple(criterion.reasons),
            )
            for criterion in card.criteria
        ),
        groups=tuple(GroupPlan(group.name, group.is_critical, group.is_bonus, group.limit) for group in card.groups),
        policy=version.policy,
        policy_version=version.policy_version,
        options=options_of(version.options),
    )
