"""A sheet, sent as the file that was asked for, with an entry in the audit trail."""

from django.http import HttpResponse

from ops_dashboard.metrics.rendering.exports import Sheet, file_of
from ops_dashboard.metrics.views import download
from ops_dashboard.people import audit
from ops_dashboard.people.requests import ReaderRequest


def sent(request: ReaderRequest, sheet: Sheet, form: str) -> HttpResponse:
    file = file_of(sheet, form, raw=request.GET.get("raw") == "1")
    query = request.GET.urlencode()
    audit.record(request.scope.username, "exported", file.filename, query=query[:400], rows=len(sheet.rows))
    return download(file)
