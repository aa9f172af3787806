"""What a level held before a day, counted from whichever end of its history is nearer.

From the front: everything that entered less everything that left before the day. From the back: what
is held after everything counted so far, less what was added since. The days since the start of a
period are mostly those that a page reads anyway, so the back costs little more than the stock itself.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from ops_dashboard.metrics.asking import needs
from ops_dashboard.metrics.cells import aggregate
from ops_dashboard.metrics.definitions import Level
from ops_dashboard.metrics.groups import distinct_rows, sums_of
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.shelf import Filter, Shelf
from ops_dashboard.metrics.stretches import Rows

Held = dict[tuple[int, ...], int]  # codes of the cuts -> amount


def opening(
    shelf: Shelf,
    level: Level,
    start: date,
    *,
    reach: Period,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
) -> Held:
    """By cut, what the level held when `start` began; `reach` is the days that have cells."""
    if start <= reach.start:
        return {}
    before, since = (start - reach.start).days, (reach.end - start).days + 1
    stock = shelf.stock(level) if since <= before else None
    if stock is None or not {*by, *(column for column, _ in where)} <= {"team", *(stock.what.dtype.names or ())}:
        past = Period(reach.start, start - timedelta(days=1))
        return _added(shelf, level, past, by=by, where=where, teams=teams)
    held = _held(stock, by=by, where=where, teams=teams)
    if since > 0:
        later = _added(shelf, level, Period(start, reach.end), by=by, where=where, teams=teams)
        for codes, amount in later.items():
            held[codes] = held.get(codes, 0) - amount
    return held


def _held(stock: Rows, *, by: Sequence[str], where: Sequence[Filter], teams: list[int] | None) -> Held:
    rows = stock if teams is None else stock.where(np.isin(stock.team, teams))
    for column, codes in where:
        rows = rows.where(np.isin(rows.column(column), codes))
    amounts = rows.what["amount"].astype(np.int64)
    if not by:
        return {(): int(amounts.sum())} if len(amounts) else {}
    columns, group = distinct_rows([rows.column(column) for column in by])
    held = sums_of(group, amounts, len(columns[0])).tolist()
    return dict(zip(zip(*(column.tolist() for column in columns), strict=True), held, strict=True))


def _added(
    shelf: Shelf, level: Level, period: Period, *, by: Sequence[str], where: Sequence[Filter], teams: list[int] | None
) -> Held:
    """By cut, what entered less what left in a period."""
    held: Held = {}
    for source, measures in needs(level):
        groups = aggregate(shelf, source, measures, period, grain=Grain.TOTAL, by=by, where=where, teams=teams)
        signs = [
            (sign, measure)
            for sign, moved in ((1, level.entered), (-1, level.left))
            for slug, measure in moved
            if slug == source.slug
        ]
        for place, (_, codes) in enumerate(groups.keys):
            held[codes] = held.get(codes, 0) + sum(sign * int(groups.sums[m][place]) for sign, m in signs)
    return held
