"""The seven cells of a row as markup. A page has thousands; a template takes ten times as long over them."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workforce.roster_grid import CellView, RowView

_CELL = '<td{}><a href="{}?team={}&amp;agent={}&amp;on={}" aria-label="{}"{} data-shifts="{}">{}</a></td>'
_EMPTY = SafeString("")
_LEAVE = SafeString('<span class="leave">leave</span>')
_TONES = {tone: format_html(' class="{}"', tone) if tone else _EMPTY for tone in ("", "warning", "worse")}


def row_cells(row: RowView, *, day_url: str, team: str) -> SafeString:
    """The days of one agent; each is a link to the day, and says in words what it holds."""
    return format_html_join(
        "", "{}", ((_cell(cell, row.person.slug, day_url=day_url, team=team),) for cell in row.cells)
    )


def _cell(cell: CellView, agent: str, *, day_url: str, team: str) -> SafeString:
    shown = format_html_join("", '<span class="{}">{}</span>', ((shift.look, shift.text) for shift in cell.shifts))
    return format_html(
        _CELL,
        _TONES[cell.tone],
        day_url,
        team,
        agent,
        cell.on,
        cell.label,
        format_html(' title="{}"', cell.note) if cell.note else _EMPTY,
        ",".join(f"{shift.key}:{shift.revision}" for shift in cell.shifts),
        shown + _LEAVE if cell.leave else shown,
    )
