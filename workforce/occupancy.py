"""What the page Productivity and cost says of planned occupancy: by team, and the assumptions it rests on."""

from typing import Any

from ops_dashboard.metrics.definitions import Unit, registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering import tables
from ops_dashboard.metrics.rendering.numbers import shown, text, whole
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from workforce.models import Queue

METRIC = "planned_occupancy"


def occupancy(reader: Reader, asked: Asked) -> dict[str, Any]:
    """The cut that is asked for (team, site or vendor), beside the handle time that every queue assumes."""
    by = asked.by[0] if asked.by and asked.by[0] in ("team", "site", "vendor") else "team"
    result = reader.run(asked.query(METRIC, by=(by,)))
    metric = registry.metric(METRIC)
    return {
        "metric": metric,
        "sentence": sentence(result),
        "table": tables.by_cut(result, series=None, caption="Planned occupancy"),
        "assumed": _assumed(reader, asked),
    }


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
