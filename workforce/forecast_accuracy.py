"""How one queue's forecasts turned out, asked of the metric engine: beside the eight-week average and chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops_dashboard.metrics.definitions import Metric, Unit, registry
from ops_dashboard.metrics.periods import Grain, Period, parse_period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.rendering import charts, tables
from ops_dashboard.metrics.rendering.figures import FigureItem, figure_item
from ops_dashboard.metrics.rendering.freshness import FreshnessLine, freshness_line
from ops_dashboard.metrics.rendering.numbers import NOTHING, plural, shown, text
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.metrics.result import Figure
from ops_dashboard.people.roles import Scope
from workforce.models import Queue

PERIOD_WORD = "last-8-weeks"
FIGURES = {  # slug: label
    "forecast_day_wape": "Missed, by day",
    "forecast_wape": "Missed, by half hour",
    "forecast_bias": "Bias",
    "forecast_coverage": "Half hours in the band",
    "forecast_day_coverage": "Days in the band",
}
# The ways that are compared, each by half-hour and by day.
WAYS = (
    ("The forecast used", "forecast_wape", "forecast_day_wape"),
    ("Eight-week average", "forecast_average_wape", "forecast_average_day_wape"),
    ("Chance alone", "forecast_floor", "forecast_day_floor"),
)
Body = dict[str, Any]


@dataclass(frozen=True)
class Turned:
    """What the panel shows; `sentence` alone where nothing that was forecast has come yet."""

    sentence: str
    figures: tuple[FigureItem, ...] = ()
    table: Table | None = None
    chart: Body | None = None
    explained: tuple[Metric, ...] = ()
    freshness: FreshnessLine | None = None
    querystring: str = ""


def turned(queue: Queue, *, scope: Scope, now: datetime) -> Turned:
    """The last eight weeks of a queue, within what the reader may see of it."""
    period = parse_period(PERIOD_WORD, today=today())
    where = (("queue", (queue.slug,)),)
    reader = Reader(scope, reach=(period,))
    found = {slug: reader.run(Query(slug, period, where=where)) for slug in (*FIGURES, *_compared())}
    figures = {slug: result.total for slug, result in found.items()}
    if not figures["forecast_wape"].n:
        return Turned(_nothing(queue, scope))
    return Turned(
        sentence=_sentence(figures, period),
        figures=tuple(figure_item(found[slug], label=label) for slug, label in FIGURES.items()),
        table=_table(figures),
        chart=_by_week(reader, period, where),
        explained=tuple(registry.metric(slug) for slug in ("forecast_average_wape", "forecast_floor")),
        freshness=freshness_line(reader.freshness, now=now),
        querystring=f"period={PERIOD_WORD}&queue={queue.slug}&grain=week",
    )


def _compared() -> tuple[str, ...]:
    return tuple(slug for _, *both in WAYS for slug in both if slug not in FIGURES)


def _nothing(queue: Queue, scope: Scope) -> str:
    """A queue of several teams is nobody's, so who sees single teams sees no figure of it."""
    if scope.teams is not None and queue.teams.count() != 1:
        return "This queue is answered by several teams together; its figures are for those who see all of them."
    return "Nothing that was forecast before its day began has come yet."


def _sentence(figures: dict[str, Figure], period: Period) -> str:
    ours, average, floor = (figures[by_day].value for _, _, by_day in WAYS)
    if ours is None:
        return "No whole day that was forecast has passed yet."
    said = f"Over {plural(period.days // 7, 'week')} days were missed by {text(ours, Unit.SHARE)}"
    if average is not None:
        said += f"; the eight-week average would have missed them by {text(average, Unit.SHARE)}"
    if floor is not None:
        said += f", chance alone by {text(floor, Unit.SHARE)}"
    return f"{said}."


def _table(figures: dict[str, Figure]) -> Table:
    columns = (
        Column("WAPE"), Column("By half hour %", "number"), Column("n", "number"), Column("By day %", "number"),
        Column("n", "number"),
    )  # fmt: skip
    rows = tuple((Cell(way), *_pair(figures[half]), *_pair(figures[day])) for way, half, day in WAYS)
    return Table(columns, rows, "How far forecasts missed what came, beside the simplest way and chance")


def _pair(figure: Figure) -> Sequence[Cell]:
    value = NOTHING if figure.value is None else shown(figure.value, Unit.SHARE).number
    return Cell(value, order=figure.value), Cell(f"{figure.n:,}", order=figure.n)


def _by_week(reader: Reader, period: Period, where: tuple[tuple[str, tuple[str, ...]], ...]) -> Body:
    result = reader.run(Query("forecast_day_wape", period, Grain.WEEK, where=where))
    return {
        "figure": charts.line(result),
        "marks": charts.marks(result),
        "pins": charts.pins(result),
        "sentence": sentence(result),
        "table": tables.over_time(result, caption="Forecast error by day, week by week"),
    }
