"""The engine over HTTP: the catalogue, one metric for the query string of a page, and the views saved of pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ops_dashboard.metrics.asking import BeingRecounted
from ops_dashboard.metrics.catalogue import entries
from ops_dashboard.metrics.keyset import BadCursor, page_after
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import BadQuery, NotYours, Reader
from ops_dashboard.metrics.questions import askable
from ops_dashboard.metrics.records import result_record
from ops_dashboard.metrics.views import asked_of
from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.requests import next_address

VIEWS_A_PAGE = 200

_PARAMETERS = [
    OpenApiParameter("period", description="last-28-days, 2016-03 or 2016-03-01..2016-05-31"),
    OpenApiParameter("grain", enum=[grain.value for grain in Grain], description="total where it is left out"),
    OpenApiParameter("by", description="cuts, separated by commas"),
    OpenApiParameter("compare", description="previous, last-year, off or a period"),
    OpenApiParameter("exact", enum=["1"], description="exact quantiles"),
]


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="metrics")
@api_requires("sees_metrics")
@api_view(["GET"])
def metric_list(request: Request) -> Response:
    """Every metric with its definition."""
    return Response(entries())


class Recounting(APIException):
    """To be asked again."""

    status_code = 503
    default_code = "being_recounted"
    wait = 60  # seconds, told as Retry-After


@extend_schema(parameters=_PARAMETERS, responses=OpenApiTypes.OBJECT, operation_id="metric")
@api_requires("sees_metrics")
@api_view(["GET"])
def metric_detail(request: Request, slug: str) -> Response:
    """One metric: rows with value, n and interval. Every cut is also a filter: `team=payments`."""
    asked = asked_of(request._request, slug)
    if asked.problems:
        raise ValidationError(asked.problems)
    grain = asked.grain if asked.grain_word else Grain.TOTAL
    try:
        result = Reader(scope_behind(request)).run(asked.query(slug, grain=grain, by=asked.by))
    except NotYours as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except BadQuery as problem:
        raise ValidationError({"query": str(problem)}) from problem
    except BeingRecounted as delay:
        raise Recounting(str(delay)) from delay
    record: dict[str, Any] = result_record(result)
    return Response(record)


@extend_schema(
    parameters=[
        OpenApiParameter("page", description="views of this page alone: service-levels, tickets ..."),
        OpenApiParameter("after", description="Cursor of the next page, as `next` gives it"),
    ],
    responses=OpenApiTypes.OBJECT,
    operation_id="views",
)
@api_requires()
@api_view(["GET"])
def view_list(request: Request) -> Response:
    """Saved views of the pages that the reader may open, by name: the reader's own and those shared."""
    scope = scope_behind(request)
    pages, page = [*askable(scope)], request.query_params.get("page", "")
    if page and page not in pages:
        raise ValidationError({"page": f"{page!r} is none of {', '.join(pages)}."})
    found = SavedView.objects.visible_to(scope, pages=[page] if page else pages).select_related("owner")
    cursor = request.query_params.get("after", "")
    try:
        rows, after = page_after(found, cursor, column="name", size=VIEWS_A_PAGE, descending=False, read=str)
    except BadCursor as problem:
        raise ValidationError({"after": str(problem)}) from problem
    results = [_view(view, request) for view in rows]
    return Response({"next": next_address(request, after=after), "results": results})


def _view(view: SavedView, request: Request) -> dict[str, Any]:
    is_own = view.owner.username == scope_behind(request).username
    return {
        "page": view.page,
        "name": view.name,
        "url": f"{reverse(view.page, request=request)}?{view.querystring}",
        "querystring": view.querystring,
        "owner": view.owner.shown_name,
        "is_own": is_own,
        "is_shared": view.is_shared,
        "is_default": is_own and view.is_default,
        "saved_at": view.saved_at,
    }
