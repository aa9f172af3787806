"""Programs for machines: milestones, the effect on their theme, and the metric that each is meant to move."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from insights.api import AFTER, paged
from insights.models import Program
from insights.targets import reading
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.result import Figure
from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.roles import Scope


@extend_schema(parameters=[AFTER], responses=OpenApiTypes.OBJECT, operation_id="programs")
@api_requires("sees_insights")
@api_view(["GET"])
def programs(request: Request) -> Response:
    """Programs, the newest first; a partner gets those of its areas. Figures are those this account may see."""
    scope = scope_behind(request)
    found = Program.objects.visible_to(scope).select_related("owner", "theme", "effect").prefetch_related("milestones")
    return paged(found, request, tell=lambda program: _program(program, scope), column="made_at")


def _program(program: Program, scope: Scope) -> dict[str, Any]:
    effect = getattr(program, "effect", None)
    return {
        "id": program.pk,
        "title": program.title,
        "area": program.area,
        "state": program.state,
        "owner": program.owner.username if program.owner else None,
        "theme": program.theme.slug if program.theme else None,
        "goal": program.goal,
        "shipped_on": program.shipped_on,
        "milestones": [
            {"title": m.title, "due_on": m.due_on, "state": m.state, "done_on": m.done_on}
            for m in program.milestones.all()
        ],
        "effect": effect.told(small_hidden=scope.small_cells_hidden) if effect else None,
        "target": _target(program, scope),
    }


def _target(program: Program, scope: Scope) -> dict[str, Any] | None:
    told = reading(program, scope=scope, on=today())
    if told is None:
        return None
    asked = {
        "metric": program.target_metric,
        "where": program.target_where,
        "goal": program.target_value,
        "by": program.target_on,
    }
    if isinstance(told, str):
        return {**asked, "said": told, "before": None, "after": None, "weeks": None, "is_reached": None}
    return {
        **asked,
        "said": str(told.said),
        "before": _figure(told.before, told.before_days),
        "after": _figure(told.after, told.after_days),
        "weeks": told.weeks,
        "is_reached": told.is_reached,
    }


def _figure(figure: Figure | None, days: Period | None) -> dict[str, Any] | None:
    if figure is None or days is None:
        return None
    return {
        "period": str(days),
        "value": figure.value,
        "n": figure.n,
        "low": figure.low,
        "high": figure.high,
        "is_withheld": figure.is_withheld,
    }
