"""What imports refused, as a file to be mended and imported again."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from ops_dashboard.metrics.rendering.exports import safe
from ops_dashboard.people import audit

LINES_AT_ONCE = 1_000


def rejected_file(request: HttpRequest, rows: QuerySet[Any], *, name: str) -> StreamingHttpResponse:
    """Rejections of a run as they were kept, redacted, a portion of lines at a time however many there are.

    Text that a spreadsheet would run gets an apostrophe in front.
    """
    audit.record(request.user.get_username(), "rejections_downloaded", name, rows=rows.count())
    response = StreamingHttpResponse(_portions(rows), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    response["Cache-Control"] = "private, no-store"
    return response


def _portions(rows: QuerySet[Any]) -> Iterator[str]:
    lines = _lines(rows)
    while portion := "".join(islice(lines, LINES_AT_ONCE)):
        yield portion


def _lines(rows: QuerySet[Any]) -> Iterator[str]:
    names = ("run_id", "line", "field", "reason", "raw")
    for row in rows.values_list(*names).iterator():
        yield json.dumps(dict(zip(("run", *names[1:]), map(safe, row), strict=True)), ensure_ascii=False) + "\n"
