"""A forecast as a fan: a band around what is expected, and what came, over days or intervals.

Like every chart it names roles and no colours; `static/js/charts.js` has the looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

from ops_dashboard.metrics.rendering.charts import Chart, escaped
from ops_dashboard.metrics.rendering.numbers import DASH, significant


@dataclass(frozen=True)
class FanPoint:
    """One bucket: `x` an ISO date or local time, `words` its name; None where there is no value."""

    x: str
    words: str
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    actual: float | None = None


@dataclass(frozen=True)
class FanPin:
    """What happens at one bucket: a letter on the chart, the words in its legend."""

    letter: str
    x: str
    words: str


def fan(
    points: Sequence[FanPoint],
    *,
    pins: Sequence[FanPin] = (),
    since: str | None = None,
    tick_format: str = "%-d %b",
    stepped: bool = False,
) -> Chart:
    """`since` marks from where on the forecast looks ahead; `stepped` holds a value until the next bucket."""
    drawn = _stairs(points) if stepped else points
    traces = [_band(run) for run in _runs(drawn)]
    if any(point.middle is not None for point in points):
        traces.append(_line("expected", drawn, [point.middle for point in drawn], {"dash": "dash"}))
    if any(point.actual is not None for point in points):
        traces.append(_line("now", drawn, [point.actual for point in drawn], {}))
    return {"data": traces, "layout": _layout(pins, since, tick_format)}


def fan_marks(points: Sequence[FanPoint], *, expected: str, band: str, actual: str) -> list[tuple[str, str]]:
    """(role, words) for the legend, of the marks that are there."""
    found = []
    if any(point.actual is not None for point in points):
        found.append(("now", actual))
    if any(point.middle is not None for point in points):
        found.append(("expected", expected))
    if any(point.low is not None for point in points):
        found.append(("interval", band))
    return found


def letters(events: Sequence[tuple[str, str]]) -> list[FanPin]:
    """(x, words) in order of x as pins A..Z, then numbered; those of one bucket share a pin."""
    grouped = [(x, "; ".join(words for _, words in each)) for x, each in groupby(sorted(events), key=lambda e: e[0])]
    return [FanPin(chr(ord("A") + n) if n < 26 else str(n + 1), x, words) for n, (x, words) in enumerate(grouped)]


def _stairs(points: Sequence[FanPoint]) -> list[FanPoint]:
    """Each value once more at the start of the next bucket."""
    held = [each for point, after in pairwise(points) for each in (point, replace(point, x=after.x))]
    return [*held, *points[-1:]]


def _runs(points: Sequence[FanPoint]) -> list[list[FanPoint]]:
    return [list(run) for has, run in groupby(points, key=lambda p: p.low is not None and p.high is not None) if has]


def _band(run: Sequence[FanPoint]) -> dict[str, Any]:
    there, back = list(run), list(reversed(run))
    return {
        "type": "scatter",
        "meta": "interval",
        "mode": "lines",
        "x": [point.x for point in [*there, *back]],
        "y": [_rounded(point.low) for point in there] + [_rounded(point.high) for point in back],
        "fill": "toself",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _line(
    role: str, points: Sequence[FanPoint], values: Sequence[float | None], line: dict[str, str]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "meta": role,
        "mode": "lines",
        "x": [point.x for point in points],
        "y": [_rounded(value) for value in values],
        "connectgaps": False,
        "line": line,
        "customdata": [_hover(point, role) for point in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(point: FanPoint, role: str) -> str:
    if role == "now":
        return escaped(f"{point.words}: {significant(point.actual or 0)} came")
    words = f"{point.words}: {significant(point.middle or 0)} expected"
    if point.low is not None and point.high is not None:
        words += f", {significant(point.low)}{DASH}{significant(point.high)}"
    return escaped(words)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _layout(pins: Sequence[FanPin], since: str | None, tick_format: str) -> dict[str, Any]:
    lines = [_upright("annotation", pin.x) for pin in pins]
    if since is not None:
        lines.append(_upright("target", since) | {"line": {"dash": "dot"}})
    return {
        "showlegend": False,
        "hovermode": "x",
        "dragmode": False,
        "margin": {"l": 46, "r": 14, "t": 22, "b": 28},
        "xaxis": {"type": "date", "fixedrange": True, "tickformat": tick_format},
        "yaxis": {
            "fixedrange": True,
            "rangemode": "tozero",
            "nticks": 6,
            "automargin": True,
            "separatethousands": True,
        },
        "shapes": lines,
        "annotations": [
            {
                "name": "pin",
                "x": pin.x,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": pin.letter,
                "hovertext": escaped(pin.words),
                "showarrow": False,
                "borderpad": 2,
            }
            for pin in pins
        ],
    }


def _upright(name: str, x: str) -> dict[str, Any]:
    return {"type": "line", "name": name, "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": {"width": 1}}
