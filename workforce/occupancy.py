"""What the page Productivity and cost says of occupancy: as logged and as planned, and what the plan assumes."""

from typing import Any

from ops_dashboard.metrics.definitions import Unit, registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.numbers import shown, text, whole
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.metrics.result import Figure, Row
from workforce.models import Queue

LOGGED, BASIS, PLANNED = "occupancy", "time_logged_share", "planned_occupancy"
CUTS = ("team", "site", "vendor", "agent")


def occupancy(reader: Reader, asked: Asked) -> dict[str, Any]:
    """The cut that is asked for, beside the handle time that every queue assumes."""
    by = next((cut for cut in asked.by if cut in CUTS and (cut != "agent" or reader.scope.sees_people)), "team")
    return {
        "metric": registry.metric(LOGGED),
        "planned": registry.metric(PLANNED),
        "sentence": sentence(reader.run(asked.query(LOGGED, by=(by,)))),
        "table": _occupied(reader, asked, by),
        "assumed": _assumed(reader, asked),
    }


def _occupied(reader: Reader, asked: Asked, by: str) -> Table:
    """The busiest first; below each figure the share of hours it rests on, where that is not all."""
    logged, basis = (reader.run(asked.query(slug, by=(by,))).rows for slug in (LOGGED, BASIS))
    planned = reader.run(asked.query(PLANNED, by=(by,))).rows if by != "agent" else ()
    labels = {row.keys[0]: row.labels[0] for row in (*basis, *planned, *logged)}
    told = {slug: _figures(rows) for slug, rows in ((LOGGED, logged), (BASIS, basis), (PLANNED, planned))}
    columns = [Column(by.capitalize()), Column("Logged %", "number"), Column("Entries", "number")]
    columns += [Column("Planned %", "number")] if planned else []
    rows = []
    for key in sorted(labels, key=lambda key: (-_value(told[LOGGED], key), labels[key])):
        cells = [
            Cell(labels[key], order=labels[key]),
            _share(told[LOGGED].get(key), quiet=_rests_on(told[BASIS].get(key))),
            Cell(whole(_n(told[LOGGED], key)), order=_n(told[LOGGED], key)),
        ]
        rows.append((*cells, *([_share(told[PLANNED].get(key))] if planned else [])))
    return Table(tuple(columns), tuple(rows), "Occupancy")


def _figures(rows: tuple[Row, ...]) -> dict[str, Figure]:
    return {row.keys[0]: row.figure for row in rows}


def _value(figures: dict[str, Figure], key: str) -> float:
    return figures[key].value or 0.0 if key in figures else 0.0


def _n(figures: dict[str, Figure], key: str) -> int:
    return figures[key].n if key in figures else 0


def _share(figure: Figure | None, *, quiet: str = "") -> Cell:
    value = figure.value if figure else None
    return Cell(shown(value, Unit.SHARE).number, order=value, quiet=quiet)


def _rests_on(basis: Figure | None) -> str:
    """What share of the staffed hours is of people who log; nothing where all is."""
    if basis is None or basis.value is None:
        return "no staffed hours"
    if not basis.value:
        return "no time logged"
    return "" if basis.value > 0.995 else f"on {shown(basis.value, Unit.SHARE).plain} of hours"


def _assumed(reader: Reader, asked: Asked) -> Table:
    """Every active queue's handle time, what it keeps an agent busy for, and how many contacts were done."""
    done = {row.keys[0]: row.figure for row in reader.run(asked.query("contacts_done", by=("queue",))).rows}
    columns = (
        Column("Queue"), Column("Assumed handle time", "number"), Column("Busy with one", "number"),
        Column("Done", "number"),
    )  # fmt: skip
    rows = []
    for queue in Queue.objects.visible_to(reader.scope).active():
        figure = done.get(queue.slug)
        count = figure.n if figure else 0
        rows.append(
            (
                Cell(queue.name, order=queue.name),
                Cell(text(queue.aht_s, Unit.SECONDS), order=queue.aht_s),
                Cell(shown(queue.busy_s, Unit.SECONDS).plain, order=queue.busy_s),
                Cell(whole(count), order=count),
            )
        )
    return Table(columns, tuple(rows), "Assumed handle times, as they stand now")
