"""Result -> a Plotly figure as a plain dictionary, without colours.

Every trace and shape says its role (`meta` of a trace, `name` of a shape); `static/js/charts.js` gives
roles their colours from the tokens of the page. Labels are escaped, since plotly.js reads pseudo-HTML.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings

from ops_dashboard.metrics.definitions import Metric, Unit
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.rendering.numbers import DASH, DAY, HOUR, MINUTE, bucket, day, goal, span, text
from ops_dashboard.metrics.rendering.sentences import few_words
from ops_dashboard.metrics.result import Figure, Note, Result, Row

Chart = dict[str, Any]
GAP = 0.25  # of a bucket, between two bars
LONELY = 6  # pixels of the marker of a value without neighbours
FEW_TICKS = 7  # buckets that each get a tick
MOST_SERIES = 7  # colours and dashes that can be told apart
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")


def escaped(label: str) -> str:
    """A label that plotly.js cannot take for markup."""
    return label.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def line(result: Result) -> Chart:
    """A metric over time: this period, its interval, the comparison, target, annotations, maturing days."""
    scale = _Scale(result)
    traces: list[dict[str, Any]] = []
    if result.by:
        traces += _series(result, scale)
    else:
        rows = list(result.rows)
        traces += [_band(run, scale) for run in _runs(rows, lambda row: row.figure.low)]
        if result.previous_period:
            traces.append(_previous(rows, scale, result))
        traces.append(_now(rows, scale, result))
    return {"data": traces, "layout": _layout(result, scale)}


def bars(result: Result) -> Chart:
    """Counts per bucket as bars from zero; the comparison is a dashed line over them."""
    scale = _Scale(result)
    rows = list(result.rows)
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "meta": "bar",
            "x": [_at(row) for row in rows],
            "y": [scale.of(row.figure.value) for row in rows],
            "customdata": [_hover(result, row, row.figure) for row in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    ]
    if len(rows) == 1 and (start := rows[0].start):  # Plotly measures a bar by the distance to its neighbour
        traces[0]["width"] = (1 - GAP) * (result.grain.next_start(start) - start) / timedelta(milliseconds=1)
    if result.previous_period:
        traces.append(_previous(rows, scale, result))
    layout = _layout(result, scale)
    layout["yaxis"]["rangemode"] = "tozero"
    layout["bargap"] = GAP
    return {"data": traces, "layout": layout}


def marks(result: Result, *, as_bars: bool = False) -> list[tuple[str, str]]:
    """(role, words) of the marks a chart of this result carries, for its legend."""
    if result.by:
        return [(f"series-{i}", label) for i, (_, label) in enumerate(_largest(result))]
    found = [("bar" if as_bars else "now", "this period")]
    if result.previous_period:
        found.append(("previous", "previous"))
    if not as_bars and any(row.figure.low is not None for row in result.rows):
        found.append(("interval", "95 % interval"))
    if result.target is not None:
        found.append(("target", f"target {goal(result.target, result.metric.unit, clock=result.metric.clock)}"))
    if any(row.maturing for row in result.rows):
        found.append(("maturing", "still maturing"))
    return found


@dataclass(frozen=True)
class Pin:
    """What is marked at one bucket: a letter on the chart, the words in its legend."""

    letter: str
    at: date
    words: str


def pins(result: Result) -> list[Pin]:
    """Annotations by the bucket they fall in, lettered A..Z, then numbered; equal labels once."""
    first = result.grain.start_of(result.period.start)
    by_bucket: dict[date, dict[str, None]] = {}
    for note in sorted(result.notes, key=lambda note: note.on):
        by_bucket.setdefault(max(result.grain.start_of(note.on), first), {})[_when(note)] = None
    return [
        Pin(chr(ord("A") + i) if i < 26 else str(i + 1), at, "; ".join(labels))
        for i, (at, labels) in enumerate(by_bucket.items())
    ]


def _when(note: Note) -> str:
    until = f" {DASH} {day(note.until)}" if note.until and note.until != note.on else ""
    return f"{note.label}, {day(note.on)}{until}"


class _Scale:
    """Values in the unit of the axis: per cent, or the time unit that suits the largest value."""

    def __init__(self, result: Result) -> None:
        known = [f.value for row in result.rows for f in (row.figure, row.previous) if f and f.value is not None]
        self.factor, self.suffix = _axis_unit(result.metric, max(known, default=0.0))

    def of(self, value: float | None) -> float | None:
        return None if value is None else round(value * self.factor, 4)


def _axis_unit(metric: Metric, largest: float) -> tuple[float, str]:
    if metric.unit is Unit.SHARE:
        return 100.0, " %"
    if metric.unit is not Unit.SECONDS:
        return 1.0, {Unit.HOURS: " h", Unit.MONEY: f" {settings.CURRENCY}"}.get(metric.unit, "")
    if largest >= 2 * DAY and metric.clock != "business":
        return 1 / DAY, " d"
    if largest >= 2 * HOUR:
        return 1 / HOUR, " h"
    return (1 / MINUTE, " min") if largest >= 2 * MINUTE else (1.0, " s")


def _at(row: Row) -> str | None:
    return row.start.isoformat() if row.start else None


def _now(rows: list[Row], scale: _Scale, result: Result) -> dict[str, Any]:
    lonely = _stand_alone([row.figure.value for row in rows])
    return {
        "type": "scatter",
        "meta": "now",
        "mode": "lines+markers",
        "x": [_at(row) for row in rows],
        "y": [scale.of(row.figure.value) for row in rows],
        "connectgaps": False,
        "marker": {"size": [LONELY if alone else 0 for alone in lonely]},
        "error_y": _whiskers([row.figure if alone else None for row, alone in zip(rows, lonely, strict=True)], scale),
        "customdata": [_hover(result, row, row.figure) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _previous(rows: list[Row], scale: _Scale, result: Result) -> dict[str, Any]:
    figures = [row.previous or Figure(None, 0) for row in rows]
    lonely = _stand_alone([figure.value for figure in figures])
    return {
        "type": "scatter",
        "meta": "previous",
        "mode": "lines+markers",
        "x": [_at(row) for row in rows],
        "y": [scale.of(figure.value) for figure in figures],
        "connectgaps": False,
        "line": {"dash": "dash"},
        "marker": {"symbol": "line-ew-open", "size": [3 * LONELY if alone else 0 for alone in lonely]},
        "customdata": [f"previous: {_words(result.metric, figure)}" for figure in figures],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _whiskers(figures: Sequence[Figure | None], scale: _Scale) -> dict[str, Any]:
    """The intervals of values that have no neighbour, with which theirs could be a band."""
    above, below = [], []
    for figure in figures:
        value, low, high = (figure.value, figure.low, figure.high) if figure else (None, None, None)
        if value is None or low is None or high is None:
            value = low = high = 0.0
        above.append(scale.of(high - value))
        below.append(scale.of(value - low))
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "width": 0}


def _band(run: list[Row], scale: _Scale) -> dict[str, Any]:
    """A closed outline of the interval over a run without gaps."""
    there, back = run, list(reversed(run))
    return {
        "type": "scatter",
        "meta": "interval",
        "mode": "lines",
        "x": [_at(row) for row in [*there, *back]],
        "y": [scale.of(row.figure.low) for row in there] + [scale.of(row.figure.high) for row in back],
        "fill": "toself",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _series(result: Result, scale: _Scale) -> list[dict[str, Any]]:
    traces = []
    for i, (key, label) in enumerate(_largest(result)):
        rows = [row for row in result.rows if row.keys == key]
        traces.append(
            {
                "type": "scatter",
                "meta": f"series-{i}",
                "mode": "lines+markers",
                "name": escaped(label),
                "x": [_at(row) for row in rows],
                "y": [scale.of(row.figure.value) for row in rows],
                "connectgaps": False,
                "line": {"dash": _DASHES[i]},
                "marker": {"symbol": _SYMBOLS[i], "size": 5, "maxdisplayed": 12},
                "customdata": [f"{escaped(label)} · {_hover(result, row, row.figure)}" for row in rows],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces


def _largest(result: Result) -> list[tuple[tuple[str, ...], str]]:
    """The cuts with the most facts, at most seven; the table below has the rest. In the order of their names, so
    that charts of the same cuts give each the same colour and dash."""
    sizes: dict[tuple[str, ...], int] = {}
    labels = {}
    for row in result.rows:
        sizes[row.keys] = sizes.get(row.keys, 0) + row.figure.n
        labels[row.keys] = ", ".join(row.labels)
    ranked = sorted(sizes, key=lambda key: (-sizes[key], labels[key]))[:MOST_SERIES]
    return sorted(((key, labels[key]) for key in ranked), key=lambda cut: cut[1])


def _layout(result: Result, scale: _Scale) -> dict[str, Any]:
    return {
        "showlegend": False,
        "hovermode": "x unified" if result.by else "x",
        "dragmode": False,
        "margin": {"l": 46, "r": 14, "t": 22, "b": 28},
        "xaxis": {
            "type": "date",
            "range": _range(result),
            "fixedrange": True,
            "tickformat": _tick_format(result.grain),
            **_ticks(result),
        },
        "yaxis": {
            "fixedrange": True,
            "ticksuffix": scale.suffix,
            "nticks": 6,
            "automargin": True,
            "separatethousands": True,
        },
        "shapes": [*_target(result, scale), *_maturing(result), *_pins(result)],
        "annotations": _letters(result),
    }


def _ticks(result: Result) -> dict[str, Any]:
    """At the starts of buckets: Plotly would divide a day and name it several times, or begin weeks on Sundays."""
    starts = sorted({row.start.isoformat() for row in result.rows if row.start})
    if result.grain is Grain.DAY and len(starts) > FEW_TICKS:
        return {}
    every = max(1, -(-len(starts) // FEW_TICKS))
    return {"tickvals": starts[::every]}


def _range(result: Result) -> list[str]:
    """Half a bucket of air on both sides, so that bars and single days are whole."""
    starts = [row.start for row in result.rows if row.start] or [result.period.start]
    air = {Grain.WEEK: 3, Grain.MONTH: 15}.get(result.grain, 0)
    half = timedelta(days=air, hours=0 if air else 12)
    first, last = (_midnight(on) for on in (min(starts), max(starts)))
    return [(first - half).isoformat(), (last + half).isoformat()]


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time())


def _tick_format(grain: Grain) -> str:
    return "%b %Y" if grain is Grain.MONTH else "%-d %b"


def _target(result: Result, scale: _Scale) -> list[dict[str, Any]]:
    if result.target is None:
        return []
    y = scale.of(result.target)
    return [
        {"type": "line", "name": "target", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": {"dash": "dot"}}
    ]


def _maturing(result: Result) -> list[dict[str, Any]]:
    """A grey block behind the buckets that still move."""
    starts = [row.start for row in result.rows if row.maturing and row.start]
    if not starts:
        return []
    low, high = _midnight(min(starts)) - timedelta(hours=12), _range(result)[1]
    return [
        {
            "type": "rect",
            "name": "maturing",
            "layer": "below",
            "yref": "paper",
            "x0": low.isoformat(),
            "x1": high,
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
        }
    ]


def _pins(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "name": "annotation",
            "yref": "paper",
            "x0": on,
            "x1": on,
            "y0": 0,
            "y1": 1,
            "line": {"width": 1},
        }
        for on in (pin.at.isoformat() for pin in pins(result))
    ]


def _letters(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "name": "pin",
            "x": pin.at.isoformat(),
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "text": pin.letter,
            "hovertext": escaped(pin.words),
            "showarrow": False,
            "borderpad": 2,
        }
        for pin in pins(result)
    ]


def _hover(result: Result, row: Row, figure: Figure) -> str:
    when = bucket(row.start, result.grain) if row.start else str(result.period)
    words = f"{when}: {_words(result.metric, figure)}"
    if figure.low is not None and figure.high is not None:
        words += f" ({escaped(span(figure.low, figure.high, result.metric.unit, clock=result.metric.clock))})"
    if figure.value is not None and result.metric.unit is not Unit.COUNT:
        words += f" · n {figure.n:,}"
    return f"{words} · still maturing" if row.maturing else words


def _words(metric: Metric, figure: Figure) -> str:
    if figure.is_withheld:
        return "withheld"
    if figure.is_few:
        return f"not told, n {figure.n:,} is {few_words(metric)}"
    return "no data" if figure.value is None else escaped(text(figure.value, metric.unit, clock=metric.clock))


def _runs(rows: Sequence[Row], known: Callable[[Row], float | None]) -> list[list[Row]]:
    """Stretches of rows for which `known` has a value."""
    runs: list[list[Row]] = [[]]
    for row in rows:
        if known(row) is not None:
            runs[-1].append(row)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _stand_alone(values: Sequence[float | None]) -> list[bool]:
    """True for values between two gaps, which a line cannot show."""
    padded = [None, *values, None]
    return [
        padded[i] is not None and padded[i - 1] is None and padded[i + 1] is None for i in range(1, len(padded) - 1)
    ]
