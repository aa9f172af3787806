"""`manage.py reconcile`: stored facts and roll-ups against a rebuild."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.reconciliation import differing_cells, differing_stocks
from tickets.fact_reconciliation import differing_facts
from tickets.models import Ticket

SHOWN = 50
MOST_DAYS = 100 * 366


def _days(text: str) -> int:
    """An argparse type: how many days to look back."""
    if not text.isascii() or not text.isdigit() or int(text) > MOST_DAYS:
        raise ArgumentTypeError(f"'{text}' is not a whole number from 0 to {MOST_DAYS:,}")
    return int(text)


class Command(BaseCommand):
    help = "Compare stored facts with their events and cells with their facts; exit 1 on any difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        reach = parser.add_mutually_exclusive_group()
        reach.add_argument("--all", action="store_true", help="every ticket and every day")
        reach.add_argument("--days", type=_days, default=7, help="tickets touched and days cut in the last DAYS days")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rollup.refill()
        tickets, since = Ticket.objects.all(), None
        if not options["all"]:
            since = today() - timedelta(days=options["days"])
            tickets = tickets.filter(updated_at__gte=timezone.now() - timedelta(days=options["days"]))
        with Progress(console=Console(file=sys.stderr), disable=not sys.stderr.isatty(), transient=True) as progress:
            task = progress.add_task("tickets", total=tickets.count())
            found = list(
                chain(
                    differing_facts(tickets, progress=lambda done: progress.update(task, completed=done)),
                    *(differing_cells(source, since=since) for source in registry.sources()),
                    differing_stocks() if options["all"] else (),
                )
            )
        self._print(found, checked=tickets.count(), as_json=options["json"])
        if found:
            sys.exit(1)

    def _print(self, found: list[Any], *, checked: int, as_json: bool) -> None:
        if as_json:
            shown = [{"what": d.what, "key": d.key, "detail": d.detail} for d in found[:SHOWN]]
            self.stdout.write(json.dumps({"tickets": checked, "differences": len(found), "first": shown}))
            return
        for difference in found[:SHOWN]:
            self.stdout.write(f"{difference.what}: {difference.key}: {difference.detail}")
        if len(found) > SHOWN:
            self.stdout.write(f"... and {len(found) - SHOWN} more")
        self.stdout.write(f"{checked:,} tickets checked, {len(found)} differences")
