"""Two made-up sources beside the tickets: shifts that people worked, and visits they rated.

Their tables are temporary, so that the engine is tested with subjects that are no tickets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from ops_dashboard.metrics.definitions import (
    Better,
    Column,
    Dimension,
    Facts,
    Measure,
    Metric,
    Ratio,
    Source,
    Total,
    Unit,
    registry,
)

_KINDS = {1: ("front", "Front"), 2: ("back", "Back")}
KIND = Dimension(
    slug="kind",
    label="Kind",
    column="kind",
    labels=lambda codes: {code: _KINDS[code] for code in codes},
    codes=lambda slugs: {slug: code for code, (slug, _) in _KINDS.items() if slug in slugs},
    every=lambda: [(code, slug, label) for code, (slug, label) in _KINDS.items()],
)
MOOD = replace(KIND, slug="mood", label="Mood")
_WORDS: dict[str, Any] = {"definition": "What it means.", "attribution": "the start", "owner": "the team"}


def _column(name: str) -> Any:
    return lambda facts: facts[name].astype(np.int64)


def _one(facts: Facts) -> np.ndarray:
    return np.ones(len(facts), np.int64)


SHIFTS = Source(
    slug="told_shifts",
    label="Shifts",
    table="told_shifts",
    at="f.at",
    team="f.team",
    subject="f.id",
    columns=(Column("kind", "i2", "f.kind"), Column("seconds", "i4", "f.seconds"), Column("cents", "i8", "f.cents")),
    measures=(
        Measure("shifts", _one, hourly=True),
        Measure("seconds", _column("seconds"), hourly=True),
        Measure("cents", _column("cents")),
    ),
    dimensions=(KIND,),
    about="shift",
    rows_right="sees_rosters",
)
PLANNED = replace(SHIFTS, slug="told_planned", ahead=True)
VISITS = Source(
    slug="told_visits",
    label="Visits",
    table="told_visits",
    at="f.at",
    team="f.team",
    subject="f.id",
    columns=(Column("kind", "i2", "f.kind"), Column("score", "i4", "f.score"), Column("weight", "i4", "f.weight")),
    measures=(
        Measure("visits", _one, hourly=True),
        Measure("score", _column("score")),
        Measure("score_squares", lambda f: f["score"].astype(np.int64) ** 2),
        Measure("weight", _column("weight")),
        Measure("weighted_score", lambda f: f["score"].astype(np.int64) * f["weight"]),
        Measure("weighted_squares", lambda f: f["score"].astype(np.int64) ** 2 * f["weight"]),
        Measure("weight_squares", lambda f: f["weight"].astype(np.int64) ** 2),
    ),
    dimensions=(KIND, MOOD),
    about="visit",
    rows_right="sees_reviews",
)
METRICS: tuple[Metric, ...] = (
    Total(
        slug="told_hours",
        label="Hours",
        unit=Unit.HOURS,
        better=Better.NEITHER,
        source=SHIFTS.slug,
        measure="seconds",
        n="shifts",
        **_WORDS,
    ),
    Total(
        slug="told_cost",
        label="Cost",
        unit=Unit.MONEY,
        better=Better.LOWER,
        source=SHIFTS.slug,
        measure="cents",
        n="shifts",
        rights=("sees_costs",),
        **_WORDS,
    ),
    Ratio(
        slug="visits_per_hour",
        label="Visits per hour",
        unit=Unit.PER_HOUR,
        better=Better.HIGHER,
        source=VISITS.slug,
        part="visits",
        whole_source=SHIFTS.slug,
        whole="seconds",
        scale=3600,
        n="visits",
        of_shares=False,
        **_WORDS,
    ),
    Ratio(
        slug="cost_per_visit",
        label="Cost per visit",
        unit=Unit.MONEY,
        better=Better.LOWER,
        source=SHIFTS.slug,
        part="cents",
        whole_source=VISITS.slug,
        whole="visits",
        of_shares=False,
        **_WORDS,
    ),
    Ratio(
        slug="score",
        label="Score",
        unit=Unit.PER,
        better=Better.HIGHER,
        source=VISITS.slug,
        part="score",
        whole="visits",
        squares="score_squares",
        of_shares=False,
        minimum_n=5,
        **_WORDS,
    ),
    Ratio(
        slug="weighted_score",
        label="Score, weighted",
        unit=Unit.PER,
        better=Better.HIGHER,
        source=VISITS.slug,
        part="weighted_score",
        whole="weight",
        n="visits",
        squares="weighted_squares",
        weight_squares="weight_squares",
        of_shares=False,
        minimum_n=2,
        **_WORDS,
    ),
    Total(
        slug="planned_hours",
        label="Planned hours",
        unit=Unit.HOURS,
        better=Better.NEITHER,
        source=PLANNED.slug,
        measure="seconds",
        n="shifts",
        **_WORDS,
    ),
)


@contextmanager
def told() -> Iterator[None]:
    """The sources are declared and their tables there until the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE told_shifts (id bigint, at timestamptz, team int, kind int, seconds int, cents bigint);"
            "CREATE TEMP TABLE told_visits (id bigint, at timestamptz, team int, kind int, score int, weight int)"
        )
    declared: tuple[Source | Metric, ...] = (SHIFTS, PLANNED, VISITS, *METRICS)
    registry.add(*declared)
    try:
        yield
    finally:
        for item in declared:
            (registry._sources if isinstance(item, Source) else registry._metrics).pop(item.slug)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE told_shifts, told_visits")


def shift(number: int, at: datetime, *, team: int = 0, kind: int = 1, seconds: int = 3600, cents: int = 2000) -> None:
    _insert("told_shifts", number, at, team, kind, seconds, cents)


def visit(number: int, at: datetime, *, team: int = 0, kind: int = 1, score: int = 0, weight: int = 1000) -> None:
    _insert("told_visits", number, at, team, kind, score, weight)


def _insert(table: str, *values: int | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s)", values)
