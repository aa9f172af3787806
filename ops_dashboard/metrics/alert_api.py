"""A reader's own alert rules, and what they have found, for machines."""

from datetime import date
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ops_dashboard.metrics.alert_terms import BY_WEEKS, may_keep_rules
from ops_dashboard.metrics.alert_verdicts import Side
from ops_dashboard.metrics.keyset import BadCursor, page_after
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.requests import next_address
from ops_dashboard.people.roles import Scope

PAGE = 200
OPEN, ACKNOWLEDGED = "open", "acknowledged"


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="alert_rules")
@api_requires("sees_metrics")
@api_view(["GET"])
def rules(request: Request) -> Response:
    """The reader's own rules, by name; fifty at most."""
    found = AlertRule.objects.visible_to(_keeper(request))
    return Response({"results": [_rule(rule) for rule in found]})


@extend_schema(
    parameters=[
        OpenApiParameter("state", enum=[OPEN, ACKNOWLEDGED], description="all where it is left out"),
        OpenApiParameter("after", str, description="Cursor of the next page, as `next` gives it"),
    ],
    responses=OpenApiTypes.OBJECT,
    operation_id="alerts",
)
@api_requires("sees_metrics")
@api_view(["GET"])
def firings(request: Request) -> Response:
    """What the reader's rules have found, the latest day first; each day of a rule once."""
    found = AlertFiring.objects.visible_to(_keeper(request))
    state = request.query_params.get("state", "")
    if state not in ("", OPEN, ACKNOWLEDGED):
        raise ValidationError({"state": f"{state!r} is none of {OPEN}, {ACKNOWLEDGED}."})
    if state:
        found = found.filter(acknowledged_at__isnull=state == OPEN)
    cursor = request.query_params.get("after", "")
    try:
        rows, following = page_after(found, cursor, column="on", size=PAGE, read=date.fromisoformat)
    except BadCursor as problem:
        raise ValidationError({"after": str(problem)}) from problem
    return Response({"next": next_address(request, after=following), "results": [_firing(row) for row in rows]})


def _keeper(request: Request) -> Scope:
    scope = scope_behind(request)
    if not may_keep_rules(scope):
        raise PermissionDenied(BY_WEEKS)
    return scope


def _rule(rule: AlertRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "name": rule.name,
        "metric": rule.metric,
        "days": rule.days,
        "cuts": rule.cuts,
        "kind": rule.kind,
        "side": rule.side,
        "limit": rule.limit,
        "since": rule.since,
        "paused_because": rule.paused_because,
        "looked_at": rule.looked_at,
        "looked_to": rule.looked_to,
        "outcome": rule.outcome,
    }


def _firing(firing: AlertFiring) -> dict[str, Any]:
    """`limit` is that of a threshold, of a departure the end of the expected range that was passed."""
    return {
        "id": firing.pk,
        "rule": firing.rule_id,
        "on": firing.on,
        "metric": firing.metric,
        "days": firing.days,
        "cuts": firing.cuts,
        "kind": firing.kind,
        "side": Side.ABOVE if firing.is_above else Side.BELOW,
        "value": firing.value,
        "n": firing.n,
        "limit": firing.limit,
        "expected": firing.expected,
        "score": firing.score,
        "fired_at": firing.fired_at,
        "acknowledged_at": firing.acknowledged_at,
        "note": firing.note,
    }
