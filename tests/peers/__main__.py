"""Run peers' cases against our modules: `python -m tests.peers [--json] FILE...`.

Exit 0 when every case agrees or is told in differences.md, 1 when one differs
beyond that, 2 when a file cannot be read or has no shape we know; the others are run.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.peers.differences import excused
from tests.peers.outcome import Outcome
from tests.peers.shapes import SHAPES, Shape, shape_of


class BadFile(ValueError):
    """A file that is no case file; the message is one line and names it."""


@dataclass(frozen=True)
class Tally:
    """The outcomes of one file, told apart by what they mean."""

    file: str
    shape: str
    agree: int
    differ: list[Outcome]
    excused: list[Outcome]
    unanswered: dict[str, list[str]]  # case id to the values that nothing of ours answers

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def load(path: Path) -> tuple[dict[str, Any], Shape]:
    """The document of a file and the shape that runs it; raises BadFile."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: is not UTF-8 text") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadFile(f"{path}: is not JSON: {error}") from error
    shape = shape_of(document) if isinstance(document, dict) else None
    if shape is None:
        known = ", ".join(_name(shape) for shape in SHAPES)
        raise BadFile(f"{path}: has no shape we can run (known: {known})")
    return document, shape


def tally(path: Path, *, reasons: dict[str, str]) -> Tally:
    """Run one file and sort its outcomes; `reasons` names the excused ids."""
    document, shape = load(path)
    try:
        outcomes = list(shape.run(document))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadFile(f"{path}: a case cannot be read as {_name(shape)}: {error!r}") from error
    differing = [outcome for outcome in outcomes if not outcome.agrees]
    return Tally(
        file=str(path),
        shape=_name(shape),
        agree=sum(outcome.agrees and outcome.is_run for outcome in outcomes),
        differ=[outcome for outcome in differing if outcome.id not in reasons],
        excused=[outcome for outcome in differing if outcome.id in reasons],
        unanswered={outcome.id: list(outcome.unanswered) for outcome in outcomes if outcome.unanswered},
    )


def _name(shape: Shape) -> str:
    return shape.__name__.rpartition(".")[2]


def _lines(told: Tally) -> list[str]:
    head = f"{told.file}: {told.shape}: {told.agree} agree, {len(told.differ)} differ"
    if told.excused:
        head += f", {len(told.excused)} differ on purpose"
    if told.unanswered:
        names = sorted({name for names in told.unanswered.values() for name in names})
        head += f"; not ours in {len(told.unanswered)}: {', '.join(names)}"
    return [head] + [
        f"  {outcome.id}: expected {json.dumps(outcome.expected)}, got {json.dumps(outcome.got)}"
        + (f" ({outcome.note})" if outcome.note else "")
        for outcome in told.differ
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the files named on the command line and print what came out."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    reasons = excused()
    told: list[Tally] = []
    refused: list[str] = []
    for path in options.files:
        try:
            told.append(tally(path, reasons=reasons))
        except BadFile as error:
            refused.append(str(error))
    if options.json:
        print(json.dumps({"files": [each.as_json() for each in told], "refused": refused}, indent=2))
    elif told:
        print("\n".join(line for each in told for line in _lines(each)))
    for reason in refused:
        print(reason, file=sys.stderr)
    return 2 if refused else 1 if any(each.differ for each in told) else 0


if __name__ == "__main__":
    sys.exit(main())
