"""What a shape tells of its cases, one by one."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

Case = dict[str, Any]
Known = TypeVar("Known")


class BadCase(ValueError):
    """A case asks for something the runner does not know; the message names it."""


@dataclass(frozen=True)
class Outcome:
    """One case, run: what the peer expects and what we got, both as JSON values."""

    id: str
    agrees: bool
    expected: Any
    got: Any
    note: str = ""
    unanswered: tuple[str, ...] = ()  # values of the case that nothing of ours answers

    @property
    def is_run(self) -> bool:
        """Whether anything of the case was compared."""
        return not self.unanswered or bool(self.expected)


def each(document: Case, outcome_of: Callable[[Case], Outcome], *, expected: str = "expected") -> Iterator[Outcome]:
    """One outcome per case, in order; one that cannot be run differs and says why.

    `expected` is the key under which the shape's cases hold the peer's answer.
    """
    for position, case in enumerate(document["cases"]):
        told = case if isinstance(case, dict) else {}
        id = str(told.get("id", f"cases[{position}]"))
        yield attempt(id, partial(_of_named, told, outcome_of), expected=told.get(expected))


def attempt(id: str, run: Callable[[], Outcome], *, expected: Any) -> Outcome:
    """What `run` tells, or that the case could not be run and why."""
    try:
        return run()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return Outcome(id, False, expected, None, _why(error))


def one_of(place: str, value: Any, known: Mapping[str, Known]) -> Known:
    """What `value` stands for. Raises BadCase where nobody knows it."""
    if not isinstance(value, str) or value not in known:
        raise BadCase(f"{place}: {value!r} is not one of {', '.join(known)}")
    return known[value]


def only(place: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises BadCase where something is given that would be passed over in silence."""
    if unknown := sorted(given.keys() - set(known)):
        raise BadCase(f"{place}: nobody knows {unknown[0]!r}; there is {', '.join(known)}")


def _of_named(case: Case, outcome_of: Callable[[Case], Outcome]) -> Outcome:
    if "id" not in case:
        raise BadCase("a case is an object with an id")
    return outcome_of(case)


def _why(error: Exception) -> str:
    if type(error) is KeyError:
        return f"{error} is missing"
    return str(error.args[0]) if error.args else type(error).__name__
