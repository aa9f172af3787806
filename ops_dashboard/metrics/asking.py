"""What a question means: its cuts and measures, its buckets, and what makes no sense to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from ops_dashboard.metrics.definitions import Dimension, Level, Metric, Quantile, Ratio, Source, Total, registry
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.means import n_of
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.teams import TEAM, TEAM_CUTS
from ops_dashboard.people.roles import Scope

DAY_ZERO = date(1970, 1, 1)


class NotYours(PermissionError):
    """The scope does not grant what the query asks for."""


class BadQuery(ValueError):
    """A query that makes no sense; the message names the part and says what would."""


class BeingRecounted(Exception):
    """The cells of a source are packed in another layout than this code reads, until the next refill."""


@dataclass(frozen=True)
class Query:
    """A question: one metric over a period, cut and filtered. `where` values are slugs.

    `until_hour`: of each day only the hours before that one, as a whole (grain `total`). BadQuery otherwise.
    """

    metric: str
    period: Period
    grain: Grain = Grain.TOTAL
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    compare: Period | None = None
    exact: bool = False
    until_hour: int | None = None

    def __post_init__(self) -> None:
        if self.until_hour is not None and self.grain is not Grain.TOTAL:
            raise BadQuery("Some hours of each day are told as a whole only; leave out the grain.")

    @property
    def grain_read(self) -> Grain:
        """What amounts are read by."""
        return self.grain if self.until_hour is None else Grain.HOUR_OF_WEEK


def today() -> date:
    """The present day in the reporting zone."""
    return day_at(timezone.now())


def dimension_of(source: Source, slug: str) -> Dimension:
    dimension = TEAM_CUTS.get(slug) or source.dimension(slug)
    if dimension is None:
        known = ", ".join([*TEAM_CUTS, *(d.slug for d in source.dimensions)])
        raise BadQuery(f"{slug!r} is no cut of {source.slug}; it has {known}.")
    return dimension


def may_cut(dimension: Dimension, scope: Scope) -> bool:
    """Whether a reader may ask by a cut.

    Not by people without the right to see them. Where small figures are withheld not by sums of teams: a sum less
    its large teams is the small one.
    """
    is_sum_of_teams = dimension.slug in TEAM_CUTS and dimension is not TEAM
    return (scope.sees_people or not dimension.about_people) and not (scope.small_cells_hidden and is_sum_of_teams)


def refuse_what_is_not_theirs(query: Query, metric: Metric, scope: Scope) -> None:
    """NotYours for a cut or a grain that the reader may not ask by; BadQuery for one that there is not."""
    for slug in (*query.by, *(slug for slug, _ in query.where)):
        for source in metric.sources:
            dimension = dimension_of(registry.source(source), slug)
            if not may_cut(dimension, scope):
                raise NotYours(f"This account may not see figures by {dimension.label.lower()}.")
    if len(set(query.by)) != len(query.by):
        raise BadQuery(f"by={','.join(query.by)} names a cut twice.")
    if query.grain_read is Grain.HOUR_OF_WEEK and isinstance(metric, Level):
        raise BadQuery(f"{metric.slug} is a stock; it has no hour of the week.")
    if query.grain_read is Grain.HOUR_OF_WEEK and scope.small_cells_hidden:
        # Of two periods that differ by a week, an hour's difference is one hour of one week.
        raise NotYours("This account may not see figures by hour of the week.")


def known_codes(dimension: Dimension, slugs: Sequence[str]) -> list[int]:
    """Codes of slugs; `none` is code 0. A slug nobody has matches nothing, so it is an error."""
    found = dimension.codes([slug for slug in slugs if slug != "none"])
    if unknown := [slug for slug in slugs if slug != "none" and slug not in found]:
        raise BadQuery(f"There is no {dimension.label.lower()} {unknown[0]!r}.")
    return sorted({*found.values(), *([0] if "none" in slugs else [])})


def needs(metric: Metric) -> list[tuple[Source, list[str]]]:
    """The measures a metric is made of, by source."""
    return [
        (registry.source(slug), list(dict.fromkeys(m for s, m in _made_of(metric) if s == slug)))
        for slug in metric.sources
    ]


def _made_of(metric: Metric) -> list[tuple[str, str]]:
    """(source, measure) of each."""
    match metric:
        case Total():
            return [(metric.source, m) for m in (metric.measure, metric.n, metric.driver) if m]
        case Ratio():
            own = [metric.part, *filter(None, (metric.squares, metric.weight_squares, metric.known_by))]
            return [*((metric.source, m) for m in own), (metric.whole_from, metric.whole), n_of(metric)]
        case Quantile():
            return [(metric.source, metric.measure)]
        case Level():
            return [*metric.entered, *metric.left]
    raise TypeError(metric)


def counted(metric: Metric) -> tuple[Source, str]:
    """The measure whose facts are the rows behind a figure: what its n counts."""
    match metric:
        case Ratio():
            source, measure = n_of(metric)
            return registry.source(source), measure
        case Total():
            return registry.source(metric.source), metric.n or metric.measure
        case Quantile():
            return registry.source(metric.source), metric.measure
    raise TypeError(metric)


def rows_source(metric: Metric) -> Source:
    """The source whose facts are the rows behind a figure."""
    return registry.source(metric.sources[0]) if isinstance(metric, Level) else counted(metric)[0]


def cuts_named(item: object) -> set[str]:
    """The cuts that a query, a panel or what a page asks names."""
    by = getattr(item, "by", ())
    return {*((by,) if isinstance(by, str) else by), *(slug for slug, _ in getattr(item, "where", ()))}


def day_of(number: int) -> date:
    return DAY_ZERO + timedelta(days=number)


def number_of(day: date) -> int:
    return (day - DAY_ZERO).days


def buckets(query: Query) -> list[int | None]:
    if query.grain is Grain.TOTAL:
        return [None]
    if query.grain is Grain.HOUR_OF_WEEK:
        return list(range(168))
    return [number_of(start) for start in query.period.buckets(query.grain)]


def compared_buckets(query: Query) -> list[int | None]:
    """The bucket of the compared period that stands at the place of each of the period's own."""
    own = buckets(query)
    if query.grain in (Grain.TOTAL, Grain.HOUR_OF_WEEK) or query.compare is None:
        return own
    starts: list[int | None] = [number_of(start) for start in query.compare.buckets(query.grain)]
    return [*starts, *[None] * len(own)][: len(own)]


def has_begun(start: date, metric: Metric) -> bool:
    return start <= today() or any(registry.source(slug).ahead for slug in metric.sources)


def is_maturing(query: Query, metric: Metric, bucket: int | None) -> bool:
    if not metric.maturity_days or bucket is None or query.grain is Grain.HOUR_OF_WEEK:
        return False
    return query.grain.next_start(day_of(bucket)) > today() - timedelta(days=metric.maturity_days)
