"""Vendors, sites or teams: quality, throughput and cost as they are, and as they would be at equal case mix."""

from collections.abc import Sequence
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
from workforce.case_mix import FEWEST, Amounts, Standardised, allocated, standardised, standardised_means

GROUPS = ("vendor", "site", "team")
STRATA = ("reason", "channel")  # cases alike; the same for every figure
SHARES = ("resolution_attainment", "reopen_rate", "one_touch_rate")
LOGGED, WRITTEN = "logged_hours", "replies_per_resolution"  # what tells how effort spreads over the strata
LEAST_COVERED = 0.2  # of all work; a group that can be compared on less gets no adjusted rate
FEWEST_SOLVES = 30  # below it chance has the say
NOBODY = {"vendor": "no-team", "site": "no-team", "team": "none"}  # facts of no team are left out


@dataclass(frozen=True)
class Mix:
    """Amounts by group and stratum."""

    labels: dict[str, str]  # of groups, by slug
    part: Amounts
    whole: Amounts

    def place(self, group: str) -> int:
        return list(self.labels).index(group)


def equal_mix(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Two tables by direct standardisation, and how hours and money were spread over the strata."""
    by = next((cut for cut in asked.by if cut in GROUPS), GROUPS[0])
    output = _Output.read(reader, asked, by)
    return {
        "by": by,
        "quality": _quality(reader, asked, by),
        "output": output.table(),
        "allocation": output.allocation(),
        "fewest": FEWEST,
        "least": f"{LEAST_COVERED:.0%}".replace("%", " %"),
    }


def _rows(reader: Reader, asked: Asked, slug: str, by: Sequence[str]) -> list[Row]:
    result = reader.run(Query(slug, asked.period, by=tuple(by), where=asked.where))
    return [row for row in result.rows if row.keys[0] != NOBODY[by[0]]]


def _mix(reader: Reader, asked: Asked, slug: str, by: str) -> Mix:
    rows = _rows(reader, asked, slug, (by, *STRATA))
    labels = {row.keys[0]: row.labels[0] for row in rows}
    strata = {key: n for n, key in enumerate(dict.fromkeys(row.keys[1:] for row in rows))}
    part, total = (np.zeros((len(labels), len(strata))) for _ in range(2))
    places = {key: n for n, key in enumerate(labels)}
    for row in rows:
        place = places[row.keys[0]], strata[row.keys[1:]]
        part[place], total[place] = row.figure.part, row.figure.whole
    return Mix(labels, part, total)


def _quality(reader: Reader, asked: Asked, by: str) -> Table:
    metrics = [registry.metric(slug) for slug in SHARES]
    found = [_mix(reader, asked, metric.slug, by) for metric in metrics]
    labels = {key: label for mix in found for key, label in mix.labels.items()}
    columns = [Column(by.capitalize())]
    for metric in metrics:
        columns += [Column(f"{metric.label} %", "number"), Column("at equal mix", "number"), Column("n", "number")]
    results = [standardised(mix.part, mix.whole) for mix in found]
    rows = []
    for key, label in sorted(labels.items(), key=lambda item: item[1]):
        cells = [Cell(label, order=label)]
        for metric, mix, result in zip(metrics, found, results, strict=True):
            told = key in mix.labels
            cells += _share_cells(metric, result, mix.place(key)) if told else [Cell(NOTHING)] * 3
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows), "Quality of service at equal case mix")


def _share_cells(metric: Metric, result: Standardised, place: int) -> list[Cell]:
    raw, n = float(result.raw[place]), float(result.n[place])
    interval = wilson(raw * n, n)
    return [
        _value(raw, metric.unit, span(*interval, metric.unit) if interval else ""),
        _adjusted(result, place, metric.unit),
        _count(n),
    ]


def _adjusted(result: Standardised, place: int, unit: Unit) -> Cell:
    covered = float(result.covered[place])
    if covered < LEAST_COVERED:
        return Cell(NOTHING, quiet=_on(covered))
    low, high = float(result.low[place]), float(result.high[place])
    everybody = shown(float(result.reference[place]), unit).number
    return _value(float(result.adjusted[place]), unit, f"{span(low, high, unit)}{_on(covered)}; all {everybody}")


def _on(covered: float) -> str:
    return "" if covered > 0.995 else f" on {shown(covered, Unit.SHARE).plain} of work"


@dataclass(frozen=True)
class _Output:
    """What groups got done in which strata, and the hours and the money it took them.

    Hours and money are known by team alone. They are spread over the strata as the time that was logged
    there, or as the replies that were written where a group logs none.
    """

    by: str
    labels: dict[str, str]
    done: Amounts  # (groups, strata) solves
    effort: Amounts
    is_logged: tuple[bool, ...]
    hours: Amounts  # (groups,) nan where there are none
    cost: Amounts | None  # None: this reader sees no money

    @classmethod
    def read(cls, reader: Reader, asked: Asked, by: str) -> "_Output":
        solved, logged, written = (
            {row.keys: row.figure for row in _rows(reader, asked, slug, (by, *STRATA))}
            for slug in ("solved_by_agents", LOGGED, WRITTEN)
        )
        names = {row.keys[0]: row.labels[0] for row in _rows(reader, asked, "solved_by_agents", (by,))}
        labels = dict(sorted(names.items(), key=lambda item: item[1]))
        strata = list(dict.fromkeys(keys[1:] for keys in solved))
        shape = len(labels), len(strata)
        done, time, replies = (
            np.array([[_part(told.get((group, *key))) for key in strata] for group in labels]).reshape(shape)
            for told in (solved, logged, written)
        )
        timed = np.any(np.where(done > 0, time, 0) > 0, axis=1)
        staffed = {row.keys[0]: row.figure for row in _rows(reader, asked, "staffed_hours", (by,))}
        money = None
        if reader.scope.sees_costs:
            costs = {row.keys[0]: row.figure for row in _rows(reader, asked, "cost_per_resolution", (by,))}
            money = np.array([_known(costs.get(group)) for group in labels])
        return cls(
            by, labels, done, np.where(timed[:, None], time, replies), tuple(timed.tolist()),
            hours=np.array([_value_of(staffed.get(group)) for group in labels]), cost=money,
        )  # fmt: skip

    def table(self) -> Table:
        """Cases an hour turn round what hours a case takes; the interval with them."""
        time = standardised_means(allocated(self.hours, self.effort, self.done), self.done)
        columns = [Column(self.by.capitalize()), Column("Solved per productive hour", "number")]
        columns += [Column("at equal mix", "number"), Column("Solved", "number")]
        money = None
        if self.cost is not None:
            money = standardised_means(allocated(self.cost, self.effort, self.done), self.done)
            columns += [Column(f"Cost of one, {settings.CURRENCY}", "number"), Column("at equal mix", "number")]
        rows = []
        for place, label in enumerate(self.labels.values()):
            few = float(time.n[place]) < FEWEST_SOLVES
            cells = [Cell(label, order=label), *_two(_turned(time), place, Unit.PER_HOUR, few=few)]
            cells.append(_count(float(time.n[place])))
            rows.append((*cells, *(_two(money, place, Unit.MONEY, few=few) if money else ())))
        return Table(tuple(columns), tuple(rows), "Throughput and cost at equal case mix")

    def allocation(self) -> Table:
        """What was spread, by what, and over how many strata."""
        columns = [Column(self.by.capitalize()), Column("Hours on the queue", "number")]
        columns += [Column(f"Cost, {settings.CURRENCY}", "number")] if self.cost is not None else []
        columns += [Column("Spread by"), Column("Strata", "number"), Column(f"with {FEWEST} cases or more", "number")]
        rows = []
        for place, label in enumerate(self.labels.values()):
            there = int((self.done[place] > 0).sum())
            enough = int((self.done[place] >= FEWEST).sum())
            cells = [Cell(label, order=label), _amount(self.hours[place])]
            cells += [_amount(self.cost[place])] if self.cost is not None else []
            cells += [
                Cell("time logged" if self.is_logged[place] else "replies written"),
                _count(there),
                _count(enough),
            ]
            rows.append(tuple(cells))
        return Table(tuple(columns), tuple(rows), "How hours and money were spread over the strata")


def _turned(time: Standardised) -> Standardised:
    """Cases an hour, of hours a case."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return Standardised(
            raw=1 / time.raw, adjusted=1 / time.adjusted, n=time.n, covered=time.covered,
            reference=1 / time.reference, low=1 / time.high, high=1 / time.low,
        )  # fmt: skip


def _two(result: Standardised, place: int, unit: Unit, *, few: bool) -> list[Cell]:
    raw = float(result.raw[place])
    if np.isnan(raw) or np.isinf(raw):
        return [Cell(NOTHING)] * 2
    return [_value(raw, unit), Cell(NOTHING, quiet="too few") if few else _adjusted(result, place, unit)]


def _part(figure: Figure | None) -> float:
    """The amount that a total or the part of a ratio sums up."""
    if figure is None:
        return 0.0
    return float(figure.part or figure.value or 0.0)


def _value_of(figure: Figure | None) -> float:
    return float(figure.value) if figure and figure.value else np.nan


def _known(figure: Figure | None) -> float:
    return float(figure.part) if figure and figure.value is not None else np.nan


def _amount(value: float) -> Cell:
    return Cell(NOTHING) if np.isnan(value) else _count(float(value))


def _value(value: float, unit: Unit, quiet: str = "") -> Cell:
    told = None if np.isnan(value) else value
    return Cell(shown(told, unit).number, order=told, quiet=quiet)


def _count(n: float) -> Cell:
    return Cell(whole(n), order=n)
