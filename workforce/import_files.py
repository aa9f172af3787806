"""Rows out of a CSV or XLSX file that nobody vouches for. Reads text, dates and times; runs nothing.

Formulas and merged cells are refused by name of the cell, since what a reader sees in them is not
what the file says.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from workforce.workbook_parts import MOST_COLUMNS, MOST_ROWS, BadFile, judge

MOST_BYTES = 10_000_000
LONGEST_CELL = 400


@dataclass(frozen=True)
class Record:
    """One row: its line in the file (or row of its sheet), and its cells as text by lower-case head."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """One sheet, or the whole of a CSV file."""

    name: str
    heads: tuple[str, ...]
    records: tuple[Record, ...]


def read(name: str, content: bytes) -> list[Table]:
    """The tables of a file. BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile(f"{name} has {len(content):,} bytes; at most {MOST_BYTES:,} are read")
    if not content.strip():
        raise BadFile(f"{name} is empty")
    return _workbook(name, content) if content[:4] == b"PK\x03\x04" else [_csv(name, content)]


def _csv(name: str, content: bytes) -> Table:
    text = _decoded(name, content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Sequence[object]]] = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
            if len(rows) > MOST_ROWS + 1:
                raise BadFile(f"{name} has more than {MOST_ROWS:,} rows")
    except csv.Error as error:
        raise BadFile(f"{name}, line {reader.line_num}: {error}") from error
    return _table(name, "", rows)


def _decoded(name: str, content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; anything else would be a guess."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(f"{name}, line {line}: not UTF-8; save the file as 'CSV UTF-8'") from error
    if "\x00" in text:
        raise BadFile(
            f"{name}, line {text[: text.index(chr(0))].count(chr(10)) + 1}: a zero byte; this is no text file"
        )
    return text


def _workbook(name: str, content: bytes) -> list[Table]:
    judge(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        return [_sheet(name, sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        ParseError,
        zipfile.BadZipFile,
    ) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{name} is no workbook that can be read ({type(error).__name__})") from error


def _sheet(name: str, sheet: object) -> Table:
    """One worksheet of openpyxl, read without trusting the size that it claims."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows: list[tuple[int, Sequence[object]]] = []
    title = str(sheet.title)  # type: ignore[attr-defined]
    cells = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)  # type: ignore[attr-defined]
    for number, row in enumerate(cells, start=1):
        for column, cell in enumerate(row, start=1):
            if getattr(cell, "data_type", "") == "f":
                raise BadFile(f"{name}, sheet {title}, {get_column_letter(column)}{number}: a formula; paste its value")
        values = [cell.value for cell in row]
        if any(value is not None for value in values):
            rows.append((number, values))
    if rows and rows[-1][0] > MOST_ROWS + 1:
        raise BadFile(f"{name}, sheet {title} has more than {MOST_ROWS:,} rows")
    return _table(name, title, rows)


def _table(name: str, title: str, rows: Sequence[tuple[int, Sequence[object]]]) -> Table:
    where = f"{name}, sheet {title}" if title else name
    if not rows:
        return Table(title, (), ())
    heads = [_text(head).strip().lower().replace(" ", "_") for head in rows[0][1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise BadFile(f"{where} has more than {MOST_COLUMNS} columns")
    if doubled := next((head for head in heads if head and heads.count(head) > 1), None):
        raise BadFile(f"{where}: two columns are headed '{doubled}'")
    return Table(title, tuple(heads), tuple(_records(where, heads, rows[1:])))


def _records(where: str, heads: Sequence[str], rows: Iterable[tuple[int, Sequence[object]]]) -> Iterator[Record]:
    for line, row in rows:
        texts = [_text(value).strip() for value in row]
        if not any(texts):
            continue
        if any(texts[len(heads) :]):
            raise BadFile(f"{where}, line {line}: {len(texts)} values under {len(heads)} heads")
        for head, text in zip(heads, texts, strict=False):
            if len(text) > LONGEST_CELL:
                raise BadFile(f"{where}, line {line}, {head}: more than {LONGEST_CELL} characters")
        yield Record(line, {head: text for head, text in zip(heads, texts, strict=False) if head})


def _text(value: object) -> str:
    """A cell as the text that a person would have typed: whole numbers, ISO days, times."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
