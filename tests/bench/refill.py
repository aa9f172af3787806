"""Refilling cells: all of them, and those that a thousand changed tickets touch.

The named alternative computes the same totals and exact quantiles by day and team in DuckDB, from
Parquet files that hold the same facts and nothing else.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.db import connection, transaction

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import Source, registry
from ops_dashboard.metrics.facts_reader import select_sql
from tests.bench import ground, organisation

SIZES = (200_000, 1_000_000)
CHANGED = 1_000


def run() -> None:
    """Print seconds of a full refill, of DuckDB's, and of refills after changes, for each size."""
    ground.prepare()
    print("| tickets | work | cells | facts | seconds | of a full refill |")
    print("|---|---|---|---|---|---|")
    for tickets in SIZES:
        organisation.build(tickets)
        everything = rollup.refill_everything()
        full, cells, facts = everything.seconds, everything.cells, everything.facts
        _line(tickets, "full refill", cells, facts, full, full)
        _line(tickets, "DuckDB from Parquet, the same totals and exact quantiles", cells, facts, _duckdb(), full)
        organisation.settle()
        for name, choose in (
            (f"{CHANGED:,} tickets changed on random days", organisation.anywhere),
            (f"{CHANGED:,} tickets changed in the last week", organisation.lately),
        ):
            done, seconds = _after(choose)
            _line(tickets, name, done.cells, done.facts, seconds, full)
        seconds, cells, facts = _same_cells()
        _line(tickets, f"{cells} cells of about equal size, of the last days", cells, facts, seconds, full)


def _line(tickets: int, work: str, cells: int, facts: int, seconds: float, full: float) -> None:
    print(f"| {tickets:,} | {work} | {cells:,} | {facts:,} | {seconds:.2f} | {seconds / full:.1%} |", flush=True)


def _after(choose: Callable[[int], list[int]]) -> tuple[rollup.Refilled, float]:
    """The better of three refills, each after other tickets changed."""
    best: tuple[rollup.Refilled, float] | None = None
    for seed in range(3):
        ids = choose(seed)
        with transaction.atomic(), connection.cursor() as cursor:
            rollup.snapshot(cursor, ids)
            organisation.correct(cursor, ids)
            rollup.mark_changed(cursor, ids, had_facts=True)
        done = rollup.refill()
        if best is None or done.seconds < best[1]:
            best = done, done.seconds
    assert best is not None
    return best


def _same_cells() -> tuple[float, int, int]:
    """Seconds of redoing a fixed set of cells whose facts number the same at every size."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) SELECT source, day, team FROM "
            "(SELECT source, day, team, sum(n) OVER (PARTITION BY source ORDER BY day DESC, team) AS reached "
            "FROM metrics_cell) AS cells WHERE reached <= 4000"
        )
    done = rollup.refill()
    return done.seconds, done.cells, done.facts


def _duckdb() -> float:
    with TemporaryDirectory() as folder:
        for source in registry.sources():
            _export(source, Path(folder))
        began = time.perf_counter()
        with duckdb.connect() as lake:
            for source in registry.sources():
                _totals_and_quantiles(lake, source, Path(folder))
        return time.perf_counter() - began


def _export(source: Source, folder: Path) -> None:
    """The facts of a source as Parquet, by way of CSV."""
    csv = folder / f"{source.slug}.csv"
    with csv.open("wb") as file, connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY ({select_sql(source)} WHERE {source.at} <= now()) TO STDOUT (FORMAT CSV, HEADER)", file
        )
    with duckdb.connect() as lake:
        lake.execute(f"COPY (FROM read_csv('{csv}')) TO '{folder / source.slug}.parquet' (FORMAT PARQUET)")
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
