"""Reference files in named sections: inputs, and the values that should come out of them.

A key that starts with an underscore is a remark. Any other must be an input, a value that we
answer, or one of differences.md; where it is none of these, the case differs and names it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import isclose, isinf
from typing import Any

from tests.peers.differences import unanswered
from tests.peers.outcome import BadCase, Case, Outcome, attempt, only

Answers = Mapping[str, Any]
REMARKS = ("id", "name", "source", "note")
ABOUT = ("formula", "how", "id", "source", "note")
ROUNDING = 1e-9  # so that half of the last printed digit is within half of the last printed digit


@dataclass(frozen=True)
class Tolerance:
    """A value is near where it is so within `absolute`, or within `relative` of what is expected."""

    absolute: float
    relative: float = 0.0

    def is_near(self, got: Any, expected: Any) -> bool:
        if isinstance(expected, list) and isinstance(got, list):
            return len(got) == len(expected) and all(map(self.is_near, got, expected))
        if not (_is_number(got) and _is_number(expected)):
            return type(got) is type(expected) and bool(got == expected)
        if isinstance(got, int) and isinstance(expected, int):
            return got == expected
        return isclose(got, expected, rel_tol=self.relative, abs_tol=self.absolute * (1 + ROUNDING))


@dataclass(frozen=True)
class Section:
    """What the cases of a section give, and what of ours answers their values.

    `tolerances` are of values for which a wider one than the file's is stated.
    """

    given: Collection[str]
    answers: Callable[[Case], Answers]
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)


def rows(block: Any) -> list[Any]:
    """The cases of a section: a list, or an object that holds one. Raises BadCase."""
    found = block.get("cases") if isinstance(block, dict) else block
    if not isinstance(found, list):
        raise BadCase("a section is a list of cases or an object with one")
    if isinstance(block, dict):
        only("section", _told(block), ("cases", *ABOUT))
    return found


def run(document: Case, sections: Mapping[str, Section], tolerance: Tolerance) -> Iterator[Outcome]:
    """One outcome per case; one for a section that nobody knows or that holds no cases."""
    for name, block in _told(document).items():
        try:
            section, found = known(name, sections), rows(block)
        except BadCase as error:
            yield Outcome(name, False, None, None, str(error))
            continue
        for position, case in enumerate(found):
            id = f"{name}[{position}]"
            if isinstance(case, dict) and "id" in case:
                id = str(case["id"])
            yield attempt(id, partial(_outcome, id, case, section, tolerance), expected=case)


def known(name: str, sections: Mapping[str, Section]) -> Section:
    if name not in sections:
        raise BadCase(f"nobody knows the section {name!r}; there is {', '.join(sections)}")
    return sections[name]


def _outcome(id: str, case: Any, section: Section, tolerance: Tolerance) -> Outcome:
    if not isinstance(case, dict):
        raise BadCase("a case is an object")
    values = flat({key: value for key, value in _told(case).items() if key not in (*section.given, *REMARKS)})
    answers = section.answers(case)
    left_out = [name for name in values if name not in answers and name in unanswered()]
    return judged(
        id,
        {name: value for name, value in values.items() if name not in left_out},
        answers,
        tolerance,
        section.tolerances,
        left_out=left_out,
        note=str(case.get("name", "")),
    )


def judged(
    id: str,
    values: Mapping[str, Any],
    answers: Answers,
    tolerance: Tolerance,
    tolerances: Mapping[str, Tolerance] | None = None,
    *,
    left_out: Iterable[str] = (),
    note: str = "",
) -> Outcome:
    """The values against our answers. Raises BadCase for a value that nobody knows, or where there is none.

    `left_out` names those that nothing of ours answers.
    """
    only("values", values, answers)
    named = tuple(sorted(set(left_out)))
    if not values and not named:
        raise BadCase("no value is expected")
    expected = {name: plain(value) for name, value in values.items()}
    got = {name: plain(answers[name]) for name in expected}
    wider = tolerances or {}
    off = [name for name in expected if not wider.get(name, tolerance).is_near(got[name], expected[name])]
    differs = f"differs in {', '.join(off)}" if off else ""
    words = "; ".join(filter(None, (note, differs)))
    return Outcome(id, not off, expected, got, words, named)


def plain(value: Any) -> Any:
    """As JSON has it: lists, Python's numbers, None for what is without end."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and isinf(value) else value


def _told(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if not key.startswith("_")}


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """An object within another as names with a dot."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        told |= (
            {f"{name}.{key}": each for key, each in flat(value).items()} if isinstance(value, dict) else {name: value}
        )
    return told


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
