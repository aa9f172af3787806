"""Result -> one item of the figure strip."""

from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Metric, Unit
from ops_dashboard.metrics.rendering.changes import Change, change
from ops_dashboard.metrics.rendering.numbers import Shown, goal, shown, span
from ops_dashboard.metrics.rendering.sentences import few_words, misses, unknown_words
from ops_dashboard.metrics.result import WHY_WITHHELD, Result


@dataclass(frozen=True)
class FigureItem:
    """A figure with what it rests on. `why_empty` says why there is no value."""

    slug: str
    label: str
    metric: Metric
    value: Shown
    change: Change | None
    against: str
    quiet: tuple[str, ...]
    misses: bool = False
    why_empty: str = ""
    rows_url: str = ""


def figure_item(result: Result, *, label: str = "", rows_url: str = "") -> FigureItem:
    """The total of a result, its change and one quiet line: n, interval, target."""
    metric, total = result.metric, result.total
    moved = change(metric, total, result.previous_total)
    return FigureItem(
        slug=metric.slug,
        label=label or metric.label.removesuffix(", business"),  # the quiet line names the clock
        metric=metric,
        value=shown(total.value, metric.unit, clock=metric.clock),
        change=moved,
        against=_against(result, compared=moved is not None),
        quiet=tuple(part.replace(" ", "\N{NO-BREAK SPACE}") for part in _quiet(result)),
        misses=misses(metric, total, result.target),
        why_empty=_why_empty(result),
        rows_url=rows_url if total.n else "",
    )


def _why_empty(result: Result) -> str:
    total = result.total
    if total.value is not None:
        return ""
    if total.is_few:
        return f"not told, {few_words(result.metric)}"
    if total.is_withheld:
        return WHY_WITHHELD
    return unknown_words(result.metric) if total.n else "nothing to measure in this period"


def _against(result: Result, *, compared: bool) -> str:
    if result.previous_period is None or result.total.value is None:
        return ""
    return "vs previous" if compared else "no comparable data"


def _quiet(result: Result) -> list[str]:
    metric, total = result.metric, result.total
    said = []
    if total.n and metric.unit is not Unit.COUNT:
        said.append(f"n {total.n:,}")
    if total.low is not None and total.high is not None:
        said.append(span(total.low, total.high, metric.unit, clock=metric.clock))
    if result.target is not None:
        said.append(f"target {goal(result.target, metric.unit, clock=metric.clock)}")
    if metric.clock == "business":
        said.append("business hours")
    if total.n and total.n < metric.minimum_n and not total.is_few:
        said.append(f"few: under {metric.minimum_n}")
    return said
