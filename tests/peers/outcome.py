"""What a shape tells of its cases, one by one."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
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


def each(document: Case, outcome_of: Callable[[Case], Outcome], *, expected: str = "expected") -> Iterator[Outcome]:
    """One outcome per case, in order; one that cannot be run differs and says why.

    `expected` is the key under which the shape's cases hold the peer's answer.
    """
    for position, case in enumerate(document["cases"]):
        told = case if isinstance(case, dict) else {}
        try:
            if "id" not in told:
                raise BadCase("a case is an object with an id")
            yield outcome_of(told)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            yield Outcome(str(told.get("id", f"cases[{position}]")), False, told.get(expected), None, _why(error))


def one_of(place: str, value: Any, known: Mapping[str, Known]) -> Known:
    """What `value` stands for. Raises BadCase where nobody knows it."""
    if not isinstance(value, str) or value not in known:
        raise BadCase(f"{place}: {value!r} is not one of {', '.join(known)}")
    return known[value]


def only(place: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raises BadCase where something is given that would be passed over in silence."""
    if unknown := sorted(given.keys() - set(known)):
        raise BadCase(f"{place}: nobody knows {unknown[0]!r}; there is {', '.join(known)}")


def _why(error: Exception) -> str:
    if type(error) is KeyError:
        return f"{error} is missing"
    return str(error.args[0]) if error.args else type(error).__name__
