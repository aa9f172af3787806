"""Raters' values as other people print them: by rater, by subject and category, by two raters' joint answers."""

from collections.abc import Sequence
from typing import Any

from quality.agreement import Ratings
from tests.peers.outcome import BadCase


def matrix(raters: Sequence[Sequence[Any]]) -> Ratings:
    """A row per rater, a column per unit; None where one did not rate."""
    if len({len(row) for row in raters}) > 1:
        raise BadCase("the raters have rows of different lengths")
    found = [(u, r, v) for r, row in enumerate(raters) for u, v in enumerate(row) if v is not None]
    units, names, values = zip(*found, strict=True)
    return Ratings.of(units, names, values)


def counted(table: Sequence[Sequence[int]]) -> Ratings:
    """A row per subject, a column per category: how many raters chose it."""
    rows = [(u, c) for u, counts in enumerate(table) for c, n in enumerate(counts) for _ in range(n)]
    return Ratings.of([u for u, _ in rows], range(len(rows)), [c for _, c in rows])


def joint(table: Sequence[Sequence[int]]) -> Ratings:
    """A row per category of one rater, a column per category of the other: how many units got both."""
    pairs = [(a, b) for a, counts in enumerate(table) for b, n in enumerate(counts) for _ in range(n)]
    return matrix([[a for a, _ in pairs], [b for _, b in pairs]])
