"""`manage.py import_tickets`: take a file of tickets in."""

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.people.zones import BadZone, zone_of
from tickets.connectors import events
from tickets.connectors.drafts import Connector, Draft, Rejected
from tickets.connectors.lines import BadFile, open_lines, position
from tickets.intake import Summary, check, take_in
from tickets.management.progress import progress_bar
from tickets.models import ImportRun, Source
from tickets.vocabulary import Status
from tickets.words import LONGEST_STATUS, Words, map_statuses, register_source, slug_of_source

FORMATS: dict[str, Connector] = {"events": events.read}
SHOWN_REJECTIONS = 5


class Command(BaseCommand):
    help = "Import tickets from a file; what is known already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--format", required=True, help=f"one of: {', '.join(FORMATS)}")
        parser.add_argument("--source", default="", metavar="NAME", help="what it is an export of (the format's name)")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help='JSON: {"statuses": {"WORD": "CATEGORY"}}')
        parser.add_argument("--zone", default="", help="IANA zone of instants that are written without one")
        parser.add_argument("--dry-run", action="store_true", help="only check the lines")
        parser.add_argument("--json", action="store_true", help="the summary alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] not in FORMATS:
            raise CommandError(f"no format '{options['format']}'; there is: {', '.join(FORMATS)}", returncode=2)
        zone, statuses = _zone(options["zone"]), _statuses(options["mapping"])
        slug = slug_of_source(options["source"] or options["format"])
        path: Path = options["path"]
        try:
            stored, lines = open_lines(path)
            drafts = FORMATS[options["format"]](lines, zone=zone)
            with stored:
                with transaction.atomic():
                    source = register_source(slug, kind=options["format"], zone=options["zone"] or "UTC")
                    map_statuses(source, statuses)
                    words = Words(source)
                    transaction.set_rollback(options["dry_run"])
                if options["dry_run"]:
                    summary = self._check(words, drafts)
                else:
                    summary = _take_in(source, drafts, stored, origin=path.name)
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        if not options["json"]:
            self.stderr.write(_words(summary))
        self.stdout.write(json.dumps(asdict(summary)))
        if summary.rejected:
            raise CommandError(f"{summary.rejected} lines were rejected", returncode=1)

    def _check(self, words: Words, drafts: Iterator[Draft | Rejected]) -> Summary:
        """Count what would come in; duplicates are not told from what is new."""
        started, tickets, counts = time.monotonic(), set(), {"accepted": 0, "rejected": 0}
        for told in check(words, drafts):
            if isinstance(told, Rejected):
                counts["rejected"] += 1
                if counts["rejected"] <= SHOWN_REJECTIONS:
                    self.stderr.write(f"line {told.line}: {told.field} {told.reason}")
            else:
                counts["accepted"] += 1
                tickets.add(told.ticket_ref)
        seconds = round(time.monotonic() - started, 3)
        return Summary(duplicate=0, tickets=len(tickets), seconds=seconds, **counts)


def _take_in(source: Source, drafts: Iterator[Draft | Rejected], stored: IO[bytes], *, origin: str) -> Summary:
    """Take the file in, with a bar that follows its bytes. Raises BadFile."""
    size = os.fstat(stored.fileno()).st_size
    with progress_bar(origin, size) as show:
        try:
            return take_in(source, drafts, origin=origin, size=size, progress=lambda _: show(position(stored)))
        except BadFile as error:
            kept = ImportRun.objects.filter(source=source).latest("pk").accepted
            raise BadFile(f"{error}; {kept} new events before it were kept") from error


def _words(told: Summary) -> str:
    if not told.accepted and told.duplicate and not told.rejected:
        return f"Nothing new: {plural(told.duplicate, 'event')} known already."
    said = f"{plural(told.accepted, 'new event')} of {plural(told.tickets, 'ticket')}, {told.duplicate:,} known already"
    return f"{said}, {told.rejected:,} rejected"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return zone_of(name) if name else None
    except BadZone as problem:
        raise CommandError(str(problem), returncode=2) from problem


def _statuses(path: Path | None) -> dict[str, Status]:
    """The status words of a mapping file."""
    if path is None:
        return {}
    try:
        told = json.loads(path.read_bytes())["statuses"]
        return {_status_word(word): Status.from_label(str(label)) for word, label in told.items()}
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        labels = ", ".join(status.label for status in Status)
        raise CommandError(
            f'{path}: write {{"statuses": {{"WORD": "CATEGORY"}}}} with categories {labels} ({error})', returncode=2
        ) from error


def _status_word(word: str) -> str:
    """A word that a status may have. Raises ValueError."""
    if not word.strip() or len(word) > LONGEST_STATUS or "\0" in word:
        raise ValueError(f"{word[:20]!r} is not a word of 1 to {LONGEST_STATUS} characters")
    return word
