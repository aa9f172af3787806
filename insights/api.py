"""Insights, asks and digests for machines. The same scope and the same words as the pages."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from insights.models import Ask, Digest, Insight
from insights.sizing import withheld
from ops_dashboard.metrics.keyset import BadCursor, capped_count, instant_of, page_after
from ops_dashboard.people.access import api_requires, scope_behind
from ops_dashboard.people.requests import next_address
from ops_dashboard.people.roles import Scope

PAGE = 200
AFTER = OpenApiParameter("after", str, description="Cursor of the next page, as `next` gives it")


@extend_schema(
    parameters=[OpenApiParameter("state", str, description="published, draft or shelved"), AFTER],
    responses=OpenApiTypes.OBJECT,
    operation_id="insights",
)
@api_requires("sees_insights")
@api_view(["GET"])
def insights(request: Request) -> Response:
    """Insights, the newest first; a partner gets what is published about its areas."""
    scope = scope_behind(request)
    found = Insight.objects.visible_to(scope).prefetch_related("themes")
    found = _narrowed(found, request, "state", Insight.State.values)
    return paged(found, request, tell=lambda insight: _insight(insight, scope), column="made_at")


@extend_schema(responses=OpenApiTypes.OBJECT, operation_id="insight")
@api_requires("sees_insights")
@api_view(["GET"])
def insight(request: Request, pk: int) -> Response:
    scope = scope_behind(request)
    found = get_object_or_404(Insight.objects.visible_to(scope).prefetch_related("themes"), pk=pk)
    quotes = [quote.feedback for quote in found.quotes.select_related("feedback") if not quote.feedback.detections]
    asks = found.asks.visible_to(scope).select_related("owner", "effect").prefetch_related("steps")
    return Response(
        {
            **_insight(found, scope),
            "story": found.story,
            "quotes": [{"text": q.text, "source": q.source, "at": q.occurred_at} for q in quotes],
            "asks": [_ask(ask, scope=scope) for ask in asks],
        }
    )


@extend_schema(
    parameters=[OpenApiParameter("status", str, description="open, accepted, declined, shipped or closed"), AFTER],
    responses=OpenApiTypes.OBJECT,
    operation_id="asks",
)
@api_requires("sees_insights")
@api_view(["GET"])
def asks(request: Request) -> Response:
    """Asks, the earliest due first, each with its answers and its effect."""
    scope = scope_behind(request)
    found = Ask.objects.visible_to(scope).select_related("owner", "effect").prefetch_related("steps")
    found = _narrowed(found, request, "status", Ask.Status.values)
    tell = partial(_ask, scope=scope)
    return paged(found, request, tell=tell, column="due_on", read=date.fromisoformat, descending=False)


@extend_schema(parameters=[AFTER], responses=OpenApiTypes.OBJECT, operation_id="digests")
@api_requires("sees_insights")
@api_view(["GET"])
def digests(request: Request) -> Response:
    """The digests, newest first; a partner gets the approved ones of its areas."""
    found = Digest.objects.visible_to(scope_behind(request))
    return paged(found, request, tell=_digest, column="week", read=date.fromisoformat)


def paged(
    found: QuerySet[Any],
    request: Request,
    *,
    tell: Callable[[Any], dict[str, Any]],
    column: str,
    read: Callable[[str], Any] = instant_of,
    descending: bool = True,
) -> Response:
    """One page of `found`, and the address of the one that follows."""
    after = request.query_params.get("after", "")
    try:
        rows, following = page_after(found, after, column=column, size=PAGE, descending=descending, read=read)
    except BadCursor as problem:
        raise ValidationError({"after": str(problem)}) from problem
    count, is_capped = capped_count(found)
    return Response(
        {
            "count": count,
            "count_is_capped": is_capped,
            "next": next_address(request, after=following),
            "results": [tell(row) for row in rows],
        }
    )


def _narrowed(found: Any, request: Request, name: str, known: list[str]) -> Any:
    value = request.query_params.get(name, "")
    if value and value not in known:
        raise ValidationError({name: f"'{value}' is none of {', '.join(known)}."})
    return found.filter(**{name: value}) if value else found


def _insight(insight: Insight, scope: Scope) -> dict[str, Any]:
    told = insight.evidence.get("published") or insight.evidence.get("drafted") or {}
    kept = ("from", "to", "n", "contacts", "share", "low", "high", "usual_share", "ratio")
    return {
        "id": insight.pk,
        "claim": insight.claim,
        "area": insight.area,
        "state": insight.state,
        "themes": [theme.slug for theme in insight.themes.all()],
        "published_at": insight.published_at,
        "size": None if not told or withheld(told, scope) else {name: told[name] for name in kept},
    }


def _ask(ask: Ask, *, scope: Scope) -> dict[str, Any]:
    effect = getattr(ask, "effect", None)
    return {
        "id": ask.pk,
        "insight": ask.insight_id,
        "area": ask.area,
        "question": ask.question,
        "owner": ask.owner.username if ask.owner else None,
        "due_on": ask.due_on,
        "status": ask.status,
        "opened_at": ask.opened_at,
        "shipped_on": ask.shipped_on,
        "users_told": ask.users_told,
        "steps": [{"kind": s.kind, "at": s.at, "note": s.note} for s in ask.steps.all()],
        "effect": effect.told(small_hidden=scope.small_cells_hidden) if effect else None,
    }


def _digest(digest: Digest) -> dict[str, Any]:
    return {
        "week": digest.week_word,
        "area": digest.area,
        "state": digest.state,
        "headline": digest.headline or digest.snapshot.get("headline", ""),
        "approved_at": digest.approved_at,
        "sent_at": digest.sent_at,
    }
