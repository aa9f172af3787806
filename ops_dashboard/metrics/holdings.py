"""What a level holds: how much of it for every combination of cuts. Pure numpy.

A level is everything that entered less everything that left. Of what came and went nothing remains,
so the sum over all of history is only as long as the stock is now: some thousand rows where the
facts are millions. Kept per team, it saves a question about a stock from reading that history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ops_dashboard.metrics.definitions import Facts, Level, Source
from ops_dashboard.metrics.groups import distinct_rows, sums_of

EVERY = -1  # stands for every team; 0 is no team

Told = tuple[np.ndarray, Facts]  # facts with the team of each


@dataclass(frozen=True)
class Holding:
    """Teams int64[n], and for each the cuts and the amount: dtype_of(level)[n]."""

    team: np.ndarray
    what: np.ndarray


def cuts_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """Columns by which every source of a level can be cut, the team's apart."""
    first, *others = [{d.column for d in source.dimensions} & {c.name for c in source.columns} for source in sources]
    return tuple(sorted(first.intersection(*others)))


def dtype_of(sources: Sequence[Source]) -> np.dtype:
    return np.dtype([*((column, "<i4") for column in cuts_of(sources)), ("amount", "<i4")])


def moves(level: Level, source: Source, dtype: np.dtype, team: np.ndarray, facts: Facts) -> Holding:
    """What facts of one source add to a level: those that entered, less those that left."""
    amount = _amounts(level, source, facts)
    counts = amount != 0
    return Holding(team[counts], _rows({cut: facts[cut][counts] for cut in _cuts(dtype)}, amount[counts], dtype))


def net_moves(levels: Sequence[Level], told: Sequence[tuple[Source, Told]], dtype: np.dtype) -> dict[str, Holding]:
    """What facts of all the sources that some levels share add to each, equal cuts added up: grouped once."""
    given = [np.concatenate([team for _, (team, _) in told])]
    given += [np.concatenate([facts[cut].astype(np.int64) for _, (_, facts) in told]) for cut in _cuts(dtype)]
    columns, group = distinct_rows(given)
    found = {}
    for level in levels:
        amount = np.concatenate([_amounts(level, source, facts) for source, (_, facts) in told])
        found[level.slug] = _remaining(columns, sums_of(group, amount, len(columns[0])), dtype)
    return found


def _amounts(level: Level, source: Source, facts: Facts) -> np.ndarray:
    amount = np.zeros(len(facts), np.int64)
    for sign, measures in ((1, level.entered), (-1, level.left)):
        for slug, measure in measures:
            if slug == source.slug:
                amount += sign * source.measure(measure).values(facts)
    return amount


def _cuts(dtype: np.dtype) -> tuple[str, ...]:
    return (dtype.names or ())[:-1]


def _rows(cuts: dict[str, np.ndarray], amount: np.ndarray, dtype: np.dtype) -> np.ndarray:
    rows = np.empty(len(amount), dtype)
    for cut, codes in cuts.items():
        rows[cut] = codes
    rows["amount"] = amount
    return rows


def _remaining(columns: Sequence[np.ndarray], amount: np.ndarray, dtype: np.dtype) -> Holding:
    """Distinct (team, cuts) with the amount of each; what comes to nothing is left out."""
    kept = amount != 0
    cuts = {cut: column[kept] for cut, column in zip(_cuts(dtype), columns[1:], strict=True)}
    return Holding(columns[0][kept], _rows(cuts, amount[kept], dtype))


def negative(holding: Holding) -> Holding:
    what = holding.what.copy()
    what["amount"] *= -1
    return Holding(holding.team, what)


def together(parts: Iterable[Holding], dtype: np.dtype) -> Holding:
    """Everything added up by team and cuts; what comes to nothing is left out."""
    given = list(parts)
    team = np.concatenate([part.team for part in given]) if given else np.zeros(0, np.int64)
    what = np.concatenate([part.what for part in given]) if given else np.zeros(0, dtype)
    columns, group = distinct_rows([team, *(what[cut].astype(np.int64) for cut in _cuts(dtype))])
    return _remaining(columns, sums_of(group, what["amount"].astype(np.int64), len(columns[0])), dtype)


def by_team(holding: Holding) -> list[tuple[int, np.ndarray]]:
    """(team, its rows) of a holding that is sorted by team."""
    teams, starts = np.unique(holding.team, return_index=True)
    return list(zip(teams.tolist(), np.split(holding.what, starts[1:]), strict=True)) if len(teams) else []


def differing(before: Told, after: Told) -> tuple[Told, Told]:
    """Of facts that stand in the same places before and after, those that are not the same."""
    old, new = before[1], after[1]
    if not len(old):
        return before, after
    differ = (_bytes(old) != _bytes(new)).any(axis=1)
    return (before[0][differ], old[differ]), (after[0][differ], new[differ])


def _bytes(facts: Facts) -> np.ndarray:
    return facts.view(np.uint8).reshape(len(facts), facts.dtype.itemsize)
