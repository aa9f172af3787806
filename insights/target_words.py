"""The target of a program in words: what was aimed at, before, after, and what can be said of it."""

from dataclasses import dataclass

from insights.effects import AFTER_WEEKS
from insights.models import Program
from insights.targets import Reading, Said
from ops_dashboard.metrics.definitions import Metric, Total, Unit, registry
from ops_dashboard.metrics.rendering.numbers import day, days, goal, span, text, whole
from ops_dashboard.metrics.result import WHY_WITHHELD, Figure

REACHED = {True: "goal reached", False: "goal not reached", None: "cannot tell whether the goal is reached"}


@dataclass(frozen=True)
class TargetWords:
    aim: str
    before: str = ""
    after: str = ""
    said: str = ""


def aim(program: Program) -> str:
    """`Reopened tickets, reason=coins-missing: 8 % by 3 Mar 2026`."""
    known = {metric.slug: metric for metric in registry.metrics()}
    metric = known.get(program.target_metric)
    if metric is None:
        return program.target_metric
    narrowed = f", {program.target_where}" if program.target_where else ""
    when = f" by {day(program.target_on, year=True)}" if program.target_on else ""
    value = "" if program.target_value is None else f": {goal(program.target_value, metric.unit, clock=metric.clock)}"
    return f"{metric.label}{narrowed}{value}{_per_week(metric) if value else ''}{when}"


def words(program: Program, told: Reading | str | None) -> TargetWords | None:
    if told is None:
        return None
    if isinstance(told, str):
        return TargetWords(aim(program), said=told)
    before = f"{_figure(told.metric, told.before)}, {days(told.before_days)}"
    if told.after is None or told.after_days is None:
        said = told.said if told.said == Said.NOT_SHIPPED else f"{told.said}: no whole week is in"
        return TargetWords(aim(program), before, said=said)
    after = f"{_figure(told.metric, told.after)}, {days(told.after_days)}"
    if told.said == Said.TOO_EARLY:
        return TargetWords(aim(program), before, after, f"{told.said}: {told.weeks} of {AFTER_WEEKS} weeks are in")
    is_plain = program.target_value is None or (told.said == Said.CANNOT_TELL and told.is_reached is None)
    reached = "" if is_plain else f"; {REACHED[told.is_reached]}"
    return TargetWords(aim(program), before, after, f"{told.said}{reached}")


def _figure(metric: Metric, figure: Figure) -> str:
    """`14.2 % [12.0–16.9], n = 812`."""
    if figure.is_withheld:
        return WHY_WITHHELD
    if figure.value is None:
        return f"nothing to tell (n = {whole(figure.n)})"
    value = text(figure.value, metric.unit, clock=metric.clock)
    has_interval = figure.low is not None and figure.high is not None
    interval = (
        f" [{span(figure.low or 0.0, figure.high or 0.0, metric.unit, clock=metric.clock)}]" if has_interval else ""
    )
    n = "" if metric.unit is Unit.COUNT else f", n = {whole(figure.n)}"
    return f"{value}{_per_week(metric)}{interval}{n}"


def _per_week(metric: Metric) -> str:
    return " a week" if isinstance(metric, Total) else ""
