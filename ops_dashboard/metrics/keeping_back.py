"""What a reader who may see no small figure is told of a question: of which days, and which figures are kept back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from ops_dashboard.metrics.asking import Query, day_of, dimension_of, known_codes, today
from ops_dashboard.metrics.definitions import Level, Metric, registry
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.groups import Key
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.reporting_weeks import cuts_a_block, grain_of, in_weeks, last_week_over
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.withholding import divided, small

Figures = dict[Key, Figure]
FiguresOf = Callable[[Query], Figures]  # of a question of the same reader and metric, nothing kept back


def in_weeks_over(asked: Asked) -> Asked:
    """What a page asks, as it is answered."""
    until = last_week_over(today())
    compare = in_weeks(asked.compare, until=until) if asked.compare else None
    period = in_weeks(asked.period, until=until)
    return replace(asked, period=period, compare=compare, grain=grain_of(asked.grain))


def in_reporting_weeks(query: Query, metric: Metric) -> Query:
    """The question as it is answered, of whole weeks that are over; what is planned has no end, a stock is of a day."""
    if isinstance(metric, Level):
        return query
    is_ahead = any(registry.source(slug).ahead for slug in metric.sources)
    until = date.max if is_ahead else last_week_over(today())
    period = in_weeks(query.period, until=until)
    compare = in_weeks(query.compare, until=until) if query.compare else None
    return replace(query, period=period, compare=compare, grain=grain_of(query.grain))


def kept_back(query: Query, metric: Metric, told: Figures, *, figures_of: FiguresOf, reach: Period | None) -> set[Key]:
    """Keys of figures too small to be seen, and of those that tell of such by what a filter leaves out.

    `reach`: from the first to the last day of anything that the metric counts.
    """
    hidden = _too_small(query, metric, told, figures_of, reach)
    for slug in {slug for slug, _ in query.where}:
        wider = replace(query, by=_last(slug, query.by), where=tuple(each for each in query.where if each[0] != slug))
        gone = _too_small(wider, metric, figures_of(wider), figures_of, reach)
        if slug in query.by:
            place = query.by.index(slug)
            hidden |= {(b, c) for b, c in told if (b, (*c[:place], *c[place + 1 :], c[place])) in gone}
        else:
            hidden |= divided(gone, picked=_picked(query, metric, slug))
    return hidden


def _too_small(query: Query, metric: Metric, told: Figures, figures_of: FiguresOf, reach: Period | None) -> set[Key]:
    """Keys of figures that are small, or tell of a small one beside them, before them or after them."""
    if isinstance(metric, Level):  # the days of a stock do not add up to anything
        return small(told, over_time=False)
    return small(told, also=_cutting_blocks(query, told, figures_of, reach) if reach else ())


def _cutting_blocks(query: Query, told: Figures, figures_of: FiguresOf, reach: Period) -> set[Key]:
    """Keys of figures that a figure of other weeks may differ from by a few subjects."""
    every = Period(Grain.WEEK.start_of(reach.start), reach.end)
    weeks: dict[tuple[int, ...], dict[date, int]] = {}
    for (bucket, codes), figure in figures_of(replace(query, period=every, grain=Grain.WEEK, compare=None)).items():
        if bucket is not None:
            weeks.setdefault(codes, {})[day_of(bucket)] = figure.n
    return {
        (bucket, codes)
        for (bucket, codes), figure in told.items()
        if figure.n and cuts_a_block(weeks.get(codes, {}), _stretch(query, bucket))
    }


def _stretch(query: Query, bucket: int | None) -> Period:
    """The days of a bucket of a question by weeks, or of all of it."""
    if bucket is None or query.grain is not Grain.WEEK:
        return query.period
    return Period(day_of(bucket), day_of(bucket) + timedelta(days=6))


def _picked(query: Query, metric: Metric, slug: str) -> set[int]:
    """Codes that all filters of one cut let through."""
    dimension = dimension_of(registry.source(metric.sources[0]), slug)
    return set.intersection(*(set(known_codes(dimension, slugs)) for cut, slugs in query.where if cut == slug))


def _last(slug: str, by: tuple[str, ...]) -> tuple[str, ...]:
    """The cuts of `by` with `slug` as the last of them."""
    return (*(cut for cut in by if cut != slug), slug)
