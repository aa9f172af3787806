"""Drawing samples whose inclusion probabilities are known, so that what they say can be weighted back.

Every unit has a rank: a keyed hash of its id. A sample takes the lowest ranks of each stratum, which
is simple random sampling without replacement within it, n of N, each unit with probability n / N.
A rank depends on nothing but the unit and the seed: not on the order of the list, not on who else is
in it. The same seed draws the same sample on any machine, and a larger one contains the smaller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.intervals import Z

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_MIX = tuple(np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class BadSample(ValueError):
    """A sample that cannot be drawn; the message says why."""


@dataclass(frozen=True)
class Drawn:
    """The sample, in the order of the ranks: which unit, of which stratum, with which probability."""

    unit: Ints
    stratum: Ints
    probability: Floats

    @property
    def weight(self) -> Floats:
        """How many units of the population each one stands for."""
        return np.asarray(1 / self.probability)

    def __len__(self) -> int:
        return len(self.unit)


def ranks(units: Ints, seed: str) -> NDArray[np.uint64]:
    """A keyed hash of each id: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), twice, over id and key."""
    key = np.frombuffer(blake2b(seed.encode(), digest_size=16).digest(), dtype="<u8").astype(np.uint64)
    mixed = np.asarray(units, dtype=np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        for half in key:
            mixed = _mixed(mixed ^ half)
    return mixed


def simple(units: Ints, size: int, seed: str) -> Drawn:
    """`size` of the units, or all of them where there are fewer."""
    return stratified(units, np.zeros(len(units), dtype=np.int64), {0: size}, seed)


def stratified(units: Ints, strata: Ints, sizes: Mapping[int, int], seed: str) -> Drawn:
    """`sizes[s]` units of each stratum s, or all of it where it holds fewer; strata without a size give none."""
    units, strata = np.asarray(units, dtype=np.int64), np.asarray(strata, dtype=np.int64)
    if len(np.unique(units)) != len(units):
        raise BadSample("the population names a unit twice")
    if wrong := [size for size in sizes.values() if size < 0]:
        raise BadSample(f"a sample of {wrong[0]} units cannot be drawn")
    order = np.lexsort((units, ranks(units, seed)))  # ids break a tie, should two ranks ever be one
    order = order[np.argsort(strata[order], kind="stable")]
    of, start, held = np.unique(strata[order], return_index=True, return_counts=True)
    wanted = np.minimum([sizes.get(int(s), 0) for s in of], held) if len(of) else held
    place = np.arange(len(order)) - np.repeat(start, held)
    taken = place < np.repeat(wanted, held)
    chosen = order[taken]
    return Drawn(units[chosen], strata[chosen], np.repeat(wanted / held, held)[taken])


def allocate(held: Mapping[int, int], total: int, *, least: int = 1) -> dict[int, int]:
    """Share `total` among strata in proportion to what they hold, by largest remainders.

    Each stratum gets at least `least` where it holds as many, and none more than it holds. It is one at least:
    what has no chance to be drawn is in no estimate. Where the least of all is more than `total`, it is drawn.
    """
    if total >= sum(held.values()):
        return dict(held)
    floor = {stratum: min(max(1, least), count) for stratum, count in held.items()}
    given: dict[int, int] = {}
    while True:  # what would get less than its floor gets it, and the others share what is left
        free = {stratum: count for stratum, count in held.items() if stratum not in given}
        left, whole = total - sum(given.values()), sum(free.values())
        short = {stratum: floor[stratum] for stratum, count in free.items() if left * count < floor[stratum] * whole}
        if not short:
            break
        given |= short
    exact = {stratum: left * count / whole for stratum, count in free.items()}
    given |= {stratum: int(share) for stratum, share in exact.items()}
    by_remainder = sorted(exact, key=lambda stratum: (given[stratum] - exact[stratum], stratum))
    for stratum in by_remainder[: max(0, total - sum(given.values()))]:
        given[stratum] += 1
    return {stratum: given[stratum] for stratum in held}


def sample_size(share: float, margin: float, population: int | None = None) -> int:
    """Reviews needed to know a share within +- `margin` at 95 %: z^2 p (1 - p) / E^2, finite populations corrected."""
    if not 0 <= share <= 1 or margin <= 0:
        raise ValueError(f"no sample size for a share of {share} within {margin}")
    needed = Z**2 * share * (1 - share) / margin**2
    if population is not None:
        needed = needed / (1 + (needed - 1) / population) if population else 0
    return ceil(needed)


def sizes_of(strata: Ints) -> dict[int, int]:
    """How many units each stratum holds."""
    found, counts = np.unique(np.asarray(strata, dtype=np.int64), return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    golden, first, second = _MIX
    x = x + golden
    x = (x ^ (x >> np.uint64(30))) * first
    x = (x ^ (x >> np.uint64(27))) * second
    return x ^ (x >> np.uint64(31))
