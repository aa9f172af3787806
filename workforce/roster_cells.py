"""The seven cells of a row as markup, every text in it escaped.

A page has thousands; a template, or `format_html` for each of them, takes several times as long.
"""

from html import escape

from django.utils.safestring import SafeString

from workforce.roster_grid import CellView, RowView

_LEAVE = '<span class="leave">leave</span>'


def row_cells(row: RowView, *, day_url: str, team: str) -> SafeString:
    """The days of one agent; each is a link to the day, and says in words what it holds."""
    place = f"{escape(day_url)}?team={escape(team)}&amp;agent={escape(row.person.slug)}&amp;on="
    return SafeString("".join(_cell(cell, place) for cell in row.cells))


def _cell(cell: CellView, place: str) -> str:
    look = f' class="{escape(cell.tone)}"' if cell.tone else ""
    note = f' title="{escape(cell.note)}"' if cell.note else ""
    shown = "".join(f'<span class="{escape(shift.look)}">{escape(shift.text)}</span>' for shift in cell.shifts)
    keys = escape(",".join(f"{shift.key}:{shift.revision}" for shift in cell.shifts))
    return (
        f'<td{look}><a href="{place}{escape(cell.on)}" aria-label="{escape(cell.label)}"{note} data-shifts="{keys}">'
        f"{shown}{_LEAVE if cell.leave else ''}</a></td>"
    )
