"""The editor of a scorecard: rows of criteria and groups as they are typed, and the plan they make."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.text import slugify

from quality.scorecard_plan import BadScorecard, CriterionPlan, GroupPlan, ScorecardPlan, stored_options
from quality.scoring import POLICIES, AutoFail, Critical, Direction, NotApplicable, Options, Scale

MOST_ROWS, MOST_DIGITS = 100, 4
SPARE_ROWS = 2  # empty criteria at the end of the form
FIELDS = ("key", "name", "group", "weight", "scale", "critical", "description", "reasons")
POLICY_WORDS = {
    "klaus": "Weighted mean; a critical failure makes it 0",
    "maestro": "Points, with bonus groups",
    "scorebuddy": "Sections that can fail",
    "evaluagent": "Weighted mean with two switches",
    "kaizo": "Deduct from 100, or add up to it",
}


@dataclass(frozen=True)
class Row:
    """One criterion as it stands in the form; `nth` names its fields."""

    nth: int
    values: dict[str, str]
    allows_na: bool


def rows_of(plan: ScorecardPlan | None) -> list[Row]:
    """What the editor starts with: the latest version, and some empty rows."""
    found = [
        Row(nth, {**{name: str(getattr(c, name)) for name in FIELDS}, "reasons": ", ".join(c.reasons)}, c.allows_na)
        for nth, c in enumerate(plan.criteria if plan else ())
    ]
    empty = dict.fromkeys(FIELDS, "") | {"scale": Scale.FIVE.value, "critical": Critical.NO.value}
    return [*found, *(Row(nth, dict(empty), True) for nth in range(len(found), len(found) + SPARE_ROWS))]


def sent_rows(data: QueryDict) -> list[Row]:
    """The form as it was sent, for showing it again."""
    said = data.get("rows", "")
    count = min(int(said), MOST_ROWS) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else 0
    return [
        Row(nth, {name: data.get(f"{name}-{nth}", "") for name in FIELDS}, data.get(f"na-{nth}") == "yes")
        for nth in range(count)
    ]


def plan_from(data: QueryDict) -> ScorecardPlan:
    """The plan that was typed; rows without a name are left out. BadScorecard names what cannot be used."""
    criteria = tuple(_criterion(row) for row in sent_rows(data) if row.values["name"].strip())
    critical, bonus = set(data.getlist("critical-group")), set(data.getlist("bonus-group"))
    groups = tuple(
        GroupPlan(name, name in critical, name in bonus) for name in dict.fromkeys(c.group for c in criteria)
    )
    return ScorecardPlan(
        criteria, groups, _choice(data, "policy", [name for name, _ in POLICIES]), 1, _options(data)
    ).checked()


def _criterion(row: Row) -> CriterionPlan:
    values = {name: value.strip() for name, value in row.values.items()}
    name = values["name"][:120]
    weight = values["weight"] or "0"
    if not weight.isascii() or not weight.isdigit() or len(weight) > MOST_DIGITS or int(weight) > 1000:
        raise BadScorecard(f"The weight of '{name}' is '{weight[:20]}'; it is a whole number from 0 to 1000.")
    key = slugify(values["key"] or name)[:60]
    if not key:
        raise BadScorecard(f"'{name}' needs a letter or a digit in its name.")
    return CriterionPlan(
        key=key,
        name=name,
        group=values["group"][:80] or "Criteria",
        weight=int(weight),
        scale=Scale(values["scale"]) if values["scale"] in list(Scale) else Scale.FIVE,
        critical=Critical(values["critical"]) if values["critical"] in list(Critical) else Critical.NO,
        allows_na=row.allows_na,
        description=values["description"][:400],
        reasons=tuple(reason.strip()[:80] for reason in values["reasons"].split(",") if reason.strip())[:20],
    )


def _choice(data: QueryDict, name: str, known: list[str]) -> str:
    given = data.get(name, "")
    return given if given in known else known[0]


def _options(data: QueryDict) -> Options:
    return Options(
        not_applicable=NotApplicable(_choice(data, "not_applicable", [one.value for one in NotApplicable])),
        auto_fail=AutoFail(_choice(data, "auto_fail", [one.value for one in AutoFail])),
        direction=Direction(_choice(data, "direction", [one.value for one in Direction])),
    )


def context_of(rows: list[Row], plan: ScorecardPlan | None) -> dict[str, Any]:
    """What the editor's template prints beside the rows."""
    return {
        "rows": rows,
        "groups": plan.groups if plan else (),
        "policy": plan.policy if plan else "klaus",
        "policies": POLICY_WORDS,
        "options": stored_options(plan.options if plan else Options()),
        "scales": [(scale.value, f"{scale.steps} steps") for scale in Scale],
        "criticals": [
            (Critical.NO.value, "no"),
            (Critical.SECTION.value, "its group"),
            (Critical.REVIEW.value, "the review"),
        ],
    }
