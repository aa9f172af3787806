"""Tags of the roster."""

from django import template
from django.utils.safestring import SafeString

from workforce.roster_cells import row_cells
from workforce.roster_grid import RowView

register = template.Library()


@register.simple_tag
def cells(row: RowView, day_url: str, team: str) -> SafeString:
    """The seven days of a row."""
    return row_cells(row, day_url=day_url, team=team)
