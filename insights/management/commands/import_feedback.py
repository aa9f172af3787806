"""`manage.py import_feedback`: take a file of reviews, survey answers or posts in."""

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from insights.feedback_import import Summary, reading, take_in
from insights.feedback_intake import Told, source_of
from insights.feedback_lines import FLAT, NAMES, read
from insights.models import FeedbackRun, FeedbackSource
from ops_dashboard.people.zones import BadZone, zone_of
from tickets.connectors.drafts import Rejected
from tickets.connectors.lines import BadFile, open_lines, position
from tickets.management.progress import progress_bar
from tickets.slugs import slug_of

SHOWN_REJECTIONS = 5


class Command(BaseCommand):
    help = "Import feedback from CSV or JSON lines, plain or gzip; what is known already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        media = ", ".join(FeedbackSource.Medium.values)
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", required=True, metavar="NAME", help="where it was given, such as app-store")
        parser.add_argument("--medium", default="", help=f"what it is, of a source that is new: {media}")
        parser.add_argument("--zone", default="", help="IANA zone of instants that are written without one")
        parser.add_argument(
            "--name", action="append", default=[], metavar="OURS=THEIRS", help="the file's own name of a field"
        )
        parser.add_argument("--dry-run", action="store_true", help="only check the lines")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        how = reading(zone=_zone(options["zone"]), names=_names(options["name"]))
        medium = _medium(options["medium"])
        try:
            stored, lines = open_lines(path)
            with stored:
                items = read(lines, reading=how)
                if options["dry_run"]:
                    summary = self._check(items)
                else:
                    summary = _take_in(options["source"], medium, items, stored, origin=path.name)
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(asdict(summary)) if options["json"] else _words(summary))
        if summary.rejected:
            raise CommandError(f"{summary.rejected} lines were rejected", returncode=1)

    def _check(self, items: Iterator[Told | Rejected]) -> Summary:
        """Count what would come in; duplicates are not told from what is new."""
        started, accepted, rejected = time.monotonic(), 0, 0
        for item in items:
            if isinstance(item, Told):
                accepted += 1
                continue
            rejected += 1
            if rejected <= SHOWN_REJECTIONS:
                self.stderr.write(f"line {item.line}: {item.field} {item.reason}")
        return Summary(accepted, 0, rejected, round(time.monotonic() - started, 3))


def _take_in(
    name: str, medium: FeedbackSource.Medium, items: Iterable[Told | Rejected], stored: IO[bytes], *, origin: str
) -> Summary:
    """Take the file in, with a bar that follows its bytes. Raises BadFile."""
    source = source_of(slug_of(name, longest=40), name=name[:80], kind=FeedbackSource.Kind.FILE, medium=medium)
    with progress_bar(origin, os.fstat(stored.fileno()).st_size) as show:
        try:
            return take_in(source, _shown(items, stored, show), origin=origin)
        except BadFile as error:
            kept = FeedbackRun.objects.filter(source=source).latest("pk").accepted
            raise BadFile(f"{error}; {kept} new items before it were kept") from error


def _shown(items: Iterable[Told | Rejected], stored: IO[bytes], show: Any) -> Iterator[Told | Rejected]:
    for number, item in enumerate(items):
        if number % 1000 == 0:
            show(position(stored))
        yield item


def _words(told: Summary) -> str:
    if not told.accepted and told.duplicate and not told.rejected:
        return f"Nothing new: all {told.duplicate:,} items were known already."
    return f"{told.accepted:,} new, {told.duplicate:,} known already, {told.rejected:,} rejected"


def _medium(word: str) -> FeedbackSource.Medium:
    try:
        return FeedbackSource.Medium(word or FeedbackSource.Medium.OTHER)
    except ValueError as error:
        known = ", ".join(FeedbackSource.Medium.values)
        raise CommandError(f"'{word}' is no medium; there are {known}", returncode=2) from error


def _names(told: list[str]) -> dict[str, str]:
    """`text=review_body` as {"text": "review_body"}."""
    names = {}
    for pair in told:
        ours, _, theirs = pair.partition("=")
        if ours not in (*NAMES, *FLAT) or not theirs.strip():
            known = ", ".join((*NAMES, *FLAT))
            raise CommandError(f"'{pair}': write OURS=THEIRS, ours being one of {known}", returncode=2)
        names[ours] = theirs.strip().lower()
    return names


def _zone(name: str) -> ZoneInfo | None:
    try:
        return zone_of(name) if name else None
    except BadZone as problem:
        raise CommandError(str(problem), returncode=2) from problem
