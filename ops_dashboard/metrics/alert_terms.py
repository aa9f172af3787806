"""What a rule asks of the engine: its metric, its cuts and its days; and why it cannot be asked."""

from datetime import timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from ops_dashboard.metrics.alert_verdicts import Kind, Look, Side, Terms, can_look
from ops_dashboard.metrics.asking import (
    BadQuery,
    BeingRecounted,
    NotYours,
    Query,
    cuts_named,
    dimension_of,
    rows_source,
    today,
)
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import Metric, UnknownMetric, registry
from ops_dashboard.metrics.forms import OF_A_PAGE, FilterForm, Where
from ops_dashboard.metrics.models import AlertRule
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.roles import Scope

BY_WEEKS = "Figures of your role are told by whole weeks; alerts look at days."


class BadRule(ValueError):
    """A rule that makes no sense or is not its owner's to make: `field` names the part of it that is wrong."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def may_keep_rules(scope: Scope) -> bool:
    """Whose figures are told by whole weeks has no days to look at."""
    return scope.sees_metrics and not scope.small_cells_hidden


def terms_of(rule: AlertRule) -> Terms:
    """UnknownMetric."""
    limit = rule.limit if rule.kind == Kind.THRESHOLD else None
    return Terms(registry.metric(rule.metric), Look(rule.days), Side(rule.side), limit)


def where_of(rule: AlertRule, metric: Metric) -> Where:
    """The filters that a rule's query string names. BadRule where it names something that the metric is not cut by,
    since leaving that out would make a rule about something else."""
    data = QueryDict(rule.cuts)
    offered = tuple(cuts(metric))
    if unknown := [name for name in data if name not in offered]:
        raise BadRule("cuts", f"{unknown[0]!r} is no cut of {metric.label}; it has {', '.join(offered)}.")
    return FilterForm(data, today=today(), filters=offered, period="yesterday").asked().where


def canonical(text: str, metric: Metric) -> str:
    """The cuts of a query string, or of a whole address, in the order of the metric's; what else pages say is left."""
    pasted = text.partition("?")[2].partition("#")[0] if "?" in text else text
    data = QueryDict(pasted.strip(), mutable=True)
    for name in OF_A_PAGE & data.keys():
        del data[name]
    if any(not value.isprintable() for values in data.lists() for value in values[1]):
        raise BadRule("cuts", "There are signs in it that nothing is called by.")
    where = where_of(AlertRule(cuts=data.urlencode()), metric)
    return urlencode([(slug, value) for slug, values in where for value in values])


def is_about_people(metric: Metric, where: Where) -> bool:
    return any(dimension_of(rows_source(metric), slug).about_people for slug, _ in where)


def refuse_nonsense(rule: AlertRule, scope: Scope) -> None:
    """BadRule where the rule's owner could not ask it, or it could never speak."""
    if not scope.sees_metrics:
        raise BadRule("metric", "Your role sees no figures any more.")
    if scope.small_cells_hidden:
        raise BadRule("metric", BY_WEEKS)
    try:
        terms = terms_of(rule)
    except UnknownMetric as unknown:
        raise BadRule("metric", str(unknown)) from unknown
    if not can_look(terms.metric, terms.look):
        raise BadRule("days", "A quantile of seven days is not made from those of its days: look at one day.")
    if terms.limit is not None and terms.side is Side.EITHER:
        raise BadRule("side", "A limit is passed upwards or downwards: choose one.")
    yesterday = today() - timedelta(days=1)
    query = Query(terms.metric.slug, Period(yesterday, yesterday), where=where_of(rule, terms.metric))
    try:
        Reader(scope).run(query)
    except NotYours as refusal:
        raise BadRule("cuts" if cuts_named(query) else "metric", str(refusal)) from refusal
    except BadQuery as problem:
        raise BadRule("cuts", str(problem)) from problem
    except BeingRecounted:
        return  # each look asks again
