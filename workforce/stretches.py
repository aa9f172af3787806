"""Days on which what was valid differs between two tellings. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Stretch:
    """A value from a day until another, the last day not included; without one, until further notice."""

    first: date
    until: date | None
    value: tuple[object, ...]

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


Span = tuple[date, date | None]


def differing(before: Iterable[Stretch], after: Iterable[Stretch]) -> Iterator[Span]:
    """The spans of days on which other values are valid after than before, in order."""
    old, new = frozenset(before), frozenset(after)
    ends = sorted({day for each in old | new for day in (each.first, each.until) if day})
    for first, until in zip(ends, (*ends[1:], None), strict=False):
        if _on(old, first) != _on(new, first):
            yield first, until


def _on(stretches: Iterable[Stretch], day: date) -> set[tuple[object, ...]]:
    return {each.value for each in stretches if each.holds_on(day)}
