"""The one reader of numbers: a query and a scope go in, a Result comes out.

A question about time and teams alone is answered from totals and histograms; any other filter,
cut, exact quantile or drill-through decodes the packed blocks of the scoped teams. Raw tables are
never read. `Reader` answers many questions of one reader and keeps answers as long as the cells
they came from stand.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cached_property, partial
from hashlib import blake2b

import numpy as np
from django.conf import settings
from django.core.cache import caches
from django.urls import get_script_prefix

from ops_dashboard.metrics import cells as cell_store
from ops_dashboard.metrics.asking import (
    DAY_ZERO,
    BadQuery,
    BeingRecounted,
    NotYours,
    Query,
    buckets,
    compared_buckets,
    counted,
    cuts_named,
    day_of,
    dimension_of,
    has_begun,
    is_maturing,
    known_codes,
    needs,
    refuse_what_is_not_theirs,
    rows_source,
    today,
)
from ops_dashboard.metrics.attachments import goal_in_force, notes_within
from ops_dashboard.metrics.bounded import absent_whole, figures, nothing
from ops_dashboard.metrics.definitions import Dimension, Level, Metric, Quantile, Source, registry
from ops_dashboard.metrics.groups import Groups, Key, before_hour, collapsed, recoded
from ops_dashboard.metrics.keeping_back import in_reporting_weeks, kept_back
from ops_dashboard.metrics.models import Annotation, Fill, Goal
from ops_dashboard.metrics.openings import opening
from ops_dashboard.metrics.periods import Grain, Period, merged, spanning
from ops_dashboard.metrics.result import Figure, Freshness, Result, Row
from ops_dashboard.metrics.shelf import Filter, Shelf
from ops_dashboard.metrics.slices import WHOLE, Slice
from ops_dashboard.metrics.spread_reader import Spreads
from ops_dashboard.metrics.staleness import freshness_for
from ops_dashboard.metrics.teams import TEAM_CUTS, columns, grouping_mark, recoding, teams_of
from ops_dashboard.metrics.withholding import without
from ops_dashboard.people.roles import Scope

__all__ = ["BadQuery", "NotYours", "Query", "Reader", "run", "subjects", "today"]


def run(query: Query, *, scope: Scope) -> Result:
    """The answer to one query for one reader."""
    return Reader(scope).run(query)


def subjects(query: Query, *, scope: Scope) -> np.ndarray:
    """Distinct subject ids behind the figure of `query` (its period, filters and scope). int64[n]"""
    return Reader(scope).subjects(query)


class Reader:
    """Answers queries of one reader; what all of them need is read once."""

    def __init__(self, scope: Scope, *, reach: Sequence[Period] = ()) -> None:
        """`reach`: the days that most questions will be about, so that their cells are fetched once."""
        if not scope.sees_metrics:
            raise NotYours("This account has no access to metrics.")
        self.scope = scope
        self._reach = merged(reach)
        self._aggregated: dict[tuple[object, ...], Groups] = {}
        self._coded: dict[tuple[Dimension, tuple[str, ...]], list[int]] = {}
        self._named: dict[Dimension, dict[int, tuple[str, str]]] = {}
        self._spreads = Spreads(self._reach, self._generations)

    @cached_property
    def _fills(self) -> dict[str, Fill]:
        return {fill.source: fill for fill in Fill.objects.all()}

    @cached_property
    def _reaches(self) -> dict[str, Period]:
        return Fill.objects.reaches()

    @cached_property
    def _goals(self) -> list[Goal]:
        return list(Goal.objects.order_by("team_id", "valid_from"))

    @cached_property
    def _annotations(self) -> list[Annotation]:
        return [a for a in Annotation.objects.all() if a.team_id is None or self.scope.sees_team(a.team_id)]

    @cached_property
    def freshness(self) -> Freshness:
        return freshness_for(self.scope, self._fills.values())

    def run(self, query: Query) -> Result:
        """The answer; kept until a cell of its sources, a goal or an annotation changes."""
        metric = registry.metric(query.metric)
        self._check(metric, query)
        if self.scope.small_cells_hidden:
            query = in_reporting_weeks(query, metric)
        key = self._key(query, metric)
        answer: Result | None = caches["answers"].get(key)
        if answer is None:
            answer = self._answer(query, metric)
            caches["answers"].set(key, answer)
        notes = notes_within(self._annotations, query.period)
        return replace(answer, freshness=self.freshness, target=self._target(query), notes=notes)

    def mark_of(self, what: object, asked: object, *, cuts: Collection[str] = ()) -> str:
        """A key for what is drawn from answers to a question: it changes with every cell, goal, annotation and right.

        `what`: words for it that are the same in every process. `cuts` are those it makes of its own.
        """
        teams = grouping_mark({*cuts, *cuts_named(asked)})
        text = repr((what, asked, teams, self._standing))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    @cached_property
    def _standing(self) -> str:
        """What answers stand on besides the question, in words that change with it."""
        rights = [_in_order(getattr(self.scope, field.name)) for field in fields(Scope) if field.name != "username"]
        generations = sorted((fill.source, fill.generation) for fill in self._fills.values())
        goals = [(g.metric, g.team_id, g.value, g.valid_from, g.valid_to) for g in self._goals]
        notes = [(a.kind, a.on, a.until, a.label) for a in self._annotations]
        text = repr((rights, generations, goals, notes, today(), settings.REPORTING_ZONE, get_script_prefix()))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def subjects(self, query: Query, part: Slice = WHOLE) -> np.ndarray:
        return np.unique(self.subjects_of_facts(query, part))

    def subjects_of_facts(self, query: Query, part: Slice = WHOLE) -> np.ndarray:
        """As often as a figure, or a slice of it, counts each. int64[n]"""
        metric = registry.metric(query.metric)
        self._check(metric, query)
        if not self.sees_rows(metric):
            raise NotYours(f"This account may not see the {rows_source(metric).about}s behind a figure.")
        read = partial(cell_store.subjects, self._shelf(query), teams=self._teams(query))
        if isinstance(metric, Level):
            return self._inside(metric, query, read)
        source, measure = counted(metric)
        return read(source, measure, query.period, where=self._codes(source, query), part=part)

    def distribution(self, query: Query, *, edges: Sequence[int]) -> list[int]:
        """How many durations of a Quantile metric lie below each edge (seconds), between, and above the last."""
        metric = registry.metric(query.metric)
        if not isinstance(metric, Quantile):
            raise BadQuery(f"{metric.slug} has no distribution; it is a {type(metric).__name__.lower()}.")
        self._check(metric, query)
        groups = cell_store.aggregate(
            self._shelf(query),
            registry.source(metric.source),
            [metric.measure],
            query.period,
            grain=Grain.TOTAL,
            by=(),
            where=self._codes(registry.source(metric.source), query),
            teams=self._teams(query),
        )
        _, seconds, weight = groups.durations[metric.measure]
        band = np.searchsorted(np.asarray(edges), seconds, side="right")
        return np.bincount(band, weights=weight, minlength=len(edges) + 1).astype(int).tolist()

    def _inside(self, metric: Level, query: Query, read: Callable[..., np.ndarray]) -> np.ndarray:
        """Subjects that entered more often than they left, by the end of the period."""
        so_far = Period(min(DAY_ZERO, query.period.start), query.period.end)
        moves = [
            (sign, read(source, measure, so_far, where=self._codes(source, query)))
            for sign, measures in ((1, metric.entered), (-1, metric.left))
            for source, measure in ((registry.source(slug), measure) for slug, measure in measures)
        ]
        found, place = np.unique(np.concatenate([ids for _, ids in moves]), return_inverse=True)
        signs = np.concatenate([np.full(len(ids), sign) for sign, ids in moves])
        return found[np.bincount(place, weights=signs, minlength=len(found)) > 0]

    def narrowed_to(self, query: Query) -> tuple[list[int] | None, list[Filter]]:
        """What filters and scope leave: ids of teams, None for all, and (column, codes) of every other filter."""
        return self._teams(query), self._codes(registry.source(registry.metric(query.metric).sources[0]), query)

    # -- what the reader may ask

    def sees_rows(self, metric: Metric) -> bool:
        """Whether the reader may list what a figure counts."""
        return bool(getattr(self.scope, rows_source(metric).rows_right))

    def _check(self, metric: Metric, query: Query) -> None:
        if any(not getattr(self.scope, right) for right in metric.rights):
            raise NotYours(f"Your role does not see {metric.label.lower()}.")
        if any(self._is_packed_otherwise(slug) for slug in metric.sources):
            raise BeingRecounted(f"{metric.label} is being counted anew after a change; look again in a minute.")
        refuse_what_is_not_theirs(query, metric, self.scope)

    def _is_packed_otherwise(self, source: str) -> bool:
        fill = self._fills.get(source)
        return fill is not None and fill.layout != registry.source(source).layout

    def _teams(self, query: Query) -> list[int] | None:
        """Ids of the teams to read; None: all. Filters and scope both narrow."""
        wanted = [(TEAM_CUTS[slug], slugs) for slug, slugs in query.where if slug in TEAM_CUTS]
        teams = None if self.scope.teams is None else set(self.scope.teams)
        for cut, slugs in wanted:
            theirs = teams_of(cut, self._known_codes(cut, slugs))
            teams = theirs if teams is None else teams & theirs
        return None if teams is None else sorted(teams)

    def _codes(self, source: Source, query: Query) -> list[Filter]:
        """(column, codes) of every filter but those by team or by what a team has."""
        return [
            (dimension.column, self._known_codes(dimension, slugs))
            for slug, slugs in query.where
            if slug not in TEAM_CUTS
            for dimension in [dimension_of(source, slug)]
        ]

    def _known_codes(self, dimension: Dimension, slugs: tuple[str, ...]) -> list[int]:
        if (dimension, slugs) not in self._coded:
            self._coded[dimension, slugs] = known_codes(dimension, slugs)
        return self._coded[dimension, slugs]

    def _key(self, query: Query, metric: Metric) -> str:
        generations = [(slug, self._fills[slug].generation if slug in self._fills else 0) for slug in metric.sources]
        scope = None if self.scope.teams is None else sorted(self.scope.teams)
        text = repr(
            (
                query,
                generations,
                scope,
                self.scope.small_cells_hidden,
                self.scope.sees_people,
                today(),
                settings.REPORTING_ZONE,
                grouping_mark(cuts_named(query)),
            )
        )
        return blake2b(text.encode(), digest_size=16).hexdigest()

    # -- the answer

    def _answer(self, query: Query, metric: Metric) -> Result:
        now, total = self._told(query, metric)
        before, previous_total = (
            self._told(replace(query, period=query.compare), metric) if query.compare else ({}, None)
        )
        return Result(
            metric=metric,
            period=query.period,
            grain=query.grain,
            by=query.by,
            rows=self._rows(query, metric, now, before),
            total=total,
            previous_period=query.compare,
            previous_total=previous_total,
            freshness=self.freshness,
            where=query.where,
            exact=query.exact,
        )

    def _groups(self, query: Query, metric: Metric, period: Period) -> dict[str, Groups]:
        """Amounts of every (bucket day number or hour of week, codes of the cuts), by source."""
        found: dict[str, Groups] = {}
        for source, measures in needs(metric):
            cuts = [dimension_of(source, slug) for slug in query.by]
            exact = query.exact and isinstance(metric, Quantile)
            spread, grain = self._spreads.of(metric, period), query.grain_read
            by = [*columns(cuts), *([spread.column] if spread else [])]
            asked = (source.slug, tuple(measures), period, grain, tuple(by), query.where, exact)
            if asked not in self._aggregated:
                self._aggregated[asked] = cell_store.aggregate(
                    self._shelf(query),
                    source,
                    measures,
                    period,
                    grain=grain,
                    by=by,
                    where=self._codes(source, query),
                    teams=self._teams(query),
                    exact=exact,
                )
            groups = before_hour(self._aggregated[asked], query.until_hour)
            if spread:
                groups = spread.told_apart(groups)
            if isinstance(metric, Level) and not found:  # a stock is of no source; its first one carries it
                groups = replace(groups, opening=self._opening(query, metric, period.start))
            recode = recoding(cuts)
            found[source.slug] = recoded(groups, recode) if recode else groups
        return found

    def _opening(self, query: Query, level: Level, start: date) -> dict[tuple[int, ...], int]:
        source, reach = registry.source(level.sources[0]), self._reach_of(level)
        by, where = columns([dimension_of(source, slug) for slug in query.by]), self._codes(source, query)
        if reach is None:
            return {}
        return opening(self._shelf(query), level, start, reach=reach, by=by, where=where, teams=self._teams(query))

    def _figures(self, query: Query, metric: Metric, amounts: dict[str, Groups]) -> dict[Key, Figure]:
        """The figure of every bucket and cut, those that this reader may not see withheld."""
        told = figures(metric, amounts, query)
        if not self.scope.small_cells_hidden:
            return told
        figures_of = partial(self._untouched, metric)
        return without(told, kept_back(query, metric, told, figures_of=figures_of, reach=self._reach_of(metric)))

    def _untouched(self, metric: Metric, query: Query) -> dict[Key, Figure]:
        return figures(metric, self._groups(query, metric, query.period), query)

    def _told(self, query: Query, metric: Metric) -> tuple[dict[Key, Figure], Figure]:
        """The figure of every bucket and cut, and that of the whole period from the same amounts."""
        amounts = self._groups(query, metric, query.period)
        parts = self._figures(query, metric, amounts)
        if query.grain is Grain.TOTAL and not query.by:
            return parts, parts.get((None, ()), absent_whole(query, metric))
        together = {slug: collapsed(groups) for slug, groups in amounts.items()}
        whole = self._figures(replace(query, grain=Grain.TOTAL, by=()), metric, together)
        return parts, whole.get((None, ()), absent_whole(query, metric))

    def _shelf(self, query: Query) -> Shelf:
        """The cells of this reader, around the days of the question and those it is compared with."""
        days = merged([*self._reach, query.period, *([query.compare] if query.compare else [])])
        teams = None if self.scope.teams is None else tuple(sorted(self.scope.teams))
        return Shelf(teams, self._generations(), days)

    def _generations(self) -> dict[str, int]:
        return {slug: fill.generation for slug, fill in self._fills.items()}

    def _rows(self, query: Query, metric: Metric, now: dict, before: dict) -> tuple[Row, ...]:
        labels = [self._labels(query, slug, i, now) for i, slug in enumerate(query.by)]
        reach = self._reach_of(metric)
        named = [
            (
                codes,
                tuple(labels[i][c][0] for i, c in enumerate(codes)),
                tuple(labels[i][c][1] for i, c in enumerate(codes)),
            )
            for codes in {codes for _, codes in now} or ([] if query.by else [()])
        ]
        named.sort(key=lambda each: each[2])
        rows: list[Row] = []
        for bucket, compared in zip(buckets(query), compared_buckets(query), strict=True):
            hour = bucket if query.grain is Grain.HOUR_OF_WEEK else None
            start = None if bucket is None or hour is not None else day_of(bucket)
            absent, maturing = self._absent(query, metric, bucket, reach), is_maturing(query, metric, bucket)
            rows += [
                Row(
                    start, slugs, words, now.get((bucket, codes), absent), before.get((compared, codes)), maturing, hour
                )
                for codes, slugs, words in named
            ]
        return tuple(rows)

    def _labels(self, query: Query, slug: str, place: int, figures: dict) -> dict[int, tuple[str, str]]:
        source = registry.source(registry.metric(query.metric).sources[0])
        dimension = dimension_of(source, slug)
        codes = {codes[place] for _, codes in figures}
        known = self._named.setdefault(dimension, {0: ("none", dimension.none)})
        if unknown := sorted(codes - known.keys()):
            known.update({code: (f"removed-{code}", f"{dimension.label} {code}, removed") for code in unknown})
            known.update(dimension.labels(unknown))
        return known

    def _reach_of(self, metric: Metric) -> Period | None:
        """From the first to the last day with any fact of the metric's sources: before there is no data, not zero."""
        return spanning(self._reaches[slug] for slug in metric.sources if slug in self._reaches)

    def _absent(self, query: Query, metric: Metric, bucket: int | None, reach: Period | None) -> Figure:
        """Zero where counting went on and found nothing; a gap where there was nothing to count."""
        if bucket is None or query.grain is Grain.HOUR_OF_WEEK:
            return nothing(metric)
        start = day_of(bucket)
        was_counted = reach is not None and query.grain.next_start(start) > reach.start and has_begun(start, metric)
        return nothing(metric) if was_counted else Figure(None, 0)

    def _target(self, query: Query) -> float | None:
        teams = self._teams(query)
        own = teams[0] if teams is not None and len(teams) == 1 else None
        return goal_in_force(self._goals, query.metric, query.period.end, team=own)


def _in_order(value: object) -> object:
    """A set as a list that reads the same in every process."""
    return sorted(value) if isinstance(value, frozenset) else value
