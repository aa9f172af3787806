"""Forecasts for machines."""

from datetime import datetime
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ops_dashboard.people.access import api_requires, scope_behind
from workforce.models import INTERVAL_S, ForecastRun, Queue


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="queues")
@api_requires("sees_plans")
@api_view(["GET"])
def queues(request: Request) -> Response:
    """Active queues, with the moment of their newest forecast."""
    found = Queue.objects.visible_to(scope_behind(request)).active()
    newest = dict(ForecastRun.objects.order_by("queue", "as_of").values_list("queue", "as_of"))
    return Response(
        {
            "results": [
                {"slug": each.slug, "name": each.name, "kind": each.kind, "newest_as_of": newest.get(each.pk)}
                for each in found
            ]
        }
    )


@extend_schema(
    parameters=[OpenApiParameter("as_of", str, description="The newest forecast made at or before this moment")],
    responses=OpenApiTypes.OBJECT,
    operation_id="forecast",
)
@api_requires("sees_plans")
@api_view(["GET"])
def forecast(request: Request, slug: str) -> Response:
    """A queue's forecast by interval, with the people it asks for; 404 where none was made."""
    scope = scope_behind(request)
    runs = ForecastRun.objects.visible_to(scope).filter(queue__slug=slug, queue__in=Queue.objects.visible_to(scope))
    if text := request.query_params.get("as_of", ""):
        runs = runs.filter(as_of__lte=_moment(text))
    run = runs.select_related("queue").first()
    if run is None:
        raise Http404("There is no such queue, or nothing was forecast for it by then.")
    return Response(
        {
            "queue": run.queue.slug,
            "as_of": run.as_of,
            "model": run.model,
            "interval_s": INTERVAL_S,
            "band": 0.8,
            "backtest": run.backtest,
            "days": [dict(zip(("on", "p10", "p50", "p90"), day, strict=True)) for day in run.daily],
            "points": _points(run),
        }
    )


def _points(run: ForecastRun) -> list[dict[str, Any]]:
    people = {
        start: {"net_p50": low, "net_p90": high, "gross_p50": gross_low, "gross_p90": gross_high}
        for start, low, high, gross_low, gross_high in run.requirements.values_list(
            "start_at", "net_p50", "net_p90", "gross_p50", "gross_p90"
        )
    }
    rows = run.points.order_by("start_at").values("start_at", "p10", "p50", "p90", "aht_s")
    return [row | people.get(row["start_at"], {}) for row in rows]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({"as_of": f"{text!r} is not a moment such as 2026-03-02T00:00:00Z"}) from error
    if moment.tzinfo is None:
        raise ValidationError({"as_of": f"{text!r} names no zone; add Z or +00:00"})
    return moment
