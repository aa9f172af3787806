"""How strict each reviewer is, from the tickets that two of them scored.

Comparing reviewers by the scores they give would blame them for the tickets they got. On a ticket
that two scored, the ticket is the same for both: score = ticket + reviewer + noise, fitted by least
squares over the differences within pairs. Severities add up to 0 within each set of reviewers that
pairs connect; reviewers of different sets cannot be compared.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.intervals import Z

Floats = NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Severity(Generic[Name]):
    """`shift` is how far a reviewer scores above (lenient) or below (strict) the others of `connected`."""

    reviewer: Name
    pairs: int
    shift: float
    low: float | None  # None where the pairs leave no freedom to estimate noise
    high: float | None
    connected: int  # the number of the set
    compared: int  # reviewers in it

    @property
    def is_told_apart(self) -> bool:
        """Whether the shift is more than chance would give to any one of those compared, one time in twenty.

        The interval is that of one reviewer; of five alike one would leave 0 out in every fourth set (Bonferroni).
        """
        if self.low is None or self.high is None:
            return False
        wider = NormalDist().inv_cdf(1 - 0.025 / self.compared) / Z
        return abs(self.shift) > (self.high - self.low) / 2 * wider


def severities(first: Sequence[Name], second: Sequence[Name], difference: Sequence[float]) -> list[Severity[Name]]:
    """One per reviewer, strictest first; `difference` is the first reviewer's score less the second's."""
    names = list(dict.fromkeys((*first, *second)))
    place: dict[Name, int] = {name: index for index, name in enumerate(names)}
    a = np.array([place[name] for name in first], dtype=np.int_)
    b = np.array([place[name] for name in second], dtype=np.int_)
    sets = _connected(len(names), a, b)
    found: list[Severity[Name]] = []
    for number in sorted(set(sets)):
        members = [index for index, of in enumerate(sets) if of == number]
        rows = np.flatnonzero(np.isin(a, members))
        found += _fitted(names, members, a[rows], b[rows], np.asarray(difference, dtype=np.float64)[rows], number)
    return sorted(found, key=lambda one: (one.connected, one.shift))


def _fitted(
    names: list[Name], members: list[int], a: NDArray[np.int_], b: NDArray[np.int_], difference: Floats, number: int
) -> list[Severity[Name]]:
    column = {index: place for place, index in enumerate(members)}
    design = np.zeros((len(a), len(members)))
    rows = np.arange(len(a))
    design[rows, [column[index] for index in a]] += 1
    design[rows, [column[index] for index in b]] -= 1
    inverse = np.linalg.pinv(design.T @ design)  # the least-squares solution that adds up to 0
    shift = inverse @ design.T @ difference
    freedom = len(a) - (len(members) - 1)
    noise = ((difference - design @ shift) ** 2).sum() / freedom if freedom > 0 else None
    counts = np.abs(design).sum(axis=0).astype(int)
    half = None if noise is None else Z * np.sqrt(noise * np.diag(inverse))
    return [
        Severity(
            reviewer=names[index],
            pairs=int(counts[place]),
            shift=float(shift[place]),
            low=None if half is None else float(shift[place] - half[place]),
            high=None if half is None else float(shift[place] + half[place]),
            connected=number,
            compared=len(members),
        )
        for place, index in enumerate(members)
    ]


def _connected(count: int, a: NDArray[np.int_], b: NDArray[np.int_]) -> list[int]:
    """The number of each reviewer's set, by spreading the lowest number along the pairs."""
    sets = np.arange(count)
    while True:
        before = sets.copy()
        lowest = np.minimum(sets[a], sets[b])
        np.minimum.at(sets, a, lowest)
        np.minimum.at(sets, b, lowest)
        if np.array_equal(before, sets):
            return [int(number) for number in np.unique(sets, return_inverse=True)[1]]
