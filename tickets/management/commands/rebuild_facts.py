"""`manage.py rebuild_facts`: fold every event again."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets import facts
from tickets.management.progress import progress_bar
from tickets.models import Ticket
from tickets.words import find_source


class Command(BaseCommand):
    help = "Rebuild the facts of all tickets, or of one source, from their events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="", metavar="NAME")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        tickets = Ticket.objects.all()
        if options["source"]:
            source = find_source(options["source"])
            if source is None:
                raise CommandError(f"there is no source '{options['source']}'", returncode=2)
            tickets = tickets.filter(source=source.pk)
        started = time.monotonic()
        with progress_bar("tickets rebuilt", tickets.count()) as show:
            done = facts.rebuild_all(tickets, progress=show)
        seconds = round(time.monotonic() - started, 3)
        told = {"tickets": done, "seconds": seconds}
        self.stdout.write(json.dumps(told) if options["json"] else f"{done} tickets rebuilt in {seconds} s")
