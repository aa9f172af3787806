"""Words and spans of time on the ticket pages."""

from collections.abc import Sequence

from django import template

from tickets import showing
from tickets.ticket_page import State

register = template.Library()
register.filter("words", showing.words)
register.filter("lasted", showing.lasted)
register.filter("instant", showing.instant)


@register.filter
def last_lasted(states: Sequence[State]) -> str:
    """How long the present state has lasted."""
    return showing.lasted(states[-1].lasted) if states else showing.NOTHING
