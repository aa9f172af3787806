"""Probes for whoever runs an installation: alive, ready, and a few gauges for Prometheus."""

import hmac
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import AuditEntry
from tickets.models import ImportRun, Source

Sample = tuple[dict[str, str], float]
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: 200, or 503 naming what is missing. Late figures do not count as down."""
    parts = {"database": _database(), "migrations": _migrations(), "cache": _cache()}
    facts: dict[str, object] = dict(parts)
    is_ready = all(state == "ok" for state in parts.values())
    if is_ready:
        facts["oldest_stale_s"] = oldest_stale_s()
    return JsonResponse(facts, status=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": "5"})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine itself or the bearer of METRICS_TOKEN."""
    if not (_is_from_here(request) or _bears_token(request)):
        return HttpResponse("Loopback or a bearer token.\n", status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse("".join(exposition()), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition() -> Iterator[str]:
    """Prometheus' text format: help, type and samples of every gauge."""
    for name, (kind, description, read) in GAUGES.items():
        yield f"# HELP {name} {description}\n# TYPE {name} {kind}\n"
        for labels, value in read():
            inside = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
            yield f"{name}{{{inside}}} {value:.10g}\n" if inside else f"{name} {value:.10g}\n"


def oldest_stale_s() -> float:
    """Seconds since the oldest cell still owed was marked; 0 when none is."""
    at = StaleCell.objects.aggregate(at=Min("marked_at"))["at"]
    return max(0.0, (timezone.now() - at).total_seconds()) if at else 0.0


def _stale_cells() -> Iterator[Sample]:
    yield {}, StaleCell.objects.values("source", "day", "team").distinct().count()


def _oldest_stale() -> Iterator[Sample]:
    yield {}, oldest_stale_s()


def _import_lag() -> Iterator[Sample]:
    now = timezone.now()
    for slug, at in Source.objects.values_list("slug", "last_success_at"):
        if at is not None:
            yield {"source": slug}, (now - at).total_seconds()


def _silent_sources() -> Iterator[Sample]:
    yield {}, sum(len(ask()) for ask in registry.silences)


def _rejected_rows() -> Iterator[Sample]:
    for slug, count in ImportRun.objects.values_list("source__slug").annotate(n=Sum("rejected")):
        yield {"source": slug}, count


def _import_runs() -> Iterator[Sample]:
    for state, count in ImportRun.objects.values_list("state").annotate(n=Count("id")).order_by("state"):
        yield {"state": state}, count


def _sign_ins() -> Iterator[Sample]:
    counts = dict(AuditEntry.objects.filter(action__in=SIGN_IN_OUTCOMES).values_list("action").annotate(n=Count("id")))
    for action, outcome in SIGN_IN_OUTCOMES.items():
        yield {"outcome": outcome}, counts.get(action, 0)


SIGN_IN_OUTCOMES = {"signed_in": "success", "sign_in_failed": "failure", "sign_in_throttled": "throttled"}
GAUGES: dict[str, tuple[str, str, Callable[[], Iterator[Sample]]]] = {
    "ops_stale_cells": ("gauge", "Cells that must be recomputed.", _stale_cells),
    "ops_oldest_stale_seconds": ("gauge", "Age of the oldest cell that must be recomputed.", _oldest_stale),
    "ops_import_lag_seconds": ("gauge", "Since the last successful import of a source.", _import_lag),
    "ops_silent_sources": ("gauge", "Sources that usually send and have stopped.", _silent_sources),
    "ops_rejected_rows_total": ("counter", "Rows that were refused at import.", _rejected_rows),
    "ops_import_runs": ("gauge", "Import runs by state.", _import_runs),
    "ops_sign_ins_total": ("counter", "Attempts to sign in by outcome.", _sign_ins),
}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "pending" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"
    except DatabaseError:
        return "unreachable"


def _cache() -> str:
    try:
        cache.get("readyz")
    except RedisError:
        return "unreachable"
    return "ok"


def _is_from_here(request: HttpRequest) -> bool:
    """A forwarded request comes from elsewhere, whatever the last hop."""
    is_forwarded = any(header in request.META for header in FORWARDING_HEADERS)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded


def _bears_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
