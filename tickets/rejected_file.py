"""What imports refused, as a file to be mended and imported again."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from ops_dashboard.metrics.rendering.exports import safe
from ops_dashboard.people import audit


def rejected_file(request: HttpRequest, rows: QuerySet[Any], *, name: str) -> HttpResponse:
    """Rejections of a run as they were kept, redacted.

    Text that a spreadsheet would run gets an apostrophe in front.
    """
    lines = list(_lines(rows))
    audit.record(request.user.get_username(), "rejections_downloaded", name, rows=len(lines))
    response = HttpResponse("".join(lines), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(rows: QuerySet[Any]) -> Iterator[str]:
    names = ("run_id", "line", "field", "reason", "raw")
    for row in rows.values_list(*names).iterator():
        yield json.dumps(dict(zip(("run", *names[1:]), map(safe, row), strict=True)), ensure_ascii=False) + "\n"
