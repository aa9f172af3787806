"""From the counts of the ageing panel to the tickets behind them."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.teams import TEAM_CUTS
from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Scope
from tickets.ageing import Band
from tickets.forms import UNDER
from tickets.narrowing import Narrowing

_SORTED = {"waiting": "&sort=waiting"}
_NAMES = {"age": "age", "waiting": "waiting", "staleness": "stale"}  # of a clock, in the address of the list


def unsolved_pairs(asked: Asked, narrowing: Narrowing) -> list[tuple[str, str]]:
    """The unsolved tickets that a page is about, as the list is asked for them: it knows teams, not what they have."""
    beside = [(slug, value) for slug, values in asked.where if slug not in TEAM_CUTS for value in values]
    return [("status", "unsolved"), *(("team", slug) for slug in _teams(asked, narrowing)), *beside]


def _teams(asked: Asked, narrowing: Narrowing) -> Sequence[str]:
    cuts = {slug for slug, _ in asked.where} & set(TEAM_CUTS)
    if cuts <= {"team"}:
        return asked.filtered("team")
    ids = narrowing.teams or []
    return [*Team.objects.filter(id__in=ids).values_list("slug", flat=True), *(["none"] if 0 in ids else [])]


def lists_all(scope: Scope) -> bool:
    """Whether the list holds all that is counted: an agent counts with the team, and lists the own tickets alone."""
    return scope.sees_tickets and scope.agent_id is None


def unsolved_link(scope: Scope, pairs: Sequence[tuple[str, str]]) -> str:
    """The list of what is unsolved; "" for readers whose list holds less."""
    return f"{reverse('tickets')}?{urlencode(pairs)}" if lists_all(scope) else ""


def age_links(bands: Sequence[Band], unsolved: str) -> list[dict[str, str]]:
    """By band and clock, from the link to all that are unsolved; empty without one."""
    if not unsolved:
        return [{} for _ in bands]
    return [
        {
            clock: f"{unsolved}&{_lasting(name, band.at_least, band.under)}{_SORTED.get(clock, '')}"
            for clock, name in _NAMES.items()
            if getattr(band, clock)
        }
        for band in bands
    ]


def _lasting(name: str, at_least: timedelta | None, under: timedelta | None) -> str:
    ends = ((name, at_least), (name + UNDER, under))
    return "&".join(f"{key}={span.days}d" for key, span in ends if span is not None)
