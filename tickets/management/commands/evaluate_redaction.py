"""`manage.py evaluate_redaction`: how much of what people marked as personal the redactor finds."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.marked_texts import BadFile, read_marked
from tickets.redaction import VERSION, redact
from tickets.redaction_scores import Tally, share


class Command(BaseCommand):
    help = 'Recall and precision by kind on a file of lines {"text", "spans": [{"start", "end", "kind"}]}.'

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.jsonl", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = told(options["file"])
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(found) if options["json"] else _words(found))


def told(path: Path) -> dict[str, Any]:
    """What the command prints; a share of nothing is None."""
    tally, seconds = Tally(), 0.0
    for text, spans in read_marked(path):
        start = time.perf_counter()
        redacted = redact(text)
        seconds += time.perf_counter() - start
        tally.add(text, spans, redacted)
    return {
        "texts": tally.texts,
        "redactor_version": VERSION,
        "structured_recall": tally.structured_recall,
        "precision": tally.precision,
        "touched": share(tally.touched, tally.texts),
        "clean_texts": tally.clean_texts,
        "clean_touched": share(tally.clean_touched, tally.clean_texts),
        "ms_per_text": round(1000 * seconds / tally.texts, 3) if tally.texts else None,
        "kinds": tally.kinds(),
    }


def _words(found: dict[str, Any]) -> str:
    def percent(value: float | None) -> str:
        return "–" if value is None else f"{value:.1%}"

    head = (
        f"{found['texts']:,} texts, {found['ms_per_text']} ms each; "
        f"structured recall {percent(found['structured_recall'])}, "
        f"precision {percent(found['precision'])}, {percent(found['clean_touched'])} of texts without marks touched"
    )
    lines = [
        f"{kind:<16} {told['marked']:>6,} {percent(told['recall']):>8} {told['masked']:>7,} "
        f"{percent(told['precision']):>10}"
        for kind, told in found["kinds"].items()
    ]
    return "\n".join([head, "", f"{'kind':<16} {'marked':>6} {'recall':>8} {'masked':>7} {'precision':>10}", *lines])
