"""The answer to a query. Every surface (chart, table, CSV, API, sentence) is drawn from it.

A page makes figures and rows by the thousand, so they are tuples.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ops_dashboard.metrics.definitions import Metric, Silence
from ops_dashboard.metrics.periods import Grain, Period

SMALL_CELL = 10  # readers with `small_cells_hidden` see no figure that rests on fewer subjects
WHY_WITHHELD = f"withheld: fewer than {SMALL_CELL}, or it would tell of fewer than {SMALL_CELL}"


class Figure(NamedTuple):
    """A value with what it rests on. `value` is None where there is nothing to say (n = 0).

    It is None as well where the figure `is_withheld`: there is one, which this reader may not see;
    where it is an estimate that rests on too few facts to be told (`is_few`); and where its part is not
    known (`Ratio.known_by`).
    `part` and `whole` are the amounts of a ratio, the part in the value's unit (or a sum and what
    drives it): what a change is explained from, never shown.
    """

    value: float | None
    n: int
    low: float | None = None  # 95 % interval: Wilson for shares, order statistics for quantiles, pooled for means
    high: float | None = None
    is_withheld: bool = False
    is_few: bool = False
    part: float = 0.0
    whole: float = 0.0


WITHHELD = Figure(None, 0, is_withheld=True)


class Row(NamedTuple):
    """One bucket of one combination of cuts."""

    start: date | None  # first day of the bucket; None for grain `total`
    keys: tuple[str, ...]  # slugs, one per `by`
    labels: tuple[str, ...]
    figure: Figure
    previous: Figure | None = None
    maturing: bool = False
    hour: int | None = None  # grain hour_of_week: start is None, hour = weekday * 24 + hour


@dataclass(frozen=True)
class Freshness:
    """How far the numbers reach."""

    complete_to: datetime | None  # everything before this instant is counted
    stale_cells: int
    zone: str
    owed: tuple[str, ...] = ()  # what facts still have to be redone, in words
    silent: tuple[Silence, ...] = ()  # places that have stopped, the longest first


@dataclass(frozen=True)
class Note:
    """An annotation drawn on the charts it concerns."""

    on: date
    until: date | None
    label: str
    kind: str


@dataclass(frozen=True)
class Result:
    """Rows of one metric, in order of bucket then cut, with totals and provenance."""

    metric: Metric
    period: Period
    grain: Grain
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Figure
    previous_period: Period | None
    previous_total: Figure | None
    freshness: Freshness
    target: float | None = None
    notes: tuple[Note, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exact: bool = False

    @property
    def withheld(self) -> int:
        """How many rows have a figure that this reader may not see."""
        return sum(row.figure.is_withheld for row in self.rows)
