"""The rows of the roster as markup, every text in them escaped.

A page has hundreds, of thousands of cells; a template, or `format_html` for each, takes several times as long.
"""

from html import escape

from django.utils.safestring import SafeString

from workforce.roster_grid import CellView, RowView, ShiftView

_LEAVE = '<span class="leave">leave</span>'


def row_markup(row: RowView, *, day_url: str, team: str, is_oob: bool = False) -> SafeString:
    """One agent's week; each day is a link to it, and says in words what it holds."""
    person, name = row.person, escape(row.person.name)
    place = f"{escape(day_url)}?team={escape(team)}&amp;agent={escape(person.slug)}&amp;on="
    swap = ' hx-swap-oob="true"' if is_oob else ""
    hours = f'<td class="hours {row.tone}"' if row.tone else '<td class="hours"'
    told = (
        f' title="{escape(row.note)}">{row.planned}<span class="unseen"> {escape(row.note)}</span>' if row.note else ""
    )
    return SafeString(
        f'<tr id="row-{person.team}-{person.agent}"{swap}><th scope="row" class="who" title="{name}">{name}</th>'
        f"{''.join([_cell(cell, place) for cell in row.cells])}{hours}{told or f'>{row.planned}'}</td></tr>"
    )


def _cell(cell: CellView, place: str) -> str:
    """Of its texts only what people wrote can hold markup: names are in the label, and notes."""
    look = f' class="{cell.tone}"' if cell.tone else ""
    note = f' title="{escape(cell.note)}"' if cell.note else ""
    shown = "".join([f'<span class="{shift.look}">{shift.text}</span>' for shift in cell.shifts])
    return (
        f'<td{look}><a href="{place}{cell.on}" aria-label="{escape(cell.label)}"{note} '
        f'data-shifts="{_keys(cell.shifts)}">{shown}{_LEAVE if cell.leave else ""}</a></td>'
    )


def _keys(shifts: tuple[ShiftView, ...]) -> str:
    return ",".join([f"{shift.key}:{shift.revision}" for shift in shifts])
