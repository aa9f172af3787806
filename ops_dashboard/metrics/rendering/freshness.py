"""Freshness -> the line under a page's name."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ops_dashboard.metrics.rendering.numbers import clock_time, plural
from ops_dashboard.metrics.result import Freshness

CYCLE = timedelta(minutes=5)  # how often cells are refilled
AMBER_AFTER, RED_AFTER = 2 * CYCLE, 6 * CYCLE


@dataclass(frozen=True)
class FreshnessLine:
    """`state`: fresh, late, stale or unknown."""

    state: str
    data_to: str
    zone: str
    rest: tuple[str, ...] = ()


def freshness_line(freshness: Freshness, *, now: datetime) -> FreshnessLine:
    """Amber after two missed cycles, red after six."""
    recounted = (f"{plural(freshness.stale_cells, 'cell')} being recounted",) if freshness.stale_cells else ()
    waiting: tuple[str, ...] = (*recounted, *freshness.owed)
    if freshness.complete_to is None:
        return FreshnessLine("unknown", "No data yet", freshness.zone, waiting)
    age = now - freshness.complete_to
    state = "stale" if age > RED_AFTER else "late" if age > AMBER_AFTER else "fresh"
    said = f"Data to {clock_time(freshness.complete_to, freshness.zone, now=now)}"
    return FreshnessLine(state, said, freshness.zone, waiting)
