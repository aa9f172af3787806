"""Freshness -> the line under a page's name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ops_dashboard.metrics.cycle import Age, age_of
from ops_dashboard.metrics.definitions import Silence
from ops_dashboard.metrics.rendering.numbers import clock_time, plural
from ops_dashboard.metrics.result import Freshness

NAMED = 2  # silent places


@dataclass(frozen=True)
class FreshnessLine:
    """`rest` is what is said beside how far the data reaches."""

    state: Age
    data_to: str
    zone: str
    rest: tuple[str, ...] = ()


def freshness_line(freshness: Freshness, *, now: datetime) -> FreshnessLine:
    """Amber after two missed refills, red after six."""
    recounted = (f"{plural(freshness.stale_cells, 'cell')} being recounted",) if freshness.stale_cells else ()
    beside: tuple[str, ...] = (*_silences(freshness.silent, freshness.zone, now), *recounted, *freshness.owed)
    state = age_of(freshness.complete_to, now=now)
    if freshness.complete_to is None:
        return FreshnessLine(state, "No data yet", freshness.zone, beside)
    said = f"Data to {clock_time(freshness.complete_to, freshness.zone, now=now)}"
    return FreshnessLine(state, said, freshness.zone, beside)


def _silences(silent: Sequence[Silence], zone: str, now: datetime) -> Iterator[str]:
    for told in silent[:NAMED]:
        yield f"nothing from {told.name} since {clock_time(told.since, zone, now=now)}"
    if more := len(silent[NAMED:]):
        yield f"nor from {plural(more, 'other source')}"
