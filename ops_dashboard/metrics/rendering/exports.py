"""Result -> CSV, XLSX and JSON files that carry the same rows as the page.

Values are full precision in base units (shares 0..1, durations in seconds), instants and the zone are
named. Text that a spreadsheet would run as a formula is written with a leading apostrophe. A file that
had to be cut says so in its name, in its last row and in its count.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import xlsxwriter

from ops_dashboard.metrics.records import instant_word, result_record, unit_word
from ops_dashboard.metrics.result import WHY_WITHHELD, Result

MOST_ROWS = 200_000  # the same for every format
FORMATS = ("csv", "xlsx", "json")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
              "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Export:
    """A file ready to send."""

    filename: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Sheet:
    """Rows under heads; `about` is what a reader must know to use them; `whole` is how many there are."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    about: tuple[tuple[str, str], ...]
    whole: int

    @property
    def is_partial(self) -> bool:
        return self.whole > len(self.rows)

    def filename(self, form: str) -> str:
        return f"{'partial-' if self.is_partial else ''}{self.name}.{form}"

    @property
    def cut_words(self) -> str:
        return f"{len(self.rows):,} of {self.whole:,} rows"


def export(result: Result, form: str, *, raw: bool = False) -> Export:
    """The result as a file in one of FORMATS; `raw` leaves the CSV unescaped for machines."""
    sheet = sheet_of(result)
    if form == "json":
        return Export(sheet.filename(form), "application/json", to_json(result))
    return file_of(sheet, form, raw=raw)


def file_of(sheet: Sheet, form: str, *, raw: bool = False) -> Export:
    """The sheet as a spreadsheet file, csv or xlsx."""
    match form:
        case "csv":
            return Export(sheet.filename(form), "text/csv; charset=utf-8", to_csv(sheet, raw=raw))
        case "xlsx":
            return Export(sheet.filename(form), XLSX, to_xlsx(sheet))
    raise ValueError(f"{form!r} is not a file format here; try {', '.join(FORMATS)}.")


def sheet_of(result: Result, *, most: int = MOST_ROWS) -> Sheet:
    """Columns: period, cuts, value, n, low, high, previous, withheld (where any is), maturing, unit, zone."""
    record = result_record(result)
    heads = ["period", *result.by, "value", "n", "low", "high"]
    heads += ["previous"] if result.previous_period else []
    heads += ["withheld"] if "withheld" in record else []
    heads += ["few"] if any(row.figure.is_few for row in result.rows) else []
    heads += ["maturing", "unit", "zone"]
    shared = {"unit": record["unit"], "zone": record["zone"], "maturing": False, "withheld": "", "few": False}
    rows = [[(shared | row)[head] for head in heads] for row in record["rows"][:most]]
    name = f"{result.metric.slug}-{result.period.start}-{result.period.end}"
    return Sheet(name, tuple(heads), rows, _about(result), whole=len(record["rows"]))


def to_csv(sheet: Sheet, *, raw: bool = False) -> bytes:
    """UTF-8 with a byte-order mark and every text quoted; `raw` has neither mark nor escapes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL if raw else csv.QUOTE_NONNUMERIC)
    writer.writerow(sheet.heads)
    for row in sheet.rows:
        writer.writerow(["" if v is None else v if raw else safe(v) for v in row])
    if sheet.is_partial:
        writer.writerow([sheet.cut_words])
    return out.getvalue().encode("utf-8" if raw else "utf-8-sig")


def to_xlsx(sheet: Sheet) -> bytes:
    """One sheet of rows, one that says what they are. Text stays text: no formulas, no links."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        rows = book.add_worksheet("Rows")
        rows.freeze_panes(1, 0)
        for column, head in enumerate(sheet.heads):
            rows.write_string(0, column, head, bold)
        for number, row in enumerate(sheet.rows, start=1):
            _write_row(rows, number, row)
        if sheet.is_partial:
            rows.write_string(len(sheet.rows) + 1, 0, sheet.cut_words)
        about = book.add_worksheet("About")
        for number, (name, value) in enumerate(sheet.about):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, value)
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 90)
    return out.getvalue()


def to_json(result: Result, *, most: int = MOST_ROWS) -> bytes:
    """The record of the result; `rows_in_all` says when rows had to be left out."""
    record: dict[str, Any] = result_record(result)
    if len(record["rows"]) > most:
        record |= {"rows_in_all": len(record["rows"]), "rows": record["rows"][:most]}
    return orjson.dumps(record | {"definition": result.metric.definition})


def safe(value: Value) -> Value:
    """Text that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" \N{NO-BREAK SPACE}").startswith(_DANGEROUS):
        return f"'{value}"
    return value


def _write_row(page: Any, number: int, row: Sequence[Value]) -> None:
    for column, value in enumerate(row):
        match value:
            case None:
                page.write_blank(number, column, None)
            case bool():
                page.write_boolean(number, column, value)
            case int() | float():
                page.write_number(number, column, value)
            case _:
                page.write_string(number, column, value)


def _about(result: Result) -> tuple[tuple[str, str], ...]:
    metric, fresh = result.metric, result.freshness
    filters = "; ".join(f"{slug} is {', '.join(values)}" for slug, values in result.where) or "none"
    return (
        ("Metric", f"{metric.label} ({metric.slug})"),
        ("Definition", metric.definition),
        ("Unit", unit_word(metric)),
        ("Counts on", metric.attribution),
        ("Belongs to", metric.owner),
        ("Period", str(result.period)),
        ("Compared with", str(result.previous_period) if result.previous_period else "nothing"),
        ("Filters", filters),
        ("Zone", fresh.zone),
        ("Complete to", instant_word(fresh.complete_to) or "nothing yet"),
        *(("Silent", f"{told.name}, since {instant_word(told.since)}") for told in fresh.silent),
        ("Quantiles", "exact" if result.exact else "within 1 %"),
        *((("Withheld", f"{result.withheld} rows, {WHY_WITHHELD}"),) if result.withheld else ()),
    )
