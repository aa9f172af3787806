"""Whether a workbook may be opened: judged by its zip directory, then by the bytes of its parts.

A file of half a megabyte can hold gigabytes, and sixty megabytes of the shortest marks can become
gigabytes once they are read: an element of ten bytes takes a hundred in memory. So marks are counted
before any of them is read. What a part is, its content tells: its name is the sender's word.
"""

import io
import re
import zipfile
from collections.abc import Iterator

MOST_UNPACKED = 60_000_000
MOST_PARTS = 400
MOST_ROWS, MOST_COLUMNS = 50_000, 40
MOST_TEXTS = 500_000  # different ones
MOST_MARKS = 200_000  # of a part that is neither a sheet nor its texts
LONGEST_STRETCH = 400_000  # bytes of one row or one text; what stands around them may be as long
_PLAIN_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0", b"\0\0")
_MERGED = re.compile(rb'<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?ref="([A-Z]+\d+:[A-Z]+\d+)"')
# Cells that hold something beyond the last column (AN) or the last row that is read.
_FAR_COLUMN = re.compile(rb"[A-Z]{3}|A[O-Z]|[B-Z][A-Z]")
_FAR = re.compile(
    rb'<(?:\w{1,20}:)?c\s[^<>]{0,200}?r="((?:%s)\d{1,8}|[A-Z]{1,3}(?:[5-9]\d{4}|\d{6,8}))"[^<>/]{0,200}>'
    % _FAR_COLUMN.pattern
)
_ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_TEXT = re.compile(rb"<(?:\w{1,20}:)?si[\s/>]")
_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheetData[\s/>]")
_TEXTS = re.compile(rb"<(?:\w{1,20}:)?sst[\s/>]")


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says where and why."""


def judge(name: str, content: bytes) -> None:
    """Refuse what would burst, what hides, and what runs. BadFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as stored:
            parts = stored.infolist()
            if len(parts) > MOST_PARTS:
                raise BadFile(f"{name} has {len(parts):,} parts; at most {MOST_PARTS} are read")
            if (unpacked := sum(part.file_size for part in parts)) > MOST_UNPACKED:
                raise BadFile(f"{name} unpacks to {unpacked:,} bytes; at most {MOST_UNPACKED:,} are read")
            for part in parts:
                if part.flag_bits & 1:
                    raise BadFile(f"{name} is locked with a password")
                if part.filename.endswith(".bin") and "vba" in part.filename.lower():
                    raise BadFile(f"{name} has macros; save it as .xlsx")
                _judge_part(f"{name}, {part.filename.rsplit('/', 1)[-1]}", stored.read(part))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadFile(f"{name} is a broken zip file: {error}") from error


def _judge_part(where: str, xml: bytes) -> None:
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise BadFile(f"{where}: declares its own entities, which no spreadsheet needs")
    told = _ENCODING.match(xml.removeprefix(b"\xef\xbb\xbf"))
    if xml[:2] in _WIDE or (told and told[1].lower() not in _PLAIN_ENCODINGS):
        raise BadFile(f"{where}: is not UTF-8")
    if _SHEET.search(xml):
        _judge_stretches(f"{where}: more than {MOST_ROWS:,} rows, or a row that is too long", _ROW, xml, MOST_ROWS + 1)
        _judge_sheet(where, xml)
    elif _TEXTS.search(xml[:2000]):
        _judge_stretches(f"{where}: too many texts, or one that is too long", _TEXT, xml, MOST_TEXTS)
    elif xml.count(b"<") > MOST_MARKS:
        raise BadFile(f"{where}: {xml.count(b'<'):,} marks; at most {MOST_MARKS:,} are read")


def _judge_stretches(problem: str, mark: re.Pattern[bytes], xml: bytes, most: int) -> None:
    """Refuse more than `most` marks, and more bytes than LONGEST_STRETCH without one."""
    last = 0
    for number, start in enumerate(_starts(mark, xml)):
        if number > most or start - last > LONGEST_STRETCH:
            raise BadFile(problem)
        last = start


def _starts(mark: re.Pattern[bytes], xml: bytes) -> Iterator[int]:
    yield from (found.start() for found in mark.finditer(xml))
    yield len(xml)


def _judge_sheet(where: str, xml: bytes) -> None:
    if merged := _MERGED.search(xml):
        raise BadFile(f"{where}: cells {merged[1].decode()} are merged; part them first")
    for far in _FAR.finditer(xml):
        if int(re.sub(rb"\D", b"", far[1])) > MOST_ROWS + 1 or _FAR_COLUMN.match(far[1]):
            raise BadFile(
                f"{where}: {far[1].decode()} lies beyond "
                f"{MOST_COLUMNS} columns and {MOST_ROWS:,} rows, which is all that is read"
            )
