"""Refilling a few cells costs what they hold, however large the tables are: every source is read by an index."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from ops_dashboard.metrics.definitions import Source, registry
from ops_dashboard.metrics.facts_reader import cells_sql
from tests.metrics.facts import random_tickets, record

pytestmark = pytest.mark.django_db

CELLS = [(date(2026, 3, 30), 1), (date(2026, 3, 31), 2)]
NOW = datetime(2026, 4, 1, tzinfo=UTC)
# Sources made from wider rows; tests/workforce/test_sources.py looks at how they are read.
COMPUTED = {"rostered", "answered", "forecasts", "forecast_days"}


def plan_of(source: Source) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {cells_sql(source, CELLS, as_of=NOW)}")
        ((document,),) = cursor.fetchall()
    plans = json.loads(document) if isinstance(document, str) else document
    return plans[0]["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def test_every_source_is_read_through_an_index_that_bounds_the_instant() -> None:
    record(random_tickets(1_500, seed=11, until=NOW))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # without rows every index looks alike to the planner
    for source in (source for source in registry.sources() if source.slug not in COMPUTED):
        found = list(nodes(plan_of(source)))
        assert "Seq Scan" not in {node["Node Type"] for node in found}, source.slug
        conditions = [node["Index Cond"] for node in found if "Index Cond" in node]
        scans = [node for node in found if node["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Index Scan")]
        assert len(conditions) == len(scans) > 0, source.slug
        for condition in conditions:  # first and last instant of the cell
            assert "cell.starts" in condition and "cell.ends" in condition, (source.slug, condition)
