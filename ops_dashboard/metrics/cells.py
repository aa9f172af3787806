"""Reads cells: sums and durations by bucket and cut, and the subjects behind them.

Two ways to the same numbers. Totals, hours and histograms answer what is asked by time and team
alone; packed blocks answer everything else. A test holds the two together.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from django.db import connection

from ops_dashboard.metrics import histogram
from ops_dashboard.metrics.definitions import Facts, Measure, Source
from ops_dashboard.metrics.groups import Groups, Key
from ops_dashboard.metrics.packing import HOURS
from ops_dashboard.metrics.periods import Grain, Period

Filter = tuple[str, list[int]]  # column, codes

_BUCKET_SQL = {
    Grain.DAY: "day - date '1970-01-01'",
    Grain.WEEK: "date_trunc('week', day)::date - date '1970-01-01'",
    Grain.MONTH: "date_trunc('month', day)::date - date '1970-01-01'",
    Grain.TOTAL: "0",
}


def aggregate(
    source: Source,
    measures: Sequence[str],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
    opening: bool = False,
    exact: bool = False,
) -> Groups:
    """Amounts of some measures; `teams` None reads all teams, `exact` keeps single durations."""
    chosen = [source.measure(slug) for slug in measures]
    plain = set(by) <= {"team"} and not where and not exact
    if plain and (grain is not Grain.HOUR_OF_WEEK or all(m.hourly for m in chosen)):
        return _from_totals(source, chosen, period, grain=grain, by=by, teams=teams, opening=opening)
    return _from_blocks(
        source, chosen, period, grain=grain, by=by, where=where, teams=teams, opening=opening, exact=exact
    )


# -- totals, hours, histograms


def _from_totals(
    source: Source,
    measures: list[Measure],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    teams: list[int] | None,
    opening: bool,
) -> Groups:
    sums = [m for m in measures if m.kind == "sum"]
    if grain is Grain.HOUR_OF_WEEK:
        return _from_hours(source, sums, period, by=by, teams=teams)
    durations = [m for m in measures if m.kind == "histogram"]
    if durations:
        return _from_histograms(source, durations, period, grain=grain, by=by, teams=teams)
    before = _opening_totals(source, sums, period.start, by=by, teams=teams) if opening else {}
    rows = _sum_totals(source, sums, _BUCKET_SQL[grain], "day BETWEEN %s AND %s", [period.start, period.end], by, teams)
    keys: list[Key] = [(None if grain is Grain.TOTAL else row[0], (row[1],) if by else ()) for row in rows]
    return Groups(
        keys,
        sums={m.slug: np.array([row[2 + i] for row in rows], dtype=np.int64) for i, m in enumerate(sums)},
        opening=before,
    )


def _sum_totals(
    source: Source,
    measures: list[Measure],
    bucket: str,
    condition: str,
    arguments: list[date],
    by: Sequence[str],
    teams: list[int] | None,
) -> list[tuple]:
    amounts = "".join(f", sum(totals[{source.sums.index(m) + 1}])::bigint" for m in measures)
    sql = (
        f"SELECT {bucket}, {'team' if by else '0'} {amounts} FROM metrics_cell "
        f"WHERE source = %s AND {condition} {_team_sql(teams)} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [source.slug, *arguments, *([teams] if teams is not None else [])])
        return cursor.fetchall()


def _team_sql(teams: list[int] | None) -> str:
    return "" if teams is None else "AND team = ANY(%s)"


def _opening_totals(
    source: Source, measures: list[Measure], start: date, *, by: Sequence[str], teams: list[int] | None
) -> dict[tuple[int, ...], dict[str, int]]:
    rows = _sum_totals(source, measures, "0", "day < %s", [start], by, teams)
    return {((row[1],) if by else ()): {m.slug: row[2 + i] for i, m in enumerate(measures)} for row in rows}


def _fetch(
    source: Source, column: str, period: Period, teams: list[int] | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bytes]:
    """(day numbers, teams, byte lengths, the bytes of all cells one after another)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT day - date '1970-01-01', team, {column} FROM metrics_cell "
            f"WHERE source = %s AND day BETWEEN %s AND %s {_team_sql(teams)} ORDER BY day, team",
            [source.slug, period.start, period.end, *([teams] if teams is not None else [])],
        )
        rows = cursor.fetchall()
    lengths = np.array([len(row[2]) for row in rows], dtype=np.int64)
    return (
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        lengths,
        b"".join(row[2] for row in rows),
    )


def _from_hours(
    source: Source, measures: list[Measure], period: Period, *, by: Sequence[str], teams: list[int] | None
) -> Groups:
    day, team, lengths, raw = _fetch(source, "hours", period, teams)
    pairs = np.frombuffer(raw, HOURS)
    cell = np.repeat(np.arange(len(day)), lengths // HOURS.itemsize)
    slot = pairs["slot"].astype(np.int64)
    bucket = _weekday(day[cell]) * 24 + slot % 24
    keys, group = _group([bucket, *([team[cell]] if by else [])])
    sums = {}
    for m in measures:
        mine = slot // 24 == source.sums.index(m)
        sums[m.slug] = _sum(group[mine], pairs["amount"][mine], len(keys))
    return Groups(keys, sums=sums)


def _from_histograms(
    source: Source,
    measures: list[Measure],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    teams: list[int] | None,
) -> Groups:
    day, team, lengths, raw = _fetch(source, "histograms", period, teams)
    pairs = np.frombuffer(raw, histogram.PAIRS)
    cell = np.repeat(np.arange(len(day)), lengths // histogram.PAIRS.itemsize)
    keys, group = _group([_bucket(day, grain)[cell], *([team[cell]] if by else [])], total=grain is Grain.TOTAL)
    durations = {}
    for m in measures:
        mine = pairs["measure"] == source.histograms.index(m)
        seconds = histogram.seconds_of(pairs["bucket"][mine])
        durations[m.slug] = (group[mine], seconds, pairs["count"][mine].astype(np.int64))
    return Groups(keys, durations=durations)


# -- blocks


def _from_blocks(
    source: Source,
    measures: list[Measure],
    period: Period,
    *,
    grain: Grain,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
    opening: bool,
    exact: bool,
) -> Groups:
    day, team, facts = read_blocks(source, period, where=where, teams=teams)
    bucket = (
        _weekday(day) * 24 + facts["second"].astype(np.int64) // 3600
        if grain is Grain.HOUR_OF_WEEK
        else _bucket(day, grain)
    )
    keys, group = _group([bucket, *(_cut(team, facts, column) for column in by)], total=grain is Grain.TOTAL)
    sums, durations = {}, {}
    for m in measures:
        if m.kind == "sum":
            sums[m.slug] = _sum(group, m.values(facts), len(keys))
            continue
        chosen = np.ones(len(facts), bool) if m.where is None else np.asarray(m.where(facts), bool)
        seconds = m.selected(facts)
        if not exact:
            seconds = histogram.seconds_of(histogram.bucket_of(seconds))
        durations[m.slug] = (group[chosen], seconds.astype(np.float64), np.ones(len(seconds), np.int64))
    before = _opening_blocks(source, measures, period.start, by=by, where=where, teams=teams) if opening else {}
    return Groups(keys, sums=sums, durations=durations, opening=before)


def read_blocks(
    source: Source, period: Period, *, where: Sequence[Filter], teams: list[int] | None
) -> tuple[np.ndarray, np.ndarray, Facts]:
    """(day numbers int64[n], teams int64[n], facts[n]) of the facts that pass every filter."""
    day, team, lengths, raw = _fetch(source, "block", period, teams)
    facts = np.frombuffer(raw, source.dtype)
    counts = lengths // source.dtype.itemsize
    day, team = np.repeat(day, counts), np.repeat(team, counts)
    if not where:
        return day, team, facts
    kept = np.ones(len(facts), bool)
    for column, codes in where:
        kept &= np.isin(_cut(team, facts, column), codes)
    return day[kept], team[kept], facts[kept]


def _opening_blocks(
    source: Source,
    measures: list[Measure],
    start: date,
    *,
    by: Sequence[str],
    where: Sequence[Filter],
    teams: list[int] | None,
) -> dict[tuple[int, ...], dict[str, int]]:
    past = Period(date(1970, 1, 1), date.fromordinal(start.toordinal() - 1))
    _, team, facts = read_blocks(source, past, where=where, teams=teams)
    keys, group = _group([np.zeros(len(facts), np.int64), *(_cut(team, facts, column) for column in by)])
    sums = {m.slug: _sum(group, m.values(facts), len(keys)) for m in measures}
    return {codes: {slug: int(amounts[i]) for slug, amounts in sums.items()} for i, (_, codes) in enumerate(keys)}


def subjects(
    source: Source, measure_slug: str, period: Period, *, where: Sequence[Filter], teams: list[int] | None
) -> np.ndarray:
    """Subjects of the facts that count in a measure. int64[m], repeated as facts repeat"""
    _, _, facts = read_blocks(source, period, where=where, teams=teams)
    measure = source.measure(measure_slug)
    if measure.kind == "sum":
        return facts["subject"][measure.values(facts) != 0].astype(np.int64)
    chosen = np.ones(len(facts), bool) if measure.where is None else np.asarray(measure.where(facts), bool)
    return facts["subject"][chosen].astype(np.int64)


# -- grouping


def _cut(team: np.ndarray, facts: Facts, column: str) -> np.ndarray:
    return team if column == "team" else facts[column].astype(np.int64)


def _weekday(day: np.ndarray) -> np.ndarray:
    """0 Monday .. 6 Sunday; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def _bucket(day: np.ndarray, grain: Grain) -> np.ndarray:
    """Day number of the bucket's first day."""
    if grain is Grain.WEEK:
        return day - _weekday(day)
    if grain is Grain.MONTH:
        return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.zeros_like(day) if grain is Grain.TOTAL else day


def _group(columns: list[np.ndarray], *, total: bool = False) -> tuple[list[Key], np.ndarray]:
    """Distinct combinations of columns, and for each row which one it is. The first is the bucket."""
    combined = np.zeros(len(columns[0]), np.int64)
    codes = []
    for column in columns:
        distinct, place = np.unique(column, return_inverse=True)
        combined = combined * max(1, len(distinct)) + place
        codes.append(distinct)
    present, group = np.unique(combined, return_inverse=True)
    parts: list[list[int]] = []
    rest = present
    for distinct in reversed(codes):
        parts.append(distinct[rest % max(1, len(distinct))].tolist() if len(present) else [])
        rest = rest // max(1, len(distinct))
    parts.reverse()
    keys: list[Key] = [(None if total else bucket, tuple(cuts)) for bucket, *cuts in zip(*parts, strict=True)]
    return keys, group


def _sum(group: np.ndarray, amounts: np.ndarray, groups: int) -> np.ndarray:
    """Exact integer sums by group."""
    if not len(group):
        return np.zeros(groups, np.int64)
    order = np.argsort(group, kind="stable")
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    summed = np.zeros(groups, np.int64)
    summed[sorted_group[starts]] = np.add.reduceat(amounts[order].astype(np.int64), starts)
    return summed
