"""Alert rules, what they found and why they were silent, in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from ops_dashboard.metrics.alert_verdicts import Kind, Look, Outcome, Scale, Side, Terms, Verdict, scale_of
from ops_dashboard.metrics.definitions import Better, Metric, UnknownMetric, registry
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.metrics.rendering.numbers import day, goal, plural, span, text
from ops_dashboard.metrics.teams import TEAM_CUTS

GONE = "a metric that is gone"
LOOKS = {Look.DAY: "on the last complete day", Look.WEEK: "over the last 7 complete days"}
UNUSUAL = {
    Side.ABOVE: "is higher than usual for the weekday",
    Side.BELOW: "is lower than usual for the weekday",
    Side.EITHER: "is unusual for the weekday",
}
SILENT = {
    Outcome.QUIET: "nothing to tell",
    Outcome.FIRES: "told",
    Outcome.WAITS: "waits until the day is complete",
    Outcome.NO_FIGURE: "there was no figure",
    Outcome.TOO_FEW: "rested on too few to tell",
    Outcome.TOO_LITTLE_HISTORY: "too little history to expect anything",
    Outcome.NO_SPREAD: "never varied, so that nothing is unusual",
    Outcome.HOLIDAY: "a holiday, which is no ordinary weekday",
}


@dataclass(frozen=True)
class Day:
    """One day on which a rule fires, as a row prints it."""

    when: str
    value: str
    against: str
    n: str


def metric_of(slug: str) -> Metric | None:
    try:
        return registry.metric(slug)
    except UnknownMetric:
        return None


def rule_words(rule: AlertRule) -> str:
    """`when First reply on time is below 90 %, on the last complete day`."""
    metric = metric_of(rule.metric)
    if metric is None:
        return f"when {GONE} speaks"
    when = UNUSUAL[Side(rule.side)] if rule.limit is None else f"is {rule.side} {_limit(rule.limit, metric)}"
    return f"when {_label(metric)} {when}, {LOOKS[Look(rule.days)]}"


def cuts_words(cuts: str) -> str:
    """`Team: payments, refunds · Channel: email`; "" where nothing is narrowed."""
    return " · ".join(f"{_cut(name)}: {', '.join(values)}" for name, values in QueryDict(cuts).lists())


def outcome_words(rule: AlertRule) -> str:
    if not rule.looked_at:
        return "has not looked yet"
    said = SILENT[Outcome(rule.outcome)] if rule.outcome in SILENT else ""
    return f"{day(rule.looked_to, weekday=True)}: {said}" if rule.looked_to else SILENT[Outcome.WAITS]


def firing_words(firing: AlertFiring, metric: Metric) -> str:
    """`First reply on time: 71.0 %, below the limit of 90 %.`"""
    value = text(firing.value, metric.unit, clock=metric.clock)
    side = Side.ABOVE if firing.is_above else Side.BELOW
    if firing.kind == Kind.THRESHOLD or firing.expected is None:
        return f"{_label(metric)}: {value}, {side} the limit of {_limit(firing.limit, metric)}."
    expected, end = (text(each, metric.unit, clock=metric.clock) for each in (firing.expected, firing.limit))
    most = "at most" if firing.is_above else "at least"
    return f"{_label(metric)}: {value}, where its weekday led to expect {expected}, {most} {end}."


def when_words(firing: AlertFiring) -> str:
    on = day(firing.on, weekday=True, year=True)
    return on if firing.days == Look.DAY else f"the 7 days to {on}"


def rests_words(firing: AlertFiring, metric: Metric) -> str:
    """What the figure rests on, and how far out it is."""
    said = [] if scale_of(metric) is Scale.COUNT else [f"n {firing.n:,}"]
    if firing.score is not None:
        said.append(f"{abs(firing.score):.1f} times its usual spread away")
    return ", ".join(said)


def tone(firing: AlertFiring, metric: Metric) -> str:
    """`worse` where the metric knows which way is better and this is the other one."""
    if metric.better is Better.NEITHER:
        return "warning"
    return "worse" if firing.is_above is (metric.better is Better.LOWER) else "better"


def foretold_words(verdicts: Sequence[Verdict]) -> str:
    """How often a rule would have fired, and why it would have been silent otherwise."""
    if not verdicts:
        return "There is no complete day to judge yet."
    counts = Counter(verdict.outcome for verdict in verdicts)
    said = f"On {counts[Outcome.FIRES]} of the last {plural(len(verdicts), 'complete day')} it would have fired."
    silent = [
        f"{plural(count, 'day')}: {SILENT[outcome]}"
        for outcome, count in counts.most_common()
        if outcome not in (Outcome.FIRES, Outcome.QUIET)
    ]
    return f"{said} Silent for another reason – {'; '.join(silent)}." if silent else said


def foretold_days(terms: Terms, verdicts: Sequence[Verdict]) -> list[Day]:
    """The days on which it would have fired, the latest first."""
    metric = terms.metric
    return [
        Day(
            day(verdict.on, weekday=True, year=True),
            text(verdict.value, metric.unit, clock=metric.clock),
            _against(terms, verdict),
            f"{verdict.n:,}",
        )
        for verdict in reversed(verdicts)
        if verdict.fires
    ]


def _against(terms: Terms, verdict: Verdict) -> str:
    if terms.limit is not None:
        return f"{terms.side} {_limit(terms.limit, terms.metric)}"
    assert verdict.low is not None and verdict.high is not None
    return span(verdict.low, verdict.high, terms.metric.unit, clock=terms.metric.clock)


def _limit(value: float, metric: Metric) -> str:
    return goal(value, metric.unit, clock=metric.clock)


def _label(metric: Metric) -> str:
    return f"{metric.label} ({metric.clock} hours)" if metric.clock else metric.label


def _cut(slug: str) -> str:
    return TEAM_CUTS[slug].label if slug in TEAM_CUTS else slug.replace("_", " ").capitalize()
