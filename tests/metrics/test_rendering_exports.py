"""Files that carry the rows of a page."""

import csv
import io
import json

import openpyxl
import pytest

from ops_dashboard.metrics.rendering import exports
from ops_dashboard.metrics.result import Figure
from tests.metrics.results import ON_TIME, by_day, by_team, share

TEAMS = {"=cmd()": share(0.94, 300), "+1 234": Figure(None, 0), "Zoë": share(0.5, 20)}
RESULT = by_team(ON_TIME, TEAMS, total=share(0.9), where=(("channel", ("email",)),))


def test_a_csv_carries_full_precision_units_and_the_zone() -> None:
    result = by_day(ON_TIME, [Figure(1 / 3, 3, 0.1, 0.6)], total=share(0.9))
    rows = list(csv.DictReader(io.StringIO(exports.export(result, "csv").body.decode("utf-8-sig"))))
    assert rows == [
        {
            "period": "2026-03-02",
            "value": "0.3333333333333333",
            "n": "3",
            "low": "0.1",
            "high": "0.6",
            "maturing": "False",
            "unit": "share",
            "zone": "Europe/London",
        }
    ]


def test_a_csv_starts_with_a_byte_order_mark_and_quotes_text() -> None:
    body = exports.export(RESULT, "csv").body
    assert body.startswith(b'\xef\xbb\xbf"period","team"')


def test_text_that_would_run_as_a_formula_is_disarmed_in_a_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(exports.export(RESULT, "csv").body.decode("utf-8-sig"))))
    assert [row["team"] for row in rows] == ["'=cmd()", "'+1 234", "zoë"]


@pytest.mark.parametrize("text", ["=1", " =1", "@x", "\t=1", "|x", "-1+1", "＝1"])
def test_every_known_start_of_a_formula_is_disarmed(text: str) -> None:
    assert exports.safe(text) == f"'{text}"


def test_negative_numbers_stay_numbers() -> None:
    assert exports.safe(-4.2) == -4.2


def test_a_raw_csv_is_for_machines() -> None:
    body = exports.export(RESULT, "csv", raw=True).body
    assert body.startswith(b"period,team") and b"=cmd()" in body and b"'=cmd()" not in body


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.export(RESULT, "xlsx").body))
    rows = book["Rows"]
    first = {head.value: cell for head, cell in zip(rows[1], rows[2], strict=True)}
    assert (first["team"].value, first["team"].data_type) == ("=cmd()", "s")
    assert (first["value"].value, first["n"].value) == (0.94, 300)
    assert rows["C3"].value is None
    about = {row[0].value: row[1].value for row in book["About"]}
    assert about["Filters"] == "channel is email"
    assert about["Zone"] == "Europe/London"


def test_json_is_the_record_with_its_definition() -> None:
    record = json.loads(exports.export(RESULT, "json").body)
    assert record["metric"] == "on_time"
    assert record["definition"] == "What it means."
    assert record["rows"][0]["team"] == "=cmd()"


def test_a_file_that_was_cut_says_so_in_name_and_last_row() -> None:
    long = by_day(ON_TIME, [share(0.9)] * 5, total=share(0.9))
    sheet = exports.sheet_of(long, most=3)
    assert sheet.is_partial and sheet.cut_words == "3 of 5 rows"
    assert exports.to_csv(sheet).decode("utf-8-sig").splitlines()[-1] == '"3 of 5 rows"'
    record = json.loads(exports.to_json(long, most=3))
    assert (record["rows_in_all"], len(record["rows"])) == (5, 3)


def test_a_whole_file_is_not_called_partial() -> None:
    assert exports.export(RESULT, "csv").filename == "on_time-2026-03-02-2026-03-15.csv"


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'pdf' is not a file format"):
        exports.export(RESULT, "pdf")
