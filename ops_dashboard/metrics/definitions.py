"""What a number is: sources, measures, metrics, and the registry that apps declare them in.

A `Source` is a table of facts with an attribution instant and a team. A `Measure` is an additive
amount over it. A `Metric` is what people read, made from measures in one of four ways. Nothing
here touches the database; `rollup.py` fills cells from these definitions and `query.py` reads them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal
from zlib import crc32

import numpy as np

BEGAN_DAYS = 2
Facts = np.ndarray  # structured array, dtype = Source.dtype
Amount = Callable[[Facts], np.ndarray]  # facts -> int64 amounts (bool counts as 0/1)


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Unit(StrEnum):
    """What a value is in. Facts hold integers: seconds for HOURS, minor units (cents) for MONEY."""

    COUNT = "count"
    SHARE = "share"  # 0..1, shown as per cent
    SECONDS = "seconds"
    HOURS = "hours"  # facts in seconds, values in hours
    MONEY = "money"  # facts in minor units, values in units of the deployment's one currency
    PER = "per"  # a mean or a ratio of counts
    PER_HOUR = "per_hour"  # events over hours: a ratio with scale 3600 where the whole is in seconds


@dataclass(frozen=True)
class Dimension:
    """A cut of a source. `column` is the code in the facts; labels come from `labels`.

    `labels(codes)` maps codes to (slug, label) in one query; code 0 means none. `every()` lists the
    values that a filter offers, in the order people expect, as (code, slug, label). A cut made from
    the team has no column of its own: `of_teams()` maps team ids to its codes (see `teams.py`).
    `within(teams)`: the people that a reader of these teams is offered to choose from.
    """

    slug: str
    label: str
    column: str
    labels: Callable[[list[int]], dict[int, tuple[str, str]]]
    codes: Callable[[list[str]], dict[str, int]]
    every: Callable[[], list[tuple[int, str, str]]]
    about_people: bool = False  # one value is one person: needs `Scope.sees_people`
    none: str = "None"  # what code 0 is called
    of_teams: Callable[[], dict[int, int]] | None = None
    within: Callable[[frozenset[int]], set[int]] | None = None


@dataclass(frozen=True)
class Column:
    """One column of a packed block and the SQL expression that yields it."""

    name: str
    dtype: str
    sql: str


@dataclass(frozen=True)
class Measure:
    """An additive amount: a count or sum, or a histogram of durations in seconds.

    `amount` gives an int64 (or bool) per fact. A histogram counts `amount` where `where` holds.
    """

    slug: str
    amount: Amount
    kind: Literal["sum", "histogram"] = "sum"
    where: Amount | None = None
    hourly: bool = False  # hour totals are kept for heat tables

    def values(self, facts: Facts) -> np.ndarray:
        """Per fact the amount, 0 where the condition does not hold. int64[n]"""
        amounts = np.asarray(self.amount(facts)).astype(np.int64)
        return amounts if self.where is None else np.where(self.where(facts), amounts, 0)

    def selected(self, facts: Facts) -> np.ndarray:
        """The amounts of the facts that count. int64[m]"""
        amounts = np.asarray(self.amount(facts)).astype(np.int64)
        return amounts if self.where is None else amounts[np.asarray(self.where(facts), dtype=bool)]


@dataclass(frozen=True)
class Source:
    """A facts table as the engine sees it.

    `table` is a table or parenthesised sub-select with columns for `at` (timestamptz), `team`
    and every `columns[].sql`; `subject` names the column that ties a fact to what it is about
    (a ticket), so that a writer can mark the cells its subjects touch. Facts whose `at` is null do
    not exist; those that lie ahead of the reading instant do not exist yet, unless the source tells
    what is planned (`ahead`). Where `at` is computed from wider rows, `began` names an indexed column
    that lies at most BEGAN_DAYS before it, so that reading some days looks at few of them.
    """

    slug: str
    label: str
    table: str
    at: str
    team: str
    subject: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    about: str = "ticket"  # what the subject is; its writer marks all sources about it
    rows_right: str = "sees_tickets"  # of `Scope`: what it takes to see the rows behind a figure
    ticks: bool = False  # facts lie ahead of now and come true by time alone
    began: str = ""  # an indexed column, at most BEGAN_DAYS before `at` and never after it
    ahead: bool = False  # facts count before their time comes: a roster, a forecast
    version: int = 1  # raised by hand when code computes something else under the same names

    @cached_property
    def layout(self) -> int:
        """A number of 15 bits that tells how cells are packed: it changes with the columns and the measures."""
        measures = [(m.slug, m.kind, m.hourly) for m in self.measures]
        return crc32(repr((self.version, self.dtype.descr, measures)).encode()) & 0x7FFF

    @cached_property
    def dtype(self) -> np.dtype:
        """Block layout: seconds into the local day, then the declared columns, packed."""
        return np.dtype([("second", "<u4"), ("subject", "<i8")] + [(c.name, c.dtype) for c in self.columns])

    @cached_property
    def sums(self) -> tuple[Measure, ...]:
        return tuple(m for m in self.measures if m.kind == "sum")

    @cached_property
    def histograms(self) -> tuple[Measure, ...]:
        return tuple(m for m in self.measures if m.kind == "histogram")

    def measure(self, slug: str) -> Measure:
        return next(m for m in self.measures if m.slug == slug)

    def has(self, slug: str) -> bool:
        return any(m.slug == slug for m in self.measures)

    def dimension(self, slug: str) -> Dimension | None:
        return next((d for d in self.dimensions if d.slug == slug), None)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What people read. Concrete kinds: Total, Ratio, Level, Quantile."""

    slug: str
    label: str
    unit: Unit
    better: Better
    definition: str  # one or two plain sentences
    attribution: str  # which date a fact counts on
    owner: str  # whose number it is
    maturity_days: int = 0  # how long recent days may still move
    minimum_n: int = 1  # fewer are marked as few; an estimate that rests on fewer is not told
    peers: str = ""  # how the peers' metric of that name differs
    clock: Literal["", "calendar", "business"] = ""
    rights: tuple[str, ...] = ()  # of `Scope`, beyond sees_metrics: whoever lacks one is refused
    nothing: str = "Nothing happened in this period."  # where there is nothing to count or to divide by

    @property
    def sources(self) -> tuple[str, ...]:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Total(Metric):
    """Sum of one measure times `scale`. `n` names the measure that counts what the sum rests on; a count
    counts itself. `driver` names the measure it grows with (hours, of a cost): a change is then explained
    by its volume, its mix and the rate per unit of it.
    """

    source: str
    measure: str
    n: str = ""
    scale: float = 1.0
    driver: str = ""

    def __post_init__(self) -> None:
        if self.unit in (Unit.HOURS, Unit.MONEY) and not self.n:
            raise ValueError(f"{self.slug!r} is no count: `n` must name the measure that counts its facts.")

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,)


@dataclass(frozen=True, kw_only=True)
class Ratio(Metric):
    """part / whole * scale, two measures of one source or of two.

    `of_shares` when part counts a subset of whole: it gets the interval of a share. `n` names the
    measure that counts what the figure rests on, of the part's source if it has one of that name,
    else of the whole's; left out, the whole counts it. A figure whose whole is missing is a gap.

    `squares` makes it an estimated mean: part sums a score x, whole counts the facts (or sums their
    design weights w), `squares` sums x^2 (or w x^2) and, where there are weights, `weight_squares`
    sums w^2. It gets the pooled interval of `means.py`, and is not told under `minimum_n`. `spread_by`
    names the cut each value of which has a spread of its own (a scorecard), `spread_within` the one within
    whose values scores differ by chance alone (an agent): see `spreads.py`.

    `known_by` names the measure of the part's source without which the part is not known (hours with
    a rate, of a cost); there the figure is a gap as well, and `unknown` says what is missing.
    """

    source: str
    part: str
    whole: str
    whole_source: str = ""
    scale: float = 1.0
    n: str = ""
    of_shares: bool = True
    squares: str = ""
    weight_squares: str = ""
    spread_by: str = ""
    spread_within: str = ""
    known_by: str = ""
    unknown: str = ""

    def __post_init__(self) -> None:
        if self.of_shares and (self.whole_source or self.squares or self.scale != 1.0):
            raise ValueError(f"{self.slug!r} counts no subset of its whole: it needs of_shares=False.")
        if self.weight_squares and not (self.squares and self.n):
            raise ValueError(f"{self.slug!r} is weighted: it needs `squares`, and `n` to count its facts.")
        if (self.spread_by and (self.whole_source or not self.squares)) or (self.spread_within and not self.spread_by):
            raise ValueError(f"{self.slug!r} has no spread to pool: it needs `squares`, one source and `spread_by`.")
        if bool(self.known_by) != bool(self.unknown):
            raise ValueError(f"{self.slug!r} needs `known_by` and `unknown` together.")

    @property
    def whole_from(self) -> str:
        """The source of the whole."""
        return self.whole_source or self.source

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.source, self.whole_from)))


@dataclass(frozen=True, kw_only=True)
class Level(Metric):
    """A stock: everything entered minus everything left up to the end of the bucket."""

    entered: tuple[tuple[str, str], ...]  # (source, measure)
    left: tuple[tuple[str, str], ...]

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s for s, _ in (*self.entered, *self.left)))


@dataclass(frozen=True, kw_only=True)
class Quantile(Metric):
    """The p-quantile of a histogram measure; relative error <= 1 %, exact on request."""

    source: str
    measure: str
    p: float

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,)


@dataclass(frozen=True)
class Debt:
    """Work that facts still owe to figures: what readers are told while `is_owed`, and what pays it off."""

    words: str
    is_owed: Callable[[], bool]
    work_off: Callable[[], int]


@dataclass(frozen=True)
class Silence:
    """A place that usually brings facts and has stopped: figures know nothing of it after `since`."""

    name: str
    since: datetime


class Registry:
    """All declarations, filled by `autodiscover` as the admin fills its site. `silences` ask who has stopped."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._metrics: dict[str, Metric] = {}
        self.debts: list[Debt] = []
        self.silences: list[Callable[[], Sequence[Silence]]] = []

    def add(self, *declared: Source | Metric) -> None:
        for item in declared:
            shelf: dict[str, Any] = self._sources if isinstance(item, Source) else self._metrics
            if item.slug in shelf:
                raise ValueError(f"{item.slug!r} is declared twice")
            shelf[item.slug] = item

    def source(self, slug: str) -> Source:
        return self._sources[slug]

    def metric(self, slug: str) -> Metric:
        if slug not in self._metrics:
            raise UnknownMetric(f"There is no metric {slug!r}; the catalogue lists them.")
        return self._metrics[slug]

    def sources(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def metrics(self) -> Iterator[Metric]:
        return iter(self._metrics.values())


class UnknownMetric(LookupError):
    """A slug that nobody declared."""


registry = Registry()
