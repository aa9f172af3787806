"""How far the numbers of a reader reach: what is owed, what time has not brought yet, who has stopped sending."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Min

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import Fill, StaleCell
from ops_dashboard.metrics.result import Freshness
from ops_dashboard.people.roles import Scope


def freshness_for(scope: Scope, fills: Iterable[Fill]) -> Freshness:
    """Complete up to the oldest mark of a stale cell, to the last look at each source that time itself moves, and to
    the newest event of a place that usually sends and has gone quiet."""
    cells = StaleCell.objects.all() if scope.teams is None else StaleCell.objects.filter(team__in=scope.teams)
    stale = cells.aggregate(count=Count("id"), since=Min("marked_at"))
    ticking = {source.slug for source in registry.sources() if source.ticks}
    looks = [fill.ticked_to for fill in fills if fill.ticked_to and fill.source in ticking]
    silent = sorted((told for ask in registry.silences for told in ask()), key=lambda told: told.since)
    reached = [at for at in (stale["since"], *looks, *(told.since for told in silent)) if at]
    owed = tuple(debt.words for debt in registry.debts if debt.is_owed())
    return Freshness(min(reached, default=None), stale["count"], settings.REPORTING_ZONE, owed, tuple(silent))
