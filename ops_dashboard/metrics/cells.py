"""Reads cells: sums and durations by bucket and cut, and the subjects behind them.

Two ways to the same numbers. Totals, hours and histograms answer what is asked by time and team
alone; packed blocks answer everything else. A test holds the two together.
"""

from collections.abc import Sequence

import numpy as np

from ops_dashboard.metrics import histogram
from ops_dashboard.metrics.definitions import Facts, Measure, Source
from ops_dashboard.metrics.groups import Groups, Key, distinct_rows, sums_of
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.shelf import Filter, Shelf
from ops_dashboard.metrics.slices import WHOLE, Slice
from ops_dashboard.metrics.stretches import Rows

DENSE = 4_000_000  # places up to which counting in all of them is quicker than sorting


def aggregate(
    shelf: Shelf,
    source: Source,
    measures: Sequence[str],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
    exact: bool = False,
) -> Groups:
    """Amounts of some measures; `teams` None reads all teams, `exact` keeps single durations."""
    chosen = [source.measure(slug) for slug in measures]
    plain = set(by) <= {"team"} and not where and not exact
    if not plain or (grain is Grain.HOUR_OF_WEEK and not all(m.hourly for m in chosen)):
        return _from_blocks(shelf, source, chosen, period, grain=grain, by=by, where=where, teams=teams, exact=exact)
    if grain is Grain.HOUR_OF_WEEK:
        return _from_hours(
            {m.slug: shelf.hours(source, period, source.sums.index(m)).within(period, teams) for m in chosen}, by=by
        )
    if any(m.kind == "histogram" for m in chosen):
        (measure,) = chosen
        rows = shelf.histograms(source, period, source.histograms.index(measure)).within(period, teams)
        return _from_histogram(measure, rows, grain, by=by)
    return _from_totals(source, chosen, shelf.totals(source, period).within(period, teams), grain, by=by)


def _from_totals(source: Source, measures: list[Measure], rows: Rows, grain: Grain, *, by: Sequence[str]) -> Groups:
    keys, group = _group([_bucket(rows.day, grain), *([rows.team] if by else [])], total=grain is Grain.TOTAL)
    return Groups(keys, sums={m.slug: sums_of(group, rows.what[:, source.sums.index(m)], len(keys)) for m in measures})


def _from_hours(measures: dict[str, Rows], *, by: Sequence[str]) -> Groups:
    hour = np.concatenate([_weekday(rows.day) * 24 + rows.what["slot"] % 24 for rows in measures.values()])
    team = np.concatenate([rows.team for rows in measures.values()])
    keys, group = _group([hour, *([team] if by else [])])
    sums, start = {}, 0
    for slug, rows in measures.items():
        mine = group[start : start + len(rows.what)]
        sums[slug] = sums_of(mine, rows.what["amount"], len(keys))
        start += len(mine)
    return Groups(keys, sums=sums)


def _from_histogram(measure: Measure, rows: Rows, grain: Grain, *, by: Sequence[str]) -> Groups:
    keys, group = _group([_bucket(rows.day, grain), *([rows.team] if by else [])], total=grain is Grain.TOTAL)
    return Groups(keys, durations={measure.slug: _merged(group, rows.what["bucket"], rows.what["count"], len(keys))})


def _merged(
    group: np.ndarray, bucket: np.ndarray, count: np.ndarray, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of equal group and bucket added up: (group, seconds, weight), a fraction of the pairs."""
    place = group * histogram.BUCKETS + bucket
    if groups * histogram.BUCKETS <= DENSE:
        weight = np.bincount(place, weights=count, minlength=groups * histogram.BUCKETS).astype(np.int64)
        filled = np.flatnonzero(weight)
        weight = weight[filled]
    else:
        filled, inverse = np.unique(place, return_inverse=True)
        weight = sums_of(inverse, count, len(filled))
    return filled // histogram.BUCKETS, histogram.seconds_of(filled % histogram.BUCKETS), weight


# -- blocks


def _from_blocks(
    shelf: Shelf,
    source: Source,
    measures: list[Measure],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
    exact: bool,
) -> Groups:
    rows = shelf.blocks(source, period, teams, where).within(period, None)
    bucket = _hour_of_week(rows) if grain is Grain.HOUR_OF_WEEK else _bucket(rows.day, grain)
    keys, group = _group([bucket, *(rows.column(column) for column in by)], total=grain is Grain.TOTAL)
    sums, durations = {}, {}
    for m in measures:
        if m.kind == "sum":
            sums[m.slug] = sums_of(group, m.values(rows.what), len(keys))
            continue
        seconds = m.selected(rows.what)
        if not exact:
            seconds = histogram.seconds_of(histogram.bucket_of(seconds))
        durations[m.slug] = (
            group[_counted(m, rows.what)],
            seconds.astype(np.float64),
            np.ones(len(seconds), np.int64),
        )
    return Groups(keys, sums=sums, durations=durations)


def _counted(measure: Measure, facts: Facts) -> np.ndarray:
    return np.ones(len(facts), bool) if measure.where is None else np.asarray(measure.where(facts), bool)


def subjects(
    shelf: Shelf,
    source: Source,
    measure_slug: str,
    period: Period,
    *,
    where: Sequence[Filter],
    teams: list[int] | None,
    part: Slice = WHOLE,
) -> np.ndarray:
    """Subjects of the facts that count in a measure. int64[m], repeated as facts repeat"""
    rows = shelf.blocks(source, period, teams, where).within(period, None)
    facts, measure = rows.what, source.measure(measure_slug)
    counted = measure.values(facts) != 0 if measure.kind == "sum" else _counted(measure, facts)
    if part.hour is not None:
        counted &= _hour_of_week(rows) == part.hour
    if part.is_band:
        counted &= _in_band(np.asarray(measure.amount(facts)).astype(np.int64), part)
    return facts["subject"][counted].astype(np.int64)


def _in_band(seconds: np.ndarray, part: Slice) -> np.ndarray:
    """As a histogram tells them, since that is what was counted. bool[n]"""
    told = histogram.seconds_of(histogram.bucket_of(seconds))
    return (told >= (part.at_least_s or 0)) & (told < (np.inf if part.under_s is None else part.under_s))


# -- grouping


def _weekday(day: np.ndarray) -> np.ndarray:
    """0 Monday .. 6 Sunday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def _hour_of_week(rows: Rows) -> np.ndarray:
    return _weekday(rows.day) * 24 + rows.what["second"].astype(np.int64) // 3600


def _bucket(day: np.ndarray, grain: Grain) -> np.ndarray:
    """Day number of the bucket's first day."""
    if grain is Grain.WEEK:
        return day - _weekday(day)
    if grain is Grain.MONTH:
        return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.zeros_like(day) if grain is Grain.TOTAL else day


def _group(columns: list[np.ndarray], *, total: bool = False) -> tuple[list[Key], np.ndarray]:
    """Distinct combinations of columns, and for each row which one it is. The first is the bucket."""
    if total and len(columns) == 1:
        rows = len(columns[0])
        return [(None, ())] if rows else [], np.zeros(rows, np.int64)
    distinct, group = distinct_rows(columns)
    parts = [column.tolist() for column in distinct]
    keys: list[Key] = [(None if total else bucket, tuple(cuts)) for bucket, *cuts in zip(*parts, strict=True)]
    return keys, group
