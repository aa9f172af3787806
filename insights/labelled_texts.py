"""Texts with their labels from a CSV file, for learning and for judging what was learned."""

import csv
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("text", "label")
LONGEST_CELL = 1_000_000


class BadLabels(ValueError):
    """The file cannot be used; names file, line and field."""


@dataclass(frozen=True)
class LabelledTexts:
    texts: list[str]
    labels: list[str]


def read(path: Path) -> LabelledTexts:
    """The rows of a CSV file with a header that names `text` and `label`, in any order, UTF-8."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _rows(csv.DictReader(stream, strict=True), path.name)
    except OSError as error:
        raise BadLabels(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadLabels(f"{path.name}: not UTF-8 at byte {error.start:,}") from error


def _rows(reader: "csv.DictReader[str]", name: str) -> LabelledTexts:
    found = LabelledTexts([], [])
    try:
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
            raise BadLabels(f"{name}, line 1: the header has no column {missing[0]!r}")
        for row in reader:
            for column in COLUMNS:
                if not (row[column] or "").strip():
                    raise BadLabels(f"{name}, line {reader.line_num}: {column} is empty")
            found.texts.append(row["text"])
            found.labels.append(row["label"].strip())
    except csv.Error as error:
        raise BadLabels(f"{name}, line {reader.line_num}: {error}") from error
    if not found.texts:
        raise BadLabels(f"{name}: no rows under the header")
    return found
