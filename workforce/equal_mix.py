"""Vendors beside our own people: quality, throughput and cost as they are, and as they would be at equal case mix."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings

from ops_dashboard.metrics.definitions import Metric, Unit, registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.intervals import wilson
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.rendering.numbers import NOTHING, shown, span, whole
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.metrics.result import Figure, Row
from workforce.case_mix import FEWEST, Amounts, case_weights, count_interval, standardised

SHARES = ("resolution_attainment", "reopen_rate", "one_touch_rate")
EFFORT = "replies_per_resolution"  # what a ticket of a reason takes, of everybody
BY = "reason"
LEAST_COVERED = 0.5  # of all work; a group that can be compared on less gets no adjusted rate
FEWEST_SOLVES = 30  # below it chance has the say


@dataclass(frozen=True)
class Mix:
    """Parts and wholes by vendor and reason; facts of no team belong to nobody and are left out."""

    vendors: dict[str, str]  # slug: label
    part: Amounts
    whole: Amounts

    def place(self, vendor: str) -> int:
        return list(self.vendors).index(vendor)


def equal_mix(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Two tables: quality of service by direct standardisation, throughput and cost by case weight."""
    return {
        "quality": _quality(reader, asked),
        "output": _output(reader, asked),
        "fewest": FEWEST,
        "effort": registry.metric(EFFORT),
    }


def _mix(reader: Reader, asked: Asked, slug: str) -> Mix:
    result = reader.run(Query(slug, asked.period, by=("vendor", BY), where=asked.where))
    rows = [row for row in result.rows if row.keys[0] != "no-team"]
    vendors = {row.keys[0]: row.labels[0] for row in rows}
    strata = list(dict.fromkeys(row.keys[1] for row in rows))
    part, total = (np.zeros((len(vendors), len(strata))) for _ in range(2))
    for row in rows:
        place = list(vendors).index(row.keys[0]), strata.index(row.keys[1])
        part[place], total[place] = row.figure.part, row.figure.whole
    return Mix(vendors, part, total)


def _quality(reader: Reader, asked: Asked) -> Table:
    metrics = [registry.metric(slug) for slug in SHARES]
    found = [_mix(reader, asked, metric.slug) for metric in metrics]
    labels = {key: label for mix in found for key, label in mix.vendors.items()}
    columns = [Column("Vendor")]
    for metric in metrics:
        columns += [Column(f"{metric.label} %", "number"), Column("at equal mix", "number"), Column("n", "number")]
    rows = []
    for key, label in sorted(labels.items(), key=lambda item: item[1]):
        cells = [Cell(label, order=label)]
        for metric, mix in zip(metrics, found, strict=True):
            cells += _share_cells(metric, mix, key) if key in mix.vendors else [Cell(NOTHING)] * 3
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows), "Quality of service at equal case mix")


def _share_cells(metric: Metric, mix: Mix, vendor: str) -> list[Cell]:
    result, place = standardised(mix.part, mix.whole), mix.place(vendor)
    raw, adjusted, covered, low, high, n = (
        float(each[place]) for each in (result.raw, result.adjusted, result.covered, result.low, result.high, result.n)
    )
    if covered < LEAST_COVERED:
        return [_value(None if np.isnan(raw) else raw, metric.unit), Cell(NOTHING, quiet=_on(covered)), _count(n)]
    interval = wilson(raw * n, n)
    said = f"{span(low, high, metric.unit)}{_on(covered)}"
    return [
        _value(raw, metric.unit, span(*interval, metric.unit) if interval else ""),
        _value(adjusted, metric.unit, said),
        _count(n),
    ]


def _on(covered: float) -> str:
    return "" if covered > 0.995 else f" on {shown(covered, Unit.SHARE).plain} of work"


def _output(reader: Reader, asked: Asked) -> Table:
    """Throughput times the case weight, cost over it; money only for those who see it."""
    mix = _mix(reader, asked, EFFORT)
    weights = case_weights(mix.part, mix.whole)
    slugs = ["solved_per_hour", *(["cost_per_resolution"] if reader.scope.sees_costs else [])]
    metrics = [registry.metric(slug) for slug in slugs]
    figures = [_figures(reader, asked, metric.slug) for metric in metrics]
    columns = [Column("Vendor"), Column("Case weight", "number"), Column("Tickets", "number")]
    for metric in metrics:
        unit = f", {settings.CURRENCY}" if metric.unit is Unit.MONEY else ""
        columns += [Column(f"{metric.label}{unit}", "number"), Column("at equal mix", "number"), Column("n", "number")]
    rows = []
    for key, label in sorted(mix.vendors.items(), key=lambda item: item[1]):
        weight = float(weights[mix.place(key)])
        cells = [
            Cell(label, order=label),
            Cell(NOTHING) if np.isnan(weight) else Cell(f"{weight:.2f}", order=weight),
            _count(float(mix.whole[mix.place(key)].sum())),
        ]
        for metric, told in zip(metrics, figures, strict=True):
            cells += _rate_cells(metric, told.get(key), weight)
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows), "Throughput and cost at equal case mix")


def _figures(reader: Reader, asked: Asked, slug: str) -> dict[str, Figure]:
    rows: tuple[Row, ...] = reader.run(Query(slug, asked.period, by=("vendor",), where=asked.where)).rows
    return {row.keys[0]: row.figure for row in rows}


def _rate_cells(metric: Metric, figure: Figure | None, weight: float) -> list[Cell]:
    """Harder work makes an hour's solves worth more, and a solve's cost worth less."""
    if figure is None or figure.value is None:
        return [Cell(NOTHING)] * 3
    solves = figure.whole if metric.unit is Unit.MONEY else float(figure.n)
    factor = 1 / weight if metric.unit is Unit.MONEY else weight
    if solves < FEWEST_SOLVES or np.isnan(weight):
        return [_value(figure.value, metric.unit), Cell(NOTHING, quiet="too few"), _count(solves)]
    raw, adjusted = figure.value, figure.value * factor
    return [
        _value(raw, metric.unit, span(*count_interval(raw, solves), metric.unit)),
        _value(adjusted, metric.unit, span(*count_interval(adjusted, solves), metric.unit)),
        _count(solves),
    ]


def _value(value: float | None, unit: Unit, quiet: str = "") -> Cell:
    return Cell(shown(value, unit).number, order=value, quiet=quiet)


def _count(n: float) -> Cell:
    return Cell(whole(n), order=n)
