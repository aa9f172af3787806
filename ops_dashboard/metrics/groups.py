"""Amounts by bucket and cut: what cells are read into and figures are made from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

LITTLE = 65_536  # places that are always few enough
EXACT = 2**52

Key = tuple[int | None, tuple[int, ...]]  # bucket (day number or hour of week), codes of the cuts


@dataclass(frozen=True)
class Groups:
    """Amounts of one source by bucket and cut.

    keys: g of them. sums: per additive measure int64[g]. durations: per histogram measure
    (group int64[m], seconds float64[m], weight int64[m]). opening: per cut what a level held before
    the period. noise: the variance that chance gives the part of an estimated mean (`spreads.py`), float64[g].
    """

    keys: list[Key]
    sums: dict[str, np.ndarray] = field(default_factory=dict)
    durations: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=dict)
    opening: dict[tuple[int, ...], int] = field(default_factory=dict)
    noise: np.ndarray | None = None


def recoded(groups: Groups, recode: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Groups:
    """The same amounts under other codes; what falls under one code is added up."""
    keys: dict[Key, int] = {}
    place = np.array([keys.setdefault((bucket, recode(codes)), len(keys)) for bucket, codes in groups.keys], np.int64)
    sums = {slug: np.zeros(len(keys), np.int64) for slug in groups.sums}
    for slug, amounts in groups.sums.items():
        np.add.at(sums[slug], place, amounts)
    opening: dict[tuple[int, ...], int] = {}
    for codes, held in groups.opening.items():
        opening[recode(codes)] = opening.get(recode(codes), 0) + held
    durations = {slug: (place[group], value, weight) for slug, (group, value, weight) in groups.durations.items()}
    noise = None if groups.noise is None else np.bincount(place, weights=groups.noise, minlength=len(keys))
    return Groups(list(keys), sums, durations, opening, noise)


def collapsed(groups: Groups) -> Groups:
    """The same amounts as one group: the whole of a period, all cuts together."""
    return Groups(
        keys=[(None, ())] if groups.keys else [],
        sums={slug: amounts.sum(keepdims=True)[: len(groups.keys)] for slug, amounts in groups.sums.items()},
        durations={
            slug: (np.zeros_like(group), seconds, weight) for slug, (group, seconds, weight) in groups.durations.items()
        },
        opening={(): sum(groups.opening.values())} if groups.opening else {},
        noise=None if groups.noise is None else groups.noise.sum(keepdims=True)[: len(groups.keys)],
    )


def before_hour(groups: Groups, hour: int | None) -> Groups:
    """Of amounts by hour of the week what fell before an hour of its day, each cut as a whole; all where it is None."""
    if hour is None:
        return groups
    keys: dict[Key, int] = {}
    place = np.array(
        [keys.setdefault((None, cut), len(keys)) if (at or 0) % 24 < hour else -1 for at, cut in groups.keys], np.int64
    )
    kept = place >= 0
    sums = {slug: sums_of(place[kept], amounts[kept], len(keys)) for slug, amounts in groups.sums.items()}
    durations = {
        slug: (place[group][kept[group]], seconds[kept[group]], weight[kept[group]])
        for slug, (group, seconds, weight) in groups.durations.items()
    }
    return Groups(list(keys), sums, durations, groups.opening)


def distinct_rows(columns: Sequence[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """The distinct combinations of columns, in order, and for each row which of them it is. int64[n] each"""
    if len(columns) == 1:
        distinct, group = places(columns[0])
        return [distinct], group
    combined = np.zeros(len(columns[0]), np.int64)
    codes = []
    for column in columns:
        distinct, place = places(column)
        combined = combined * max(1, len(distinct)) + place
        codes.append(distinct)
    rest, group = places(combined)
    parts: list[np.ndarray] = []
    for distinct in reversed(codes):
        parts.append(distinct[rest % max(1, len(distinct))])
        rest = rest // max(1, len(distinct))
    return parts[::-1], group


def places(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values in order, and for each value which of them it is; values close together need no sorting."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low >= max(len(values), LITTLE):
        return np.unique(values, return_inverse=True)
    shifted = values - low
    present = np.zeros(high - low + 1, bool)
    present[shifted] = True
    return np.flatnonzero(present) + low, (np.cumsum(present) - 1)[shifted]


def sums_of(group: np.ndarray, amounts: np.ndarray, groups: int) -> np.ndarray:
    """Exact integer sums by group: doubles hold every integer up to EXACT."""
    if np.abs(amounts).sum(dtype=np.float64) < EXACT:
        return np.bincount(group, weights=amounts, minlength=groups).astype(np.int64)
    summed = np.zeros(groups, np.int64)
    np.add.at(summed, group, amounts.astype(np.int64))
    return summed
