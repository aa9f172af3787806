"""Which figures of a table are kept from a reader who may see none that rests on a few subjects. Pure.

A figure is withheld when it rests on fewer than SMALL_CELL subjects, and also when the others of its
line (a bucket's cuts, a cut's buckets) would give such a figure away: what a line hides must be at
least two figures that rest on SMALL_CELL subjects together, so the smallest of the rest go with them.
"""

from collections.abc import Collection, Iterator, Mapping

from ops_dashboard.metrics.groups import Key
from ops_dashboard.metrics.result import SMALL_CELL, WITHHELD, Figure

Place = tuple[int | None, ...]  # bucket, then the codes of the cuts
Sizes = Mapping[Place, int]


def small(figures: Mapping[Key, Figure], *, over_time: bool = True, also: Collection[Key] = ()) -> set[Key]:
    """Keys of figures that rest on a few subjects, of those in `also`, and of those that would give them away.

    `over_time` tells that the buckets of a cut add up, as those of a stock do not.
    """
    sizes = {(bucket, *codes): figure.n for (bucket, codes), figure in figures.items()}
    gone = _hidden(sizes, over_time, {(bucket, *codes) for bucket, codes in also})
    return {(bucket, codes) for bucket, codes in figures if (bucket, *codes) in gone}


def divided(hidden: Collection[Key], *, picked: Collection[int]) -> set[Key]:
    """Keys less their last code where a filter on that code picks some of the hidden figures, not all.

    `hidden` is of the table before the filter. What the filter picks, less what can be seen of it,
    would otherwise be a part of what is hidden.
    """
    lines: dict[Key, set[int]] = {}
    for bucket, (*codes, last) in hidden:
        lines.setdefault((bucket, tuple(codes)), set()).add(last)
    chosen = set(picked)
    return {line for line, codes in lines.items() if codes & chosen and not codes <= chosen}


def without(figures: Mapping[Key, Figure], hidden: Collection[Key]) -> dict[Key, Figure]:
    """The figures, those in `hidden` withheld."""
    return {key: WITHHELD if key in hidden else figure for key, figure in figures.items()}


def _hidden(sizes: Sizes, over_time: bool, also: set[Place]) -> set[Place]:
    """The small ones, `also` and, until no line gives any of them away, the next smallest of their lines."""
    hidden = {place for place, size in sizes.items() if 0 < size < SMALL_CELL} | also
    lines = list(_lines(sizes, 0 if over_time else 1)) if hidden else []
    while any(_hide_more(line, sizes, hidden) for line in lines):
        pass
    return hidden


def _lines(sizes: Sizes, first_axis: int) -> Iterator[list[Place]]:
    """Every line of the table with something in two places or more, the smallest first."""
    ranked = sorted((place for place, size in sizes.items() if size > 0), key=lambda place: (sizes[place], str(place)))
    for axis in range(first_axis, len(ranked[0])):
        lines: dict[Place, list[Place]] = {}
        for place in ranked:
            lines.setdefault(place[:axis] + place[axis + 1 :], []).append(place)
        yield from (line for line in lines.values() if len(line) > 1)


def _hide_more(line: list[Place], sizes: Sizes, hidden: set[Place]) -> bool:
    """Whether more of the line had to go into `hidden`."""
    already = [place for place in line if place in hidden]
    count, together = len(already), sum(sizes[place] for place in already)
    if not count or (count > 1 and together >= SMALL_CELL):
        return False
    for place in (place for place in line if place not in hidden):
        hidden.add(place)
        count, together = count + 1, together + sizes[place]
        if count > 1 and together >= SMALL_CELL:
            break
    return count > len(already)
