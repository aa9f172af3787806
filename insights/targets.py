"""The metric that a program is meant to move: before and after, as the engine tells it to one reader.

The days are those of every effect (`effects.windows`): whole weeks after shipping, up to eight, against a base that
ends eight weeks before it. Shares, means and quantiles take all 26 weeks of the base; counts and stocks as many as
there are after, since they grow with time. A count is told per week.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl

from insights.effects import AFTER_WEEKS, windows
from insights.models import Program
from ops_dashboard.metrics.asking import BadQuery, BeingRecounted, NotYours, Query
from ops_dashboard.metrics.definitions import Better, Metric, Quantile, Ratio, Total, UnknownMetric, registry
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.changes import Verdict, change
from ops_dashboard.metrics.result import Figure
from ops_dashboard.people.roles import Scope

WEEK = timedelta(days=7)
Where = tuple[tuple[str, tuple[str, ...]], ...]


class Said(StrEnum):
    """What can be said of a target."""

    NOT_SHIPPED = "not shipped yet"
    TOO_EARLY = "too early"
    CANNOT_TELL = "cannot tell"
    BETTER = "better"
    WORSE = "worse"
    MOVED = "moved"  # clearly, where neither direction is good


@dataclass(frozen=True)
class Reading:
    """`before` and `after` as told (a count per week); `is_reached` None where it cannot be told."""

    metric: Metric
    said: Said
    before: Figure
    before_days: Period
    after: Figure | None = None
    after_days: Period | None = None
    weeks: int = 0
    is_reached: bool | None = None


def where_of(text: str) -> Where:
    """`team=payments-1&channel=email` as filters. BadQuery where it is none."""
    try:
        pairs = parse_qsl(text.strip(), strict_parsing=True) if text.strip() else []
    except ValueError as problem:
        raise BadQuery(f"'{text}' is no filter; try team=payments-1&channel=email.") from problem
    found: dict[str, tuple[str, ...]] = {}
    for slug, value in pairs:
        found[slug] = (*found.get(slug, ()), value)
    return tuple(found.items())


def checked(slug: str, text: str, *, scope: Scope, on: date) -> None:
    """UnknownMetric, BadQuery or NotYours, where this reader cannot be told that metric so narrowed."""
    Reader(scope).run(Query(slug, Period(on - WEEK, on - timedelta(days=1)), where=where_of(text)))


def reading(program: Program, *, scope: Scope, on: date) -> Reading | str | None:
    """What is known before `on`; words where this reader cannot be told, None where there is no target."""
    if not program.target_metric:
        return None
    try:
        return _reading(program, Reader(scope), until=on - timedelta(days=1))
    except NotYours:
        return "Your role does not see this figure."
    except BeingRecounted:
        return "It is being counted anew; look again in a minute."
    except (UnknownMetric, BadQuery):
        return "The metric or what it is narrowed to is gone; choose another."


def _reading(program: Program, reader: Reader, *, until: date) -> Reading:
    metric, where = registry.metric(program.target_metric), where_of(program.target_where)

    def read(days: Period) -> Figure:
        return reader.run(Query(metric.slug, days, where=where)).total

    if program.shipped_on is None or program.shipped_on > until:
        days = Period(until - AFTER_WEEKS * WEEK + timedelta(days=1), until)
        return Reading(metric, Said.NOT_SHIPPED, _told(metric, read(days), days), days)
    cut = windows(program.shipped_on)
    weeks = min(AFTER_WEEKS, ((until - cut.after_start).days + 1) // 7)
    is_rate = isinstance(metric, Ratio | Quantile)
    first = cut.base_start if is_rate else cut.base_end - max(weeks, 1) * WEEK + timedelta(days=1)
    base_days = Period(first, cut.base_end)
    base = read(base_days)
    before = _told(metric, base, base_days)
    if not weeks:
        return Reading(metric, Said.TOO_EARLY, before, base_days)
    days = Period(cut.after_start, cut.after_start + weeks * WEEK - timedelta(days=1))
    figure = read(days)
    after = _told(metric, figure, days)
    if weeks < AFTER_WEEKS:
        return Reading(metric, Said.TOO_EARLY, before, base_days, after, days, weeks)
    is_reached = _is_reached(metric, after, before, program.target_value)
    return Reading(metric, _said(metric, figure, base), before, base_days, after, days, weeks, is_reached)


def _told(metric: Metric, figure: Figure, days: Period) -> Figure:
    if not isinstance(metric, Total) or figure.value is None:
        return figure
    return figure._replace(value=figure.value * 7 / days.days)


def _said(metric: Metric, after: Figure, before: Figure) -> Said:
    moved = change(metric, after, before)
    if moved is None or moved.verdict is Verdict.NOISE:
        return Said.CANNOT_TELL
    return {Verdict.BETTER: Said.BETTER, Verdict.WORSE: Said.WORSE}.get(moved.verdict, Said.MOVED)


def _is_reached(metric: Metric, after: Figure, before: Figure, goal: float | None) -> bool | None:
    """None where the interval holds the goal, or nothing is known. Where neither way is good, the goal names it."""
    if goal is None or after.value is None:
        return None
    is_lower = metric.better is Better.LOWER or (
        metric.better is Better.NEITHER and before.value is not None and goal < before.value
    )
    low, high = (after.value, after.value) if after.low is None or after.high is None else (after.low, after.high)
    if is_lower:
        return True if high <= goal else False if low > goal else None
    return True if low >= goal else False if high < goal else None
