"""What publishing would change, as a table to read before it happens."""

from ops_dashboard.metrics.rendering.numbers import day as day_words
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from workforce.roster_grid import clock
from workforce.roster_sheet import Sheet
from workforce.shift_changes import Difference, Told

COLUMNS = (Column("Agent"), Column("What"), Column("Published"), Column("Draft"))


def changes_table(found: Difference, sheet: Sheet) -> Table:
    """One row per shift that comes, goes or changes, in the order of the agents."""
    names = {person.agent: person.name for person in sheet.people}
    rows = [(names.get(told.agent, "?"), told.start_s, "New", "", _words(told)) for told in found.added]
    rows += [(names.get(told.agent, "?"), told.start_s, "Removed", _words(told), "") for told in found.removed]
    rows += [
        (names.get(after.agent, "?"), after.start_s, _what(before, after), _words(before, names), _words(after))
        for before, after in found.changed
    ]
    told = tuple(
        (Cell(name, order=name), Cell(what, order=what), Cell(before, order=start), Cell(after, order=start))
        for name, start, what, before, after in sorted(rows)
    )
    return Table(COLUMNS, told, "What publishing changes")


def _what(before: Told, after: Told) -> str:
    if before.agent != after.agent:
        return "Another agent"
    if before.on != after.on:
        return "Another day"
    if (before.start_s, before.end_s) != (after.start_s, after.end_s):
        return "Other times"
    return "Other activities"


def _words(told: Told, names: dict[int, str] | None = None) -> str:
    owner = f", {names.get(told.agent, '?')}" if names else ""
    start, end = clock(told.start_s, told.zone), clock(told.end_s, told.zone)
    return f"{day_words(told.on, weekday=True)} {start}\N{EN DASH}{end}{owner}"
