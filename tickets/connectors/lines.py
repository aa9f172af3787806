"""Lines of a file that nobody vouches for: plain or gzip, each of them bounded, read once and in order."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LONGEST_LINE = 1 << 20
PACKED_BY, UNPACKED_FREELY = 200, 256 << 20
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # of UTF-8, as some editors and exports begin a file; files may be joined


class BadFile(Exception):
    """A file that cannot be read as lines of its format, or not to its end."""


class BadLine(ValueError):
    """A line that cannot be taken in: `field` of it is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def open_lines(path: Path) -> tuple[IO[bytes], IO[bytes]]:
    """The file as stored, for its position, and its lines, unpacked; a pipe will do. Raises BadFile."""
    try:
        stored = path.open("rb")
    except IsADirectoryError as error:
        raise BadFile(f"{path} is a directory; name a file of lines") from error
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    if stored.peek(2)[:2] != GZIP:
        return stored, stored
    return stored, io.BufferedReader(_Unpacked(fileobj=stored), 1 << 18)


def position(stored: IO[bytes]) -> int:
    """How many bytes of the file have been read; of a pipe nobody knows, so 0."""
    return stored.tell() if stored.seekable() else 0


class _Unpacked(gzip.GzipFile):
    """What a gzip file holds, up to more than lines of a desk have ever been packed."""

    def read(self, size: int | None = -1) -> bytes:
        told = super().read(size)
        stored = os.fstat(self.fileno())
        is_file = stat.S_ISREG(stored.st_mode)  # a pipe does not tell its size
        if is_file and self.tell() > UNPACKED_FREELY + PACKED_BY * stored.st_size:
            raise BadFile(f"unpacks to more than {PACKED_BY} times its size; lines of a desk do not")
        return told


def numbered(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines and their numbers from 1; of a line that is longer than LONGEST_LINE, its beginning. Raises BadFile."""
    number = 0
    try:
        while line := lines.readline(LONGEST_LINE + 2):
            number += 1
            if number == 1 and b"\0" in line:
                raise BadFile("not a text file: line 1 holds NUL bytes")
            if len(line) > LONGEST_LINE:
                _skip_rest(lines, line)
            yield number, line.removeprefix(BYTE_ORDER_MARK) or b"\n"
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(f"broken gzip after line {number}: {error}") from error


def _skip_rest(lines: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = lines.readline(LONGEST_LINE)
