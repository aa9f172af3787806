"""Refilling cells: all of them, and those that a thousand changed tickets touch.

The named alternative computes the same totals and exact quantiles by day and team in DuckDB, from
Parquet files that hold the same facts and nothing else. `--whole` compares 200,000 tickets with two
million, `--sizes` takes any others.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.db import connection, transaction

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import Source, registry
from ops_dashboard.metrics.facts_reader import select_sql
from tests.bench import ground, organisation

SIZES = (200_000, 1_000_000)  # tickets
WHOLE = (200_000, 2_000_000)
CHANGED = 1_000


def run(sizes: Sequence[int] = SIZES) -> None:
    """Print seconds of a full refill, of DuckDB's, and of refills after changes, for each size."""
    ground.prepare()
    print("| tickets | work | cells | facts | seconds | CPU s | of a full refill, CPU |")
    print("|---|---|---|---|---|---|---|")
    for tickets in sizes:
        organisation.build(tickets)
        full = _spent(rollup.refill_everything)
        _line(tickets, "full refill", full, full)
        other = replace(_duckdb(), cells=full.cells, facts=full.facts)
        _line(tickets, "DuckDB from Parquet, the same totals and exact quantiles", other, full)
        organisation.settle()
        for name, choose in (
            (f"{CHANGED:,} tickets changed on random days", organisation.anywhere),
            (f"{CHANGED:,} tickets changed in the last week", organisation.lately),
        ):
            _line(tickets, name, _after(choose), full)
        _line(tickets, "as many facts of the last days as at every size", _same_cells(), full)


@dataclass(frozen=True)
class Spent:
    """Work done, with seconds by the clock and of processors."""

    cells: int
    facts: int
    seconds: float
    cpu: float


def _line(tickets: int, work: str, done: Spent, full: Spent) -> None:
    print(
        f"| {tickets:,} | {work} | {done.cells:,} | {done.facts:,} | {done.seconds:.2f} | {done.cpu:.2f} "
        f"| {done.cpu / full.cpu:.1%} |",
        flush=True,
    )


def _spent(work: Callable[[], rollup.Refilled]) -> Spent:
    began, cpu = time.perf_counter(), ground.cpu_seconds()
    done = work()
    return Spent(done.cells, done.facts, time.perf_counter() - began, ground.cpu_seconds() - cpu)


def _after(choose: Callable[[int], list[int]]) -> Spent:
    """The better of three refills, each after other tickets changed."""
    found = []
    for seed in range(3):
        ids = choose(seed)
        with transaction.atomic(), connection.cursor() as cursor:
            rollup.snapshot(cursor, ids)
            organisation.correct(cursor, ids)
            rollup.mark_changed(cursor, ids, had_facts=True)
        found.append(_spent(rollup.refill))
    return min(found, key=lambda spent: spent.cpu)


def _same_cells() -> Spent:
    """Seconds of redoing a fixed set of cells whose facts number the same at every size."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) SELECT source, day, team FROM "
            "(SELECT source, day, team, sum(n) OVER (PARTITION BY source ORDER BY day DESC, team) AS reached "
            "FROM metrics_cell) AS cells WHERE reached <= 4000"
        )
    return _spent(rollup.refill)


def _duckdb() -> Spent:
    with TemporaryDirectory() as folder:
        for source in registry.sources():
            _export(source, Path(folder))
        began, cpu = time.perf_counter(), time.process_time()
        with duckdb.connect() as lake:
            for source in registry.sources():
                _totals_and_quantiles(lake, source, Path(folder))
        return Spent(0, 0, time.perf_counter() - began, time.process_time() - cpu)


def _export(source: Source, folder: Path) -> None:
    """The facts of a source as Parquet, by way of CSV."""
    csv = folder / f"{source.slug}.csv"
    with csv.open("wb") as file, connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY ({select_sql(source)} WHERE {source.at} <= now()) TO STDOUT (FORMAT CSV, HEADER)", file
        )
    names = ("day", "team", "second", "subject", *(column.name for column in source.columns))
    types = dict.fromkeys(names, "BIGINT")
    told, parquet = f"read_csv('{csv}', header = true, columns = {types})", folder / f"{source.slug}.parquet"
    with duckdb.connect() as lake:
        lake.execute(f"COPY (FROM {told}) TO '{parquet}' (FORMAT PARQUET)")
    csv.unlink()


def _totals_and_quantiles(lake: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> None:
    """Every column summed and every duration's median and p90, by day and team."""
    numbers = [column.name for column in source.columns]
    durations = [name for name in numbers if name.endswith("_s")]
    amounts = ", ".join(f"sum({name})" for name in numbers)
    exact = "".join(f", quantile_cont({name}, [0.5, 0.9])" for name in durations)
    lake.execute(
        f"SELECT day, team, count(*), {amounts}{exact} FROM '{folder / source.slug}.parquet' GROUP BY day, team"
    )
    lake.fetchall()
