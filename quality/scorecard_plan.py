"""A scorecard as a value: what its editor, the demo and the next version are made from. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quality.scoring import POLICIES, AutoFail, Critical, Direction, NotApplicable, Options, Scale

MOST_CRITERIA = 60


class BadScorecard(ValueError):
    """A scorecard that cannot be used; the message names what and why."""


@dataclass(frozen=True)
class GroupPlan:
    name: str
    is_critical: bool = False
    is_bonus: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class CriterionPlan:
    """`key` stays when the words change: it links the criterion through versions."""

    key: str
    name: str
    group: str
    weight: int
    scale: Scale = Scale.FIVE
    critical: Critical = Critical.NO
    allows_na: bool = True
    description: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScorecardPlan:
    """Everything of one version. Groups come in the order of their criteria."""

    criteria: tuple[CriterionPlan, ...]
    groups: tuple[GroupPlan, ...]
    policy: str = "klaus"
    policy_version: int = 1
    options: Options = field(default_factory=Options)

    def checked(self) -> "ScorecardPlan":
        """Itself, or BadScorecard."""
        if (self.policy, self.policy_version) not in POLICIES:
            raise BadScorecard(f"There is no scoring policy '{self.policy}' {self.policy_version}.")
        if not 1 <= len(self.criteria) <= MOST_CRITERIA:
            raise BadScorecard(f"A scorecard has 1 to {MOST_CRITERIA} criteria; this one has {len(self.criteria)}.")
        for what, names in (("criteria", [c.key for c in self.criteria]), ("groups", [g.name for g in self.groups])):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise BadScorecard(f"Two {what} are called '{twice}'.")
        known = {group.name for group in self.groups}
        for criterion in self.criteria:
            if criterion.group not in known:
                raise BadScorecard(f"'{criterion.name}' belongs to a group '{criterion.group}' that is not listed.")
        if not any(criterion.weight for criterion in self.criteria):
            raise BadScorecard("No criterion has a weight, so no review could have a score.")
        return self


def options_of(stored: dict[str, str]) -> Options:
    """Options as a version keeps them."""
    return Options(
        not_applicable=NotApplicable(stored.get("not_applicable", NotApplicable.REMOVED)),
        auto_fail=AutoFail(stored.get("auto_fail", AutoFail.ZERO)),
        direction=Direction(stored.get("direction", Direction.DEDUCT)),
    )


def stored_options(options: Options) -> dict[str, str]:
    return {
        "not_applicable": options.not_applicable.value,
        "auto_fail": options.auto_fail.value,
        "direction": options.direction.value,
    }


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two versions; "" where it was or is not there."""

    what: str
    field: str
    before: str
    after: str


def differences(before: ScorecardPlan, after: ScorecardPlan) -> list[Difference]:
    """What changed from one version to another, in the order of the scorecard."""
    found = [
        Difference("Scorecard", name, _words(getattr(before, name)), _words(getattr(after, name)))
        for name in ("policy", "policy_version")
    ]
    old, new = stored_options(before.options), stored_options(after.options)
    found += [Difference("Scorecard", name, old[name], new[name]) for name in old]
    found += _of_parts({g.name: g for g in before.groups}, {g.name: g for g in after.groups}, "Group ")
    found += _of_parts({c.key: c for c in before.criteria}, {c.key: c for c in after.criteria}, "")
    return [one for one in found if one.before != one.after]


Part = GroupPlan | CriterionPlan


def _of_parts(before: dict[str, Part], after: dict[str, Part], prefix: str) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        shown = new or old
        assert shown is not None
        if old is None or new is None:
            yield Difference(prefix + shown.name, "", "there" if old else "", "there" if new else "")
            continue
        for name in old.__dataclass_fields__:
            yield Difference(prefix + shown.name, name, _words(getattr(old, name)), _words(getattr(new, name)))


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)
