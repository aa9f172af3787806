"""Uploading people and shifts: look at what the file would do, then take it in."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ops_dashboard.metrics.rendering.tables import Cell, Column
from ops_dashboard.metrics.rendering.tables import Table as ShownTable
from ops_dashboard.people.access import requires
from ops_dashboard.people.requests import ReaderRequest
from workforce.import_fields import KINDS
from workforce.import_files import MOST_BYTES, Record, Table, read
from workforce.imports import Outcome, Problem, sorted_kinds, take_in
from workforce.workbook_parts import BadFile

MOST_ROWS = 5_000  # on the page, where the rows travel with the form; the command takes more
SALT = "workforce.import"
AN_HOUR_S = 3600
Tables = list[tuple[str, Table]]


@requires("may_roster")
def roster_import(request: ReaderRequest) -> HttpResponse:
    """The form; after an upload what it would do; after a confirmation what it did."""
    context: dict[str, Any] = {"kinds": KINDS, "most_bytes": MOST_BYTES, "most_rows": MOST_ROWS}
    if request.method != "POST":
        return render(request, "workforce/roster_import.html", context)
    try:
        if "rows" in request.POST:
            return _take(request, _unsigned(request.POST["rows"], request.scope.username))
        tables = _uploaded(request)
    except BadFile as problem:
        return render(request, "workforce/roster_import.html", context | {"problem": str(problem)}, status=422)
    outcome = take_in(tables, scope=request.scope, dry_run=True)
    context |= {"outcome": outcome, "counts": _counts(outcome), "problems": _problems(outcome.problems)}
    if not outcome.problems:
        context["rows"] = _signed(tables, request.scope.username)
    return render(request, "workforce/roster_import.html", context, status=422 if outcome.problems else 200)


def _take(request: ReaderRequest, tables: Tables) -> HttpResponse:
    """Take in what was looked at; since then somebody may have changed what it rests on."""
    outcome = take_in(tables, scope=request.scope)
    if outcome.problems:
        first = outcome.problems[0]
        messages.error(request, f"Nothing was taken in. Line {first.line}, {first.field}: {first.reason}")
        return redirect("roster-import")
    messages.success(
        request,
        f"Taken in: {outcome.total('added'):,} added, {outcome.total('changed'):,} changed, "
        f"{outcome.total('unchanged'):,} known already. Shifts stand in drafts until they are published.",
    )
    return redirect("roster")


def _uploaded(request: ReaderRequest) -> Tables:
    stored = request.FILES.get("file")
    if not isinstance(stored, UploadedFile):
        raise BadFile("Choose a file first.")
    name = (stored.name or "the file")[-80:]
    if (stored.size or 0) > MOST_BYTES:
        raise BadFile(f"{name} has {stored.size:,} bytes; at most {MOST_BYTES:,} are read")
    kind = request.POST.get("kind", "")
    tables = sorted_kinds(read(name, stored.read()), kind=kind if kind in KINDS else "")
    if (count := sum(len(table.records) for _, table in tables)) > MOST_ROWS:
        raise BadFile(f"{name} has {count:,} rows; this page takes {MOST_ROWS:,}, `manage.py import_roster` takes more")
    return tables


def _signed(tables: Tables, username: str) -> str:
    rows = [
        [kind, table.name, table.heads, [[r.line, [r.cells.get(h, "") for h in table.heads]] for r in table.records]]
        for kind, table in tables
    ]
    return signing.dumps([username, rows], salt=SALT, compress=True)


def _unsigned(text: str, username: str) -> Tables:
    try:
        owner, told = signing.loads(text, salt=SALT, max_age=AN_HOUR_S)
    except signing.BadSignature as error:
        raise BadFile("What you looked at is too old; choose the file again.") from error
    if owner != username:
        raise BadFile("Somebody else looked at this; choose the file again.")
    return [
        (kind, Table(name, tuple(heads), tuple(Record(line, dict(zip(heads, row, strict=True))) for line, row in rows)))
        for kind, name, heads, rows in told
    ]


def _counts(outcome: Outcome) -> ShownTable:
    columns = (Column("Rows"), Column("New", "number"), Column("Changed", "number"), Column("Known already", "number"))
    rows = tuple(
        (
            Cell(kind.capitalize(), order=kind),
            *(Cell(f"{counts[what]:,}", order=counts[what]) for what in ("added", "changed", "unchanged")),
        )
        for kind, counts in outcome.counts.items()
    )
    return ShownTable(columns, rows, "What the file would do")


def _problems(problems: list[Problem]) -> ShownTable:
    columns = (Column("Line", "number"), Column("Rows"), Column("Field"), Column("What is wrong"))
    rows = tuple(
        (Cell(str(p.line), order=p.line), Cell(p.kind, order=p.kind), Cell(p.field, order=p.field), Cell(p.reason))
        for p in problems
    )
    return ShownTable(columns, rows, "What is wrong with the file")
