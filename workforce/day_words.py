"""The day in words, tables and charts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from workforce.day import LOOK_AHEAD, Day, QueueDay
from workforce.models import INTERVAL_S

NOTHING = "\N{EN DASH}"
WORTH_TELLING = 0.5  # late contacts
Context = dict[str, Any]


def sentence(day: Day) -> str:
    """What matters most in the next hours: the queue with the most late contacts or the fewest people."""
    hours = LOOK_AHEAD * INTERVAL_S // 3600
    ranked = by_need(day)
    if not ranked:
        return "There is no queue yet; a planner adds one in the administration."
    worst = ranked[0]
    late = late_ahead(day, worst)
    if worst.shortage is None and late < WORTH_TELLING:
        unknown = all(np.isnan(each.planned[day.next_hours]).all() for each in day.queues)
        if unknown:
            return "Nothing is forecast for the coming hours, so nothing can be expected of them."
        return f"No queue is short of people in the next {hours} hours."
    others = sum(1 for each in ranked[1:] if each.shortage or late_ahead(day, each) >= WORTH_TELLING)
    more = f" {plural(others, 'other queue')} to look at." if others else ""
    return f"{_short(day, worst)}{_misses(late, hours)}.{more}"


def by_need(day: Day) -> list[QueueDay]:
    """The queue that will be late with most first, then the one shortest of people."""
    return sorted(
        day.queues, key=lambda each: (-_told_late(day, each), -(each.shortage.people if each.shortage else 0))
    )


def _short(day: Day, worst: QueueDay) -> str:
    if worst.shortage is None:
        return f"{worst.queue} has the people it asks for"
    begin, end = (
        _at(day, slot).astimezone(worst.zone).strftime("%H:%M")
        for slot in (worst.shortage.first, worst.shortage.last + 1)
    )
    people = plural(max(round(worst.shortage.people), 1), "agent")
    return f"{worst.queue} is {people} short {begin}\N{EN DASH}{end} ({worst.zone})"


def _misses(late: float, hours: int) -> str:
    if late < WORTH_TELLING:
        return "; nothing is expected to be late"
    count = max(round(late), 1)
    return f"; expect about {count:,} late first {'reply' if count == 1 else 'replies'} in the next {hours} hours"


def late_ahead(day: Day, each: QueueDay) -> float:
    """Contacts expected to be late in the next hours."""
    return float(np.nansum(each.late[day.next_hours]))


def _told_late(day: Day, each: QueueDay) -> float:
    """The same; less than is worth telling is nothing, so that it outranks no shortage."""
    late = late_ahead(day, each)
    return late if late >= WORTH_TELLING else 0.0


def queue_table(day: Day) -> Table:
    """One row a queue, the one that needs it most first."""
    columns = (
        Column("Queue"), Column("Came today", "number"), Column("Expected by now", "number"),
        Column("Rest of day", "number"), Column("Waiting", "number"),
        Column("At work now", "number"), Column("Needed now", "number"), Column("Short at most", "number"),
        Column("Expected late", "number"),
    )  # fmt: skip
    return Table(
        columns, tuple(_queue_row(day, each) for each in by_need(day)), f"The next {LOOK_AHEAD // 2} hours by queue"
    )


def _queue_row(day: Day, each: QueueDay) -> tuple[Cell, ...]:
    here = day.here
    so_far, rest = slice(each.begins, max(each.begins, day.heard)), slice(here, each.ends)
    short = each.shortage.people if each.shortage else 0.0
    return (
        Cell(str(each.queue), order=str(each.queue), href=f"?queue={each.queue.slug}"),
        _number(_sum(each.came[so_far])),
        _number(_sum(each.planned[so_far])),
        _number(_sum(each.expected[rest])),
        _waiting(each),
        _number(float(each.staffed[here]), places=1),
        _number(float(each.required[here]), places=1),
        _number(short, places=1),
        _number(late_ahead(day, each)),
    )


def _waiting(each: QueueDay) -> Cell:
    """Contacts without a first reply, and how many of them are past their deadline."""
    if each.waiting is None:
        return Cell(NOTHING, order="")
    return Cell(f"{each.waiting:,}", order=each.waiting, quiet=f"{each.overdue:,} overdue" if each.overdue else "")


def _sum(values: NDArray[np.float64]) -> float:
    return float("nan") if np.isnan(values).all() else float(np.nansum(values))


def _number(value: float, *, places: int = 0) -> Cell:
    if np.isnan(value):
        return Cell(NOTHING, order="")
    return Cell(f"{value:,.{places}f}", order=round(value, 3))


def contacts_chart(day: Day, each: QueueDay) -> Context:
    """Came as bars, the forecast dashed, and what the day so far makes of the rest."""
    rows = _shown(day, each)
    ahead = [slot if slot >= day.here else None for slot in rows]
    rest = [_value(each.expected, slot) for slot in ahead]
    traces = [
        _trace(day, each, rows, [_value(each.came, slot) for slot in rows], "bar", "came"),
        _trace(day, each, rows, [_value(each.planned, slot) for slot in rows], "previous", "forecast"),
        _trace(day, each, rows, rest, "now", "now expected"),
    ]
    marks = [("bar", "came"), ("previous", "forecast"), ("now", "expected now")]
    change = round((each.factor - 1) * 100)
    said = f"By half hour in {each.zone}. The day so far runs as forecast."
    if change:
        more = "more" if change > 0 else "fewer"
        said = f"By half hour in {each.zone}. After the day so far, {abs(change)} % {more} than forecast are expected."
    return _chart(
        day, each, traces, marks, said, ("Came", "Forecast", "Expected now"), (each.came, each.planned, each.expected)
    )


def people_chart(day: Day, each: QueueDay) -> Context:
    """People at work against people needed, by interval."""
    rows = _shown(day, each)
    traces = [
        _trace(day, each, rows, [_value(each.staffed, slot) for slot in rows], "now", "at work", steps=True),
        _trace(day, each, rows, [_value(each.required, slot) for slot in rows], "previous", "needed", steps=True),
    ]
    short = each.shortage
    said = f"Up to {short.people:.1f} people short in the coming hours." if short else "Covered in the coming hours."
    marks = [("now", "at work"), ("previous", "needed")]
    return _chart(
        day, each, traces, marks, said, ("At work", "Needed", "Expected late"), (each.staffed, each.required, each.late)
    )


def _chart(
    day: Day, each: QueueDay, traces: list[Context], marks: list[tuple[str, str]], said: str,
    heads: tuple[str, ...], columns: tuple[NDArray[np.float64], ...],
) -> Context:  # fmt: skip
    rows = _shown(day, each)
    table = Table(
        (Column("From"), *(Column(head, "number") for head in heads)),
        tuple(
            (
                Cell(_local(day, each, slot).strftime("%H:%M"), order=slot),
                *(_number(float(c[slot]), places=0 if c is each.came else 1) for c in columns),
            )
            for slot in rows
        ),
        f"{each.queue}, by half hour in {each.zone}",
    )
    here = _local(day, each, day.here).replace(tzinfo=None).isoformat()
    layout = {
        "showlegend": False, "hovermode": "x", "dragmode": False, "margin": {"l": 40, "r": 14, "t": 10, "b": 28},
        "xaxis": {"type": "date", "fixedrange": True, "tickformat": "%H:%M"},
        "yaxis": {"fixedrange": True, "rangemode": "tozero", "nticks": 6}, "bargap": 0.2,
        "shapes": [
            {
                "type": "line", "name": "annotation", "yref": "paper", "x0": here, "x1": here, "y0": 0, "y1": 1,
                "line": {"width": 1},
            }
        ],
        "annotations": [],
    }  # fmt: skip
    return {"sentence": said, "figure": {"data": traces, "layout": layout}, "marks": marks, "pins": (), "table": table}


def _trace(
    day: Day, each: QueueDay, rows: list[int], values: list[float | None], role: str, words: str, *, steps: bool = False
) -> Context:
    at = [_local(day, each, slot).replace(tzinfo=None) for slot in rows]
    trace: Context = {
        "meta": role,
        "x": [moment.isoformat() for moment in at],
        "y": values,
        "customdata": [
            f"{moment:%H:%M} {words}: {value:.1f}" if value is not None else ""
            for moment, value in zip(at, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    if role == "bar":
        return {**trace, "type": "bar"}
    line = {"dash": "dash"} if role == "previous" else {}
    return {
        **trace,
        "type": "scatter",
        "mode": "lines",
        "connectgaps": False,
        "line": {**line, "shape": "hv" if steps else "linear"},
    }


def _shown(day: Day, each: QueueDay) -> list[int]:
    """The slots of the queue's local day."""
    return list(range(each.begins, min(each.ends, day.grid.count)))


def _value(values: NDArray[np.float64], slot: int | None) -> float | None:
    if slot is None or np.isnan(values[slot]):
        return None
    return round(float(values[slot]), 2)


def _at(day: Day, slot: int) -> datetime:
    return datetime.fromtimestamp(day.grid.first_s + slot * INTERVAL_S, day.now.tzinfo)


def _local(day: Day, each: QueueDay, slot: int) -> datetime:
    return _at(day, slot).astimezone(each.zone)


@dataclass(frozen=True)
class AtWork:
    """Somebody on shift, or next on it."""

    name: str
    team: str
    activity: str
    kind: str
    until: str
