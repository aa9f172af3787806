"""Tags of the roster."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from workforce.roster_cells import row_markup
from workforce.roster_grid import RowView

register = template.Library()


@register.simple_tag
def roster_rows(rows: Iterable[RowView], day_url: str, team: str) -> SafeString:
    """The weeks of a team's agents."""
    return SafeString("\n".join([row_markup(row, day_url=day_url, team=team) for row in rows]))


@register.simple_tag
def roster_row(row: RowView, day_url: str, team: str) -> SafeString:
    """One agent's week, to take the place of the one that stands."""
    return row_markup(row, day_url=day_url, team=team, is_oob=True)
