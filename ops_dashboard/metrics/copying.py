"""Rows into and out of Postgres as COPY BINARY, encoded and decoded by numpy a column at a time.

The format: a header, then for each row the number of fields and for each field its length (-1 for
null) and its bytes, all big-endian, then a trailer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import compress
from struct import Struct

import numpy as np
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
POSTGRES_EPOCH_S = 946_684_800  # 2000-01-01
MICRO = 1_000_000
NEVER = np.iinfo(np.int64).max  # an instant that has not come

_BLOCK = 1 << 20  # bytes encoded at a time
_PORTION = 1 << 23  # bytes handed over at a time
ARRAY_HEADER = 20  # array_send: dimensions, flags, element type, size, lower bound

_FIELDS, _LENGTH = Struct(">h"), Struct(">i")

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values of one width: `wire` is (rows, width) bytes, `null` marks rows without a value."""

    wire: Bytes
    null: Flags | None = None

    def __len__(self) -> int:
        return len(self.wire)

    @property
    def width(self) -> int:
        """Bytes that the largest value takes, the length before it not counted."""
        return self.wire.shape[1]

    def where(self, keep: Flags) -> "Fixed":
        """The rows that `keep` marks."""
        return Fixed(self.wire[keep], None if self.null is None else self.null[keep])

    def rows(self, some: slice) -> "Fixed":
        return Fixed(self.wire[some], None if self.null is None else self.null[some])

    def put(self, block: Bytes, told: Flags) -> None:
        """Write each length and value into `block`; `told` marks the bytes that count."""
        block[:, :4] = np.frombuffer(np.array(self.width, ">i4").tobytes(), np.uint8)
        block[:, 4:] = self.wire
        if self.null is not None:
            np.copyto(block[:, :4], np.uint8(0xFF), where=self.null[:, None])
            told[:, 4:] = ~self.null[:, None]


@dataclass(frozen=True, slots=True)
class Varying:
    """Values of any length; None for null."""

    values: Sequence[bytes | None]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def width(self) -> int:
        """Bytes that the largest value takes, the length before it not counted."""
        return max(map(len, filter(None, self.values)), default=0)

    def where(self, keep: Flags) -> "Varying":
        """The rows that `keep` marks."""
        return Varying(list(compress(self.values, keep.tolist())))

    def rows(self, some: slice) -> "Varying":
        return Varying(self.values[some])

    def put(self, block: Bytes, told: Flags) -> None:
        """Write each length and value into `block`; `told` marks the bytes that count."""
        sizes = np.array([-1 if value is None else len(value) for value in self.values], dtype=">i4")
        block[:, :4] = sizes.view(np.uint8).reshape(-1, 4)
        width = block.shape[1] - 4
        if width:
            padded = np.array([value or b"" for value in self.values], dtype=f"S{width}")
            block[:, 4:] = padded.view(np.uint8).reshape(-1, width)
            told[:, 4:] = np.arange(width) < sizes[:, None]


Column = Fixed | Varying


def integers(values: NDArray, width: int, *, null: Flags | None = None) -> Fixed:
    """A smallint (2), integer (4) or bigint (8) column."""
    return Fixed(_wire(values, f">i{width}"), null)


def smallint(values: NDArray, *, null: Flags | None = None) -> Fixed:
    return integers(values, 2, null=null)


def integer(values: NDArray, *, null: Flags | None = None) -> Fixed:
    return integers(values, 4, null=null)


def bigint(values: NDArray, *, null: Flags | None = None) -> Fixed:
    return integers(values, 8, null=null)


def boolean(values: NDArray) -> Fixed:
    return Fixed(_wire(values, "u1"))


def instants(seconds: NDArray[np.int64]) -> Fixed:
    """Seconds since the Unix epoch as timestamptz; null where NEVER."""
    null = seconds == NEVER
    return microseconds(np.where(null, 0, seconds) * MICRO, null=null if null.any() else None)


def microseconds(values: NDArray[np.int64], *, null: Flags | None = None) -> Fixed:
    """Microseconds since the Unix epoch as timestamptz."""
    return integers(values - POSTGRES_EPOCH_S * MICRO, 8, null=null)


def uuids(values: Sequence[bytes]) -> Fixed:
    """Keys of 16 bytes each."""
    return Fixed(np.frombuffer(b"".join(values), np.uint8).reshape(-1, 16))


def texts(values: Sequence[str | None]) -> Column:
    if values.count(None) == len(values):
        return _nothing(len(values))
    return Varying([None if value is None else value.encode() for value in values])


def documents(values: Sequence[bytes | None]) -> Column:
    """JSON texts as jsonb, version 1 of its binary form."""
    if values.count(None) == len(values):
        return _nothing(len(values))
    return Varying([None if value is None else b"\x01" + value for value in values])


def _nothing(rows: int) -> Fixed:
    return Fixed(np.empty((rows, 0), np.uint8), np.ones(rows, bool))


def _wire(values: NDArray, dtype: str) -> Bytes:
    """`values` as (rows, width) bytes."""
    told = np.ascontiguousarray(values, dtype=dtype)
    return told.view(np.uint8).reshape(len(told), told.dtype.itemsize)


def encode(columns: Sequence[Column]) -> bytes:
    """The COPY BINARY stream of rows made of `columns`, which are equally long."""
    rows = len(columns[0])
    step = max(1, _BLOCK // (2 + sum(4 + column.width for column in columns)))
    parts = (_encode([column.rows(slice(at, at + step)) for column in columns]) for at in range(0, rows, step))
    return b"".join((HEADER, *parts, TRAILER))


def _encode(columns: Sequence[Column]) -> bytes:
    """Rows as a block in which each value has room for the longest, less the bytes that are no part of any."""
    ends = np.cumsum([2, *(4 + column.width for column in columns)]).tolist()
    block = np.empty((len(columns[0]), ends[-1]), dtype=np.uint8)
    is_whole = all(isinstance(column, Fixed) and column.null is None for column in columns)
    told = np.ones((0, ends[-1]) if is_whole else block.shape, dtype=bool)
    block[:, :2] = np.frombuffer(np.array(len(columns), ">i2").tobytes(), np.uint8)
    for column, start, end in zip(columns, ends, ends[1:], strict=False):
        column.put(block[:, start:end], told[:, start:end])
    return block.tobytes() if is_whole else block[told].tobytes()


def array(numbers: Iterable[int]) -> str:
    """Integers as the text of a Postgres array: read far faster than ARRAY[...] with thousands of members."""
    return f"{{{','.join(map(str, numbers))}}}"


def copy_in(cursor: CursorWrapper, table: str, columns: Mapping[str, Column]) -> int:
    """Append rows to `table`; returns how many."""
    rows = len(next(iter(columns.values())))
    if rows:
        names = ", ".join(f'"{name}"' for name in columns)
        stream = BytesIO(encode(list(columns.values())))
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)', stream, size=_PORTION)
    return rows


def copy_out(cursor: CursorWrapper, select: str, layout: Mapping[str, str]) -> NDArray:
    """Rows of a query as a structured array; no value may be null.

    `layout` gives each column's big-endian dtype, in the order of the query: `>i8`, `u1`, `V16`.
    """
    stream = BytesIO()
    cursor.copy_expert(f"COPY ({select}) TO STDOUT (FORMAT BINARY)", stream)
    fields: list[tuple[str, str]] = [("fields of the row", ">i2")]
    for name, dtype in layout.items():
        fields += [(f"length of {name}", ">i4"), (name, dtype)]
    rows = memoryview(stream.getbuffer())[len(HEADER) : -len(TRAILER)]
    return np.frombuffer(rows, dtype=np.dtype(fields))


def tell_planner(cursor: CursorWrapper, *models: type[Model]) -> None:
    """Gather statistics of tables that were just filled, within a transaction too.

    Until autovacuum comes round, and it sees nothing of an open transaction, Postgres plans for the tables as they
    were: a join that looked up each row of an empty table then reads the whole of a full one for each.
    """
    cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def rows_of_bytes(cursor: CursorWrapper, select: str) -> list[tuple[bytes, ...]]:
    """Rows of a query by COPY, each value as its bytes; none may be null."""
    stream = BytesIO()
    cursor.copy_expert(f"COPY ({select}) TO STDOUT (FORMAT BINARY)", stream)
    raw = stream.getvalue()
    rows, at, end = [], len(HEADER), len(raw) - len(TRAILER)
    while at < end:
        values = []
        (fields,) = _FIELDS.unpack_from(raw, at)
        at += _FIELDS.size
        for _ in range(fields):
            (length,) = _LENGTH.unpack_from(raw, at)
            at += _LENGTH.size
            values.append(raw[at : at + length])
            at += length
        rows.append(tuple(values))
    return rows
