"""`manage.py promises`: every promise as it stands now, as CSV."""

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets.models import Ticket
from tickets.promise_rows import write_promises
from tickets.words import find_source

SCREEN = ("-", "/dev/stdout")


class Command(BaseCommand):
    help = "Write one row per promise, as of now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="", metavar="NAME")
        parser.add_argument("--ticket", default=None, metavar="REF")
        parser.add_argument("--csv", required=True, metavar="OUT", help="a file to write, or - for the screen")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        source, ticket = _source(options["source"]), options["ticket"]
        if (
            ticket is not None
            and not Ticket.objects.filter(ref=ticket, **({"source": source} if source else {})).exists()
        ):
            raise CommandError(f"there is no ticket '{ticket}'", returncode=2)
        if options["csv"] in SCREEN:
            if options["json"]:
                raise CommandError(f"--csv {options['csv']} and --json both print: name a file", returncode=2)
            _print(source, ticket)
            return
        try:
            with Path(options["csv"]).open("wb") as out:
                told = {"promises": write_promises(out, source=source, ticket=ticket), "csv": options["csv"]}
        except OSError as error:
            raise CommandError(f"{options['csv']}: {error.strerror}", returncode=2) from error
        words = "{promises:,} promises written to {csv}".format_map(told)
        self.stdout.write(json.dumps(told) if options["json"] else words)


def _print(source: int | None, ticket: str | None) -> None:
    try:
        write_promises(sys.stdout.buffer, source=source, ticket=ticket)
    except BrokenPipeError:  # the reader has seen enough; nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _source(name: str) -> int | None:
    if not name:
        return None
    source = find_source(name)
    if source is None:
        raise CommandError(f"there is no source '{name}'", returncode=2)
    return source.pk
