"""Feedback over HTTP: what a program has heard is sent in batches, what was taken in is read in pages."""

from typing import Any

import orjson
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from insights.feedback_import import reading, take_in
from insights.feedback_intake import source_of
from insights.feedback_lines import item_of, spelt
from insights.feedback_list import asked, list_feedback
from insights.models import Feedback, FeedbackSource
from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.metrics.query import today
from ops_dashboard.people import audit
from ops_dashboard.people.access import scope_behind
from ops_dashboard.people.models import ApiToken
from ops_dashboard.people.requests import next_address
from tickets.connectors.drafts import Rejected
from tickets.labels import Labels
from tickets.slugs import slug_of

MOST_ITEMS = 1_000  # of one call
MOST_BYTES = 5_000_000
PAGE = 200
CUTS = ("channel", "language", "team")
_FILTERS = ("q", "period", "theme", "source", "area", "channel", "language", "rating", "after")


class TooLarge(APIException):
    status_code = 413
    default_detail = f"At most {MOST_BYTES:,} bytes at a time; send it in parts."


class BoundedJson(BaseParser):
    """JSON of at most MOST_BYTES, whatever the sender says of its length."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"This is not JSON: {error.msg}") from error


class FeedbackItems(APIView):
    """GET: feedback within the reader's scope, the latest first. POST: items of one source, each once."""

    parser_classes = [BoundedJson]

    @property
    def requires(self) -> tuple[str, ...]:
        return ("may_send_feedback",) if self.request.method == "POST" else ("sees_insights", "sees_text")

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in _FILTERS],
        responses=OpenApiTypes.OBJECT,
        operation_id="feedback",
    )
    def get(self, request: Request) -> Response:
        """The filters are those of the page; `next` is the address of the page that follows."""
        scope, wanted = scope_behind(request), asked(request.query_params, today=today())
        if wanted.problems:
            raise ValidationError(wanted.problems)
        try:
            page = list_feedback(wanted, scope=scope, after=request.query_params.get("after", ""), size=PAGE)
        except BadCursor as problem:
            raise ValidationError({"after": str(problem)}) from problem
        labels = Labels.of({cut: [getattr(row, cut) for row in page.rows] for cut in CUTS}, scope=scope)
        audit.record(scope.username, "feedback_read", _who(request), rows=len(page.rows))
        return Response(
            {
                "count": page.count,
                "count_is_capped": page.is_capped,
                "next": next_address(request, after=page.after),
                "results": [_told(row, labels) for row in page.rows],
            }
        )

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT, operation_id="feedback_send")
    def post(self, request: Request) -> Response:
        """`{"source", "medium"?, "items": [{"id", "at", "text", "rating"?, ...}]}`, as in files of feedback.

        What is wrong is named by its place in `items` and kept to be mended; the rest comes in.
        """
        body: Any = request.data
        items, source, how = _items(body), _source(body), reading()
        checked = [
            item_of(item, place, how)
            if isinstance(item, dict)
            else Rejected(place, "item", "is not an object", how.anonymous(spelt(item)))
            for place, item in enumerate(items)
        ]
        summary = take_in(source, checked, origin=_who(request))
        audit.record(
            scope_behind(request).username, "feedback_sent", _who(request), source=source.slug,
            accepted=summary.accepted, duplicate=summary.duplicate, rejected=summary.rejected,
        )  # fmt: skip
        wrong = [row for row in checked if isinstance(row, Rejected)]
        return Response(
            {
                "accepted": summary.accepted,
                "duplicate": summary.duplicate,
                "rejected": summary.rejected,
                "rejections": [{"item": row.line, "field": row.field, "reason": row.reason} for row in wrong],
            }
        )


def _source(told: dict[str, Any]) -> FeedbackSource:
    name = told.get("source")
    if not isinstance(name, str) or not name.strip() or len(name) > 80 or "\0" in name:
        raise ValidationError({"source": "Name where it was given, in up to 80 characters."})
    medium = told.get("medium", FeedbackSource.Medium.OTHER)
    if medium not in FeedbackSource.Medium.values:
        raise ValidationError({"medium": f"Choose one of {', '.join(FeedbackSource.Medium.values)}."})
    source = source_of(slug_of(name, longest=40), name=name, kind=FeedbackSource.Kind.API, medium=medium)
    if source.kind == FeedbackSource.Kind.TICKETS:
        raise ValidationError({"source": f"'{source.slug}' is read from tickets; choose another name."})
    return source


def _items(told: Any) -> list[Any]:
    items = told.get("items") if isinstance(told, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise ValidationError({"items": f"Send a list of 1 to {MOST_ITEMS:,} items."})
    return items


def _who(request: Request) -> str:
    return f"token {request.auth.pk}" if isinstance(request.auth, ApiToken) else "session"


def _told(row: Feedback, labels: Labels) -> dict[str, Any]:
    return {
        "source": row.source,
        "id": row.ref,
        "at": row.occurred_at,
        "text": row.text,
        "rating": row.rating,
        "area": row.area,
        **{cut: labels(cut, getattr(row, cut)).slug for cut in CUTS},
        "themes": sorted({tag.theme.slug for tag in row.tags.all()}),
        "masked": row.detections,
    }
