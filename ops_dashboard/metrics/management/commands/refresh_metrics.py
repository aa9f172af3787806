"""`manage.py refresh_metrics`: refill what is stale, or everything."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.management.refilling import refill


class Command(BaseCommand):
    help = "Recompute stale cells; with --full, every cell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="recompute every cell from facts")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for debt in registry.debts:
            debt.work_off()
        done = refill(full=options["full"])
        record = {"cells": done.cells, "facts": done.facts, "seconds": round(done.seconds, 3)}
        self.stdout.write(
            json.dumps(record)
            if options["json"]
            else f"{done.cells:,} cells from {done.facts:,} facts in {done.seconds:.1f} s"
        )
