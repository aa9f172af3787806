"""What the page Productivity and cost works out beyond its metrics: how cost is allocated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.rendering.numbers import fixed, places_of, plural, shown, text, whole
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.metrics.result import Figure, Row
from workforce.metrics import ALLOCATION


@dataclass(frozen=True)
class Line:
    """One team's cost and what it is divided by."""

    label: str
    hours: float
    cost: float
    solves: float
    unpriced: float
    per: float | None  # of one resolution; None where it has none, or its cost is not known

    @property
    def is_known(self) -> bool:
        """Whether any hour has a rate; without one the cost is not known, which is not the same as nothing."""
        return self.hours - self.unpriced > 1e-9

    @property
    def why_quiet(self) -> str:
        if not self.solves:
            return "solved nothing"
        return "" if self.is_known else "no rate" if self.hours else "no rostered hours"


def allocation(reader: Reader, asked: Asked) -> dict[str, Any]:
    """Every team's cost beside its solves; the lines add up to the total."""
    lines = _lines(reader, asked)
    return {
        "definition": ALLOCATION,
        "table": _allocation_table(lines),
        "sentence": _allocation_words(lines),
        "activities": _activities_table(reader, asked),
    }


def _lines(reader: Reader, asked: Asked) -> list[Line]:
    by = ("team",)

    def rows(slug: str) -> dict[str, Row]:
        result = reader.run(Query(slug, asked.period, by=by, where=asked.where))
        return {row.keys[0]: row for row in result.rows}

    costs, hours, unpriced = rows("cost_per_resolution"), rows("paid_hours"), rows("unpriced_hours")
    lines = [
        Line(
            row.labels[0],
            hours=_value(hours.get(key)),
            cost=row.figure.part,
            solves=row.figure.whole,
            unpriced=_value(unpriced.get(key)),
            per=row.figure.value,
        )
        for key, row in costs.items()
    ]
    return sorted(lines, key=lambda line: (-line.cost, line.label))


def _value(row: Row | None) -> float:
    return row.figure.value or 0.0 if row else 0.0


def _allocation_table(lines: Sequence[Line]) -> Table:
    columns = (
        Column("Team"),
        Column("Paid hours", "number"),
        Column("Without a rate", "number"),
        Column(f"Cost, {settings.CURRENCY}", "number"),
        Column("Solved", "number"),
        Column(f"Per resolution, {settings.CURRENCY}", "number"),
    )
    sums = {name: sum(getattr(line, name) for line in lines) for name in _AMOUNTS}
    per = sums["cost"] / sums["solves"] if sums["solves"] and any(line.is_known for line in lines) else None
    together = Line("All together", **sums, per=per)
    places = places_of([together.cost], Unit.MONEY)
    rows = [_allocation_row(line, places) for line in (*lines, together)]
    return Table(columns, tuple(rows), "How cost is allocated, by team")


_AMOUNTS = ("hours", "cost", "solves", "unpriced")


def _allocation_row(line: Line, places: int) -> tuple[Cell, ...]:
    return (
        Cell(line.label, order=line.label, quiet=line.why_quiet),
        Cell(whole(line.hours), order=line.hours),
        Cell(whole(line.unpriced), order=line.unpriced),
        Cell(fixed(line.cost if line.is_known else None, places), order=line.cost),
        Cell(whole(line.solves), order=line.solves),
        Cell(shown(line.per, Unit.MONEY).number, order=line.per),
    )


def _allocation_words(lines: Sequence[Line]) -> str:
    idle = sum(line.cost for line in lines if not line.solves)
    unpriced = sum(line.unpriced for line in lines)
    unstaffed = sum(line.solves for line in lines if not line.hours)
    said = [
        f"{text(idle, Unit.MONEY)} were spent by teams that solved nothing: in the total, in no team's figure"
        if idle
        else "Every cost stands with a team that solved something"
    ]
    if unpriced:
        said.append(f"{whole(unpriced)} paid hours have no rate and cost nothing here")
    if unstaffed:
        said.append(f"{plural(round(unstaffed), 'solve')} of teams without rostered hours lower the total")
    return "; ".join(said) + "."


def _activities_table(reader: Reader, asked: Asked) -> Table:
    """What the hours were spent on, and what they cost: queue work and all that is not."""
    cost = reader.run(Query("staff_cost", asked.period, by=("activity",), where=asked.where))
    hours = reader.run(Query("paid_hours", asked.period, by=("activity",), where=asked.where))
    spent = {row.keys[0]: row.figure.value or 0.0 for row in hours.rows}
    whole_cost = cost.total.value or 0.0
    rows = [
        (
            Cell(row.labels[0], order=row.labels[0]),
            Cell(whole(spent.get(row.keys[0], 0.0)), order=spent.get(row.keys[0], 0.0)),
            Cell(fixed(row.figure.value, places_of([whole_cost], Unit.MONEY)), order=row.figure.value),
            Cell(shown(_share(row.figure, whole_cost), Unit.SHARE).number, order=row.figure.value),
        )
        for row in sorted(cost.rows, key=lambda row: -(row.figure.value or 0.0))
    ]
    columns = (
        Column("Activity"),
        Column("Paid hours", "number"),
        Column(f"Cost, {settings.CURRENCY}", "number"),
        Column("Share %", "number"),
    )
    return Table(columns, tuple(rows), "What paid hours were spent on, and their cost")


def _share(figure: Figure, whole_cost: float) -> float | None:
    return (figure.value or 0.0) / whole_cost if whole_cost else None
