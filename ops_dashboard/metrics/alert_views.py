"""The page of alerts: what has fired, and the rules that its reader keeps."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ops_dashboard.metrics import alerts
from ops_dashboard.metrics.alert_forms import RuleForm, initial_of
from ops_dashboard.metrics.alert_links import doors_of
from ops_dashboard.metrics.alert_looks import foretold
from ops_dashboard.metrics.alert_terms import BY_WEEKS, BadRule, may_keep_rules, terms_of
from ops_dashboard.metrics.alert_words import (
    cuts_words,
    firing_words,
    foretold_days,
    foretold_words,
    metric_of,
    outcome_words,
    rests_words,
    rule_words,
    tone,
    when_words,
)
from ops_dashboard.metrics.asking import BeingRecounted
from ops_dashboard.metrics.forms import OF_A_PAGE
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.metrics.query import Reader
from ops_dashboard.metrics.rendering.freshness import freshness_line
from ops_dashboard.people.access import View, requires
from ops_dashboard.people.models import User
from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import Scope

SHOWN = 100  # firings that wait
TOLD = 20  # of those that were acknowledged, the last


def keeper(view: Callable[..., HttpResponse]) -> View:
    @requires("sees_metrics")
    @wraps(view)
    def guarded(request: ReaderRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_keep_rules(request.scope):
            raise PermissionDenied(BY_WEEKS)
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@keeper
def listing(request: ReaderRequest) -> HttpResponse:
    firings = AlertFiring.objects.visible_to(request.scope).select_related("rule")
    waiting = firings.open()
    context = {
        "waiting": [_firing(each, request.scope) for each in waiting[:SHOWN]],
        "count": waiting.count(),
        "told": [_firing(each, request.scope) for each in firings.exclude(acknowledged_at=None)[:TOLD]],
        "rules": [_rule(rule) for rule in AlertRule.objects.visible_to(request.scope)],
        "most": alerts.MOST,
        "freshness": freshness_line(Reader(request.scope).freshness, now=timezone.now()),
    }
    return render(request, "alerts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def new(request: ReaderRequest) -> HttpResponse:
    """A rule to be; the address may say the metric and the cuts, as those of pages do."""
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper
def rule(request: ReaderRequest, pk: int) -> HttpResponse:
    return _edited(request, get_object_or_404(AlertRule.objects.visible_to(request.scope), pk=pk))


@require_POST
@keeper
def step(request: ReaderRequest, pk: int, step: str) -> HttpResponse:
    """Pause, resume or delete a rule."""
    found = get_object_or_404(AlertRule.objects.visible_to(request.scope), pk=pk)
    try:
        match step:
            case "pause":
                alerts.pause(found, by=_by(request))
                messages.success(request, f"{found.name} is paused.")
            case "resume":
                alerts.resume(found, by=_by(request))
                messages.success(request, f"{found.name} looks again, from yesterday on.")
            case _:
                alerts.remove(found, by=_by(request))
                messages.success(request, f"{found.name} is deleted, with what it told.")
    except BadRule as problem:
        messages.error(request, str(problem))
    return redirect("alerts")


@require_POST
@keeper
def acknowledge(request: ReaderRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(AlertFiring.objects.visible_to(request.scope).select_related("rule"), pk=pk)
    note = request.POST.get("note", "").replace("\0", "").strip()[:400]
    if alerts.acknowledge(found, note=note, by=_by(request)):
        messages.success(request, f"{found.rule.name} of {when_words(found)}: acknowledged.")
    return redirect("alerts")


def _edited(request: ReaderRequest, kept: AlertRule | None) -> HttpResponse:
    """The form; with `preview` what it would have told, without a change."""
    initial = initial_of(kept) if kept else _asked(request)
    form = RuleForm(request.POST or None, owner=_by(request), scope=request.scope, initial=initial)
    is_valid = form.is_valid()
    if is_valid and "preview" not in request.POST:
        try:
            saved = alerts.change(kept, form.wish, by=_by(request)) if kept else _made(form, request)
        except BadRule as problem:
            form.refuse(problem)
        else:
            messages.success(request, f"{saved.name} is saved. It looks at every day once its figures are complete.")
            return redirect("alerts")
    context = {
        "form": form,
        "rule": kept,
        "preview": _preview(form.rule, request.scope) if is_valid and not form.errors else None,
    }
    return render(request, "alerts/rule.html", context, status=422 if form.errors else 200)


def _made(form: RuleForm, request: ReaderRequest) -> AlertRule:
    return alerts.make(form.wish, owner=_by(request))


def _asked(request: ReaderRequest) -> dict[str, str]:
    """What an address that leads here says already."""
    cuts = [(name, value) for name, values in request.GET.lists() if name not in OF_A_PAGE for value in values]
    return {"metric": request.GET.get("metric", ""), "cuts": urlencode(cuts)}


def _preview(draft: AlertRule, scope: Scope) -> dict[str, Any]:
    try:
        verdicts = foretold(draft, scope)
    except BeingRecounted as delay:
        return {"words": str(delay), "days": []}
    return {
        "words": foretold_words(verdicts),
        "days": foretold_days(terms_of(draft), verdicts),
        "is_departure": draft.limit is None,
    }


def _firing(firing: AlertFiring, scope: Scope) -> dict[str, Any]:
    metric = metric_of(firing.metric)
    assert metric is not None, "visible firings are of metrics that exist"
    return {
        "firing": firing,
        "metric": metric,
        "when": when_words(firing),
        "words": firing_words(firing, metric),
        "rests": rests_words(firing, metric),
        "cuts": cuts_words(firing.cuts),
        "tone": tone(firing, metric),
        "doors": doors_of(firing, metric, scope),
    }


def _rule(rule: AlertRule) -> dict[str, Any]:
    return {
        "rule": rule,
        "metric": metric_of(rule.metric),
        "words": rule_words(rule),
        "cuts": cuts_words(rule.cuts),
        "outcome": outcome_words(rule),
    }


def _by(request: ReaderRequest) -> User:
    assert isinstance(request.user, User)  # the door has let nobody else in
    return request.user
