"""The form of an alert rule: what a person may write, and what is asked to mend."""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from ops_dashboard.metrics import alerts
from ops_dashboard.metrics.alert_limits import BadLimit, limit_text, parse_limit
from ops_dashboard.metrics.alert_terms import BadRule
from ops_dashboard.metrics.alert_verdicts import Look, Side
from ops_dashboard.metrics.definitions import UnknownMetric, registry
from ops_dashboard.metrics.metric_rights import sees_metric
from ops_dashboard.metrics.models import AlertRule
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Scope

WHEN = (
    ("below", "Below a limit"),
    ("above", "Above a limit"),
    ("unusual-either", "Unusual for the weekday"),
    ("unusual-above", "Higher than usual for the weekday"),
    ("unusual-below", "Lower than usual for the weekday"),
)
UNUSUAL = "unusual-"
_PART_OF = {"side": "when"}  # a field of a rule, and that of the form which says it


class RuleForm(forms.Form):
    """`rule` is what the words come to, once they are valid; not saved."""

    name = forms.CharField(label="Name", max_length=80)
    metric = forms.ChoiceField(label="Metric")
    when = forms.ChoiceField(label="Tell me when it is", choices=WHEN)
    limit = forms.CharField(
        label="Limit", max_length=40, required=False,
        help_text="As the metric is shown: 90 %, 2 h 30 min, 400. Unusual figures need none.",
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label="Look at", coerce=int, choices=[(look.value, look.words) for look in Look], initial=Look.DAY.value
    )
    cuts = forms.CharField(
        label="Only where", max_length=2000, required=False,
        help_text="Empty: everything you see. Else as addresses of pages have it, team=payments&channel=email; "
        "you may paste the whole address.",
    )  # fmt: skip

    def __init__(self, data: MultiValueDict | None = None, *, owner: User, scope: Scope, **more: Any) -> None:
        super().__init__(data, **more)
        self._owner = owner
        field: Any = self.fields["metric"]
        field.choices = [("", "Choose a metric"), *_offered(scope)]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if self.errors:
            return told
        try:
            self.wish = self._wish(told)
            self.rule: AlertRule = alerts.drafted(self.wish, self._owner)
        except BadRule as problem:
            self.refuse(problem)
        return told

    def refuse(self, problem: BadRule) -> None:
        field = _PART_OF.get(problem.field, problem.field)
        self.add_error(field if field in self.fields else None, str(problem))

    def _wish(self, told: dict[str, Any]) -> alerts.Wish:
        unit = registry.metric(told["metric"]).unit
        limit = None
        if not told["when"].startswith(UNUSUAL):
            if not told["limit"]:
                raise BadRule("limit", "Say which limit.")
            try:
                limit = parse_limit(told["limit"], unit)
            except BadLimit as problem:
                raise BadRule("limit", str(problem)) from problem
        side = told["when"].removeprefix(UNUSUAL)
        return alerts.Wish(told["name"], told["metric"], told["days"], told["cuts"], Side(side), limit)


def initial_of(rule: AlertRule) -> dict[str, Any]:
    """A rule in the words of its form."""
    try:
        limit = "" if rule.limit is None else limit_text(rule.limit, registry.metric(rule.metric).unit)
    except UnknownMetric:
        limit = ""
    when = f"{UNUSUAL}{rule.side}" if rule.limit is None else rule.side
    told = {"name": rule.name, "metric": rule.metric, "days": rule.days, "cuts": rule.cuts}
    return told | {"when": when, "limit": limit}


def _offered(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """The metrics that this reader sees, by source."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for metric in registry.metrics():
        if sees_metric(scope, metric):
            clock = f" ({metric.clock} hours)" if metric.clock else ""
            source = registry.source(metric.sources[0]).label
            groups.setdefault(source, []).append((metric.slug, f"{metric.label}{clock}"))
    return [(source, sorted(found, key=lambda each: each[1])) for source, found in sorted(groups.items())]
