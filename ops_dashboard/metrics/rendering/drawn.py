"""Fields of tables and heat maps as HTML: what one page prints by the thousand, written without a template.

A template takes some 60 µs for a field and 150 µs for a mark in it, which was a third of a cold page.
Here every text is escaped where it is put; what is not escaped is ours.
"""

from html import escape

from django.utils.safestring import SafeString

from ops_dashboard.metrics.rendering.changes import Change
from ops_dashboard.metrics.rendering.heat import HeatCell, HeatMap
from ops_dashboard.metrics.rendering.marks import SPARK_HEIGHT, SPARK_WIDTH, Bullet, Sparkline
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table

_MARKS = {
    "square": '<rect x="1" y="1" width="8" height="8"/>',
    "up": '<path d="M5 1l4.500 8H.5z"/>',
    "down": '<path d="M5 9L.5 1h9z"/>',
}


def table_rows(table: Table) -> SafeString:
    """The rows of a table's body; the first field of each is its head."""
    classes = [_class(column) for column in table.columns]
    drawn = []
    for row in table.rows:
        fields = [
            f'<td{kind} data-order="{_order(cell)}">{_field(cell)}</td>'
            for kind, cell in zip(classes[1:], row[1:], strict=True)
        ]
        head = f'<th scope="row"{classes[0]} data-order="{_order(row[0])}">{_field(row[0])}</th>' if row else ""
        drawn.append(f"<tr>{head}{''.join(fields)}</tr>\n")
    return SafeString("".join(drawn))


def _class(column: Column) -> str:
    if column.kind == "text":
        return ""
    return ' class="number"' if column.kind == "number" else f' class="{escape(column.kind)}-cell"'


def _order(cell: Cell) -> str:
    return "" if cell.order is None else escape(str(cell.order))


def _field(cell: Cell) -> str:
    text = escape(cell.text)
    parts = [f'<a href="{escape(cell.href)}">{text}</a>' if cell.href else text]
    if cell.quiet:
        parts.append(f"<small>{escape(cell.quiet)}</small>")
    if cell.words:
        parts.append(f'<bdi class="verbatim">{escape(cell.words)}</bdi>')
    if cell.change:
        parts.append(change(cell.change, words=cell.change.signed))
    if cell.bullet:
        parts.append(bullet(cell.bullet))
    if cell.spark:
        parts.append(sparkline(cell.spark))
    return "".join(parts)


def change(moved: Change, *, words: str) -> SafeString:
    """A difference with the shape that says whether it is good."""
    return SafeString(
        f'<span class="change {escape(moved.verdict)}"><svg viewBox="0 0 10 10" aria-hidden="true">'
        f'{_MARKS[moved.mark]}</svg><span aria-hidden="true">{escape(words)}</span>'
        f'<span class="unseen">{escape(moved.words)}</span></span>'
    )


def bullet(bar: Bullet) -> SafeString:
    """A bar on its track, with its interval and its target."""
    misses = " misses" if bar.misses else ""
    interval = target = ""
    if bar.low is not None and bar.interval_width is not None:
        interval = (
            f'<rect class="bullet-interval" x="{bar.low:g}" y="6.500" width="{bar.interval_width:g}" height="1"/>'
        )
    if bar.target is not None:
        target = f'<rect class="bullet-target" x="{bar.target:g}" y="0" width="1" height="14"/>'
    return SafeString(
        '<svg class="bullet" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bullet-track" x="0" y="4" width="100" height="6"/>'
        f'<rect class="bullet-bar{misses}" x="0" y="4" width="{bar.width:g}" height="6"/>{interval}{target}</svg>'
    )


def sparkline(line: Sparkline) -> SafeString:
    """The course of a value in a field of a table."""
    lines = "".join(f'<polyline points="{points}"/>' for points in line.lines)
    dots = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="1.500"/>' for x, y in line.dots)
    last = f'<circle class="last" cx="{line.last[0]:g}" cy="{line.last[1]:g}" r="2"/>' if line.last else ""
    return SafeString(
        f'<svg class="spark" preserveAspectRatio="none" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" role="img" '
        f'aria-label="{escape(line.words)}">{lines}{dots}{last}</svg>'
    )


def heat_rows(heat: HeatMap) -> SafeString:
    """A row for each day of the week, a field for each hour."""
    drawn = []
    for day, cells in heat.days:
        drawn.append(f'<tr><th scope="row">{escape(day)}</th>{"".join(map(_hour, cells))}</tr>\n')
    return SafeString("".join(drawn))


def _hour(cell: HeatCell) -> str:
    words = escape(cell.words)
    said = f'<span class="unseen">{words}</span>'
    if cell.href:
        said = f'<a href="{escape(cell.href)}">{said}</a>'
    return f'<td class="shade-{cell.shade}" title="{words}">{said}</td>'
