"""Reads the spreads that intervals stand on, each once a reader.

They are of every team, whoever asks: how far scores on a scorecard spread within agents is no figure of a team, and
a figure must not have one interval for its lead and another for the manager.
"""

from collections.abc import Callable, Sequence

from ops_dashboard.metrics import cells
from ops_dashboard.metrics.asking import needs
from ops_dashboard.metrics.definitions import Metric, Ratio
from ops_dashboard.metrics.periods import Grain, Period, merged
from ops_dashboard.metrics.shelf import Shelf
from ops_dashboard.metrics.spreads import Spread, days_of_spread, spread_of


class Spreads:
    """`reach`: the days that most questions are about. `generations`: by source, as they were when reading began."""

    def __init__(self, reach: Sequence[Period], generations: Callable[[], dict[str, int]]) -> None:
        self._reach, self._generations = reach, generations
        self._told: dict[tuple[str, Period], Spread] = {}

    def of(self, metric: Metric, period: Period) -> Spread | None:
        """None where the metric does not say what it is pooled by."""
        if not isinstance(metric, Ratio) or not metric.spread_by:
            return None
        key = metric.slug, days_of_spread(period)
        if key not in self._told:
            self._told[key] = self._read(metric, key[1])
        return self._told[key]

    def _read(self, metric: Ratio, days: Period) -> Spread:
        ((source, measures),) = needs(metric)
        cuts = [source.dimension(slug) for slug in (metric.spread_by, metric.spread_within) if slug]
        by = [cut.column for cut in cuts if cut is not None]
        shelf = Shelf(None, self._generations(), merged([*self._reach, days]))
        groups = cells.aggregate(shelf, source, measures, days, grain=Grain.TOTAL, by=by, where=(), teams=None)
        return spread_of(metric, groups, column=by[0])
