"""Result -> Table: the same rows that charts draw, as cells that a template only has to print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from ops_dashboard.metrics.definitions import Metric, Unit
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.rendering.changes import Change, change
from ops_dashboard.metrics.rendering.marks import Bullet, Sparkline, Track, sparkline, track
from ops_dashboard.metrics.rendering.numbers import (
    DASH,
    NOTHING,
    WEEKDAYS,
    bucket,
    fixed,
    goal,
    length,
    places_of,
    shown,
    span,
    text,
)
from ops_dashboard.metrics.rendering.sentences import few_words, misses, worst_first
from ops_dashboard.metrics.result import Figure, Result, Row

_IN_HEAD = (Unit.PER, Unit.PER_HOUR, Unit.HOURS, Unit.MONEY)  # units that the head of a column carries
_HEADS = {
    Unit.SHARE: "Share %",
    Unit.SECONDS: "Time",
    Unit.HOURS: "Hours",
    Unit.COUNT: "Count",
    Unit.PER: "Mean",
    Unit.PER_HOUR: "Per hour",
}
SCREEN_ROWS = 400  # beyond these a table on a page says how many more there are


@dataclass(frozen=True)
class Column:
    """`kind`: text, wraps (long text), number, change, bar or spark. `sorts` columns can be ordered by the reader."""

    label: str
    kind: str = "text"
    sorts: bool = True
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """One field. `order` is what sorting compares; the marks are drawn where they are given."""

    text: str = ""
    order: str | float | None = None
    href: str = ""
    quiet: str = ""
    words: str = ""  # somebody's own, shown in their own direction
    change: Change | None = None
    bullet: Bullet | None = None
    spark: Sparkline | None = None


@dataclass(frozen=True)
class Table:
    """Rows under columns; `whole` is how many rows there are when not all are here."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    whole: int = 0

    @property
    def left_out(self) -> int:
        return max(self.whole - len(self.rows), 0)


def over_time(result: Result, *, links: Callable[[date], str] | None = None, caption: str = "") -> Table:
    """One row per bucket (and cut): value, interval, n and the compared value. Newest last.

    `links` leads from the start of a bucket to what is told about it alone."""
    metric = result.metric
    columns = [Column(_bucket_head(result))]
    columns += [Column(slug.replace("_", " ").capitalize()) for slug in result.by]
    columns += [Column(_value_head(metric), "number")]
    has_interval = any(row.figure.low is not None for row in result.rows)
    columns += [Column("95 % interval", "number", sorts=False)] if has_interval else []
    columns += [Column("n", "number")] if metric.unit is not Unit.COUNT else []
    columns += [Column("Compared", "number")] if result.previous_period else []
    kept, places = result.rows[-SCREEN_ROWS:], _places(result)
    rows = tuple(tuple(_time_cells(result, row, links, has_interval=has_interval, places=places)) for row in kept)
    return Table(tuple(columns), rows, caption, whole=len(result.rows))


def by_cut(
    result: Result, *, series: Result | None = None, links: dict[str, str] | None = None, caption: str = ""
) -> Table:
    """One row per value of the first cut, the worst first: value, change, bullet bar, n, sparkline.

    `series` is the same question over time; `links` maps a cut's slug to its rows.
    """
    metric = result.metric
    ranked = worst_first(result.rows, metric)
    ranked += [row for row in result.rows if row.figure.value is None]
    scale = track([row.figure.value for row in ranked], share=metric.unit is Unit.SHARE, target=result.target)
    shown_rows, places = ranked[:SCREEN_ROWS], _places(result)
    sparks = _sparks(series, of={row.keys[0] for row in shown_rows}) if series else {}
    rows = tuple(_cut_row(result, row, scale, sparks, links or {}, places=places) for row in shown_rows)
    return Table(_cut_columns(result, scale, series), rows, caption, whole=len(ranked))


def _cut_columns(result: Result, scale: Track | None, series: Result | None) -> tuple[Column, ...]:
    metric = result.metric
    columns = [Column(result.by[0].replace("_", " ").capitalize()), Column(_value_head(metric), "number")]
    columns += [Column("Change", "change")] if result.previous_period else []
    columns += [Column("", "bar", sorts=False, note=_scale_note(result, scale))]
    columns += [Column("n", "number")] if metric.unit is not Unit.COUNT else []
    columns += [Column(length(series.period), "spark", sorts=False)] if series else []
    return tuple(columns)


def _cut_row(
    result: Result,
    row: Row,
    scale: Track | None,
    sparks: dict[str, Sparkline | None],
    links: dict[str, str],
    *,
    places: int,
) -> tuple[Cell, ...]:
    metric, figure = result.metric, row.figure
    cells = [
        Cell(row.labels[0], order=row.labels[0], href=links.get(row.keys[0], "")),
        _value_cell(metric, figure, places),
    ]
    if result.previous_period:
        moved = change(metric, figure, row.previous)
        cells.append(Cell("" if moved else NOTHING, order=moved.difference if moved else None, change=moved))
    cells.append(Cell(bullet=_bullet(result, figure, scale)))
    if metric.unit is not Unit.COUNT:
        cells.append(_n_cell(figure))
    if sparks:
        cells.append(Cell(spark=sparks.get(row.keys[0])))
    return tuple(cells)


def _bullet(result: Result, figure: Figure, scale: Track | None) -> Bullet | None:
    if scale is None:
        return None
    return scale.bullet(
        figure.value,
        target=result.target,
        interval=(figure.low, figure.high),
        misses=misses(result.metric, figure, result.target),
    )


def _time_cells(
    result: Result, row: Row, links: Callable[[date], str] | None, *, has_interval: bool, places: int
) -> list[Cell]:
    metric, figure = result.metric, row.figure
    href = links(row.start) if links and row.start else ""
    quiet = "still maturing" if row.maturing else ""
    cells = [Cell(_bucket_text(result, row), order=_bucket_order(row), href=href, quiet=quiet)]
    cells += [Cell(label, order=label) for label in row.labels]
    cells.append(_value_cell(metric, figure, places))
    if has_interval:
        known = figure.low is not None and figure.high is not None
        cells.append(Cell(span(figure.low, figure.high, metric.unit, clock=metric.clock) if known else NOTHING))  # type: ignore[arg-type]
    if metric.unit is not Unit.COUNT:
        cells.append(_n_cell(figure))
    if result.previous_period:
        cells.append(_value_cell(metric, row.previous or Figure(None, 0), places))
    return cells


def _n_cell(figure: Figure) -> Cell:
    return Cell(NOTHING) if figure.is_withheld else Cell(f"{figure.n:,}", order=figure.n)


def _places(result: Result) -> int:
    """Decimals of a column of means: the largest has three significant figures."""
    return places_of([row.figure.value for row in result.rows], result.metric.unit)


def _value_cell(metric: Metric, figure: Figure, places: int) -> Cell:
    """The number alone where the head carries the unit."""
    if figure.is_withheld:
        return Cell(NOTHING, quiet="withheld")
    if figure.is_few:
        return Cell(NOTHING, quiet=few_words(metric))
    if metric.unit in _IN_HEAD:
        return Cell(fixed(figure.value, places), order=figure.value)
    if metric.unit is Unit.SECONDS:
        return Cell(text(figure.value, metric.unit, clock=metric.clock), order=figure.value)
    return Cell(shown(figure.value, metric.unit).number, order=figure.value)


def _value_head(metric: Metric) -> str:
    if metric.unit is Unit.MONEY:
        return settings.CURRENCY
    return _HEADS[metric.unit]


def _bucket_head(result: Result) -> str:
    return {Grain.WEEK: "Week", Grain.MONTH: "Month", Grain.TOTAL: "Period", Grain.HOUR_OF_WEEK: "Hour"}.get(
        result.grain, "Day"
    )


def _bucket_text(result: Result, row: Row) -> str:
    if row.hour is not None:
        return f"{WEEKDAYS[row.hour // 24]} {row.hour % 24:02}:00"
    return bucket(row.start, result.grain) if row.start else str(result.period)


def _bucket_order(row: Row) -> str | float | None:
    return row.hour if row.hour is not None else row.start.isoformat() if row.start else None


def _scale_note(result: Result, scale: Track | None) -> str:
    """What the bars of the column span: `70–100, target 90 %`; only shares start above zero."""
    if scale is None:
        return ""
    metric = result.metric
    ends = f"{scale.low * 100:.0f}{DASH}{scale.high * 100:.0f}" if scale.low else ""
    target = f"target {goal(result.target, metric.unit, clock=metric.clock)}" if result.target is not None else ""
    return ", ".join(filter(None, [ends, target]))


def _sparks(series: Result, *, of: set[str]) -> dict[str, Sparkline | None]:
    found: dict[str, list[float | None]] = {}
    for row in series.rows:
        if row.keys[0] in of:
            found.setdefault(row.keys[0], []).append(row.figure.value)
    return {key: sparkline(values, words=_spark_words(series.metric, values)) for key, values in found.items()}


def _spark_words(metric: Metric, values: Sequence[float | None]) -> str:
    known = [v for v in values if v is not None]
    if not known:
        return ""
    first, last = (text(v, metric.unit, clock=metric.clock) for v in (known[0], known[-1]))
    return f"from {first} to {last}"
