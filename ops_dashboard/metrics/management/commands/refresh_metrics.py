"""`manage.py refresh_metrics`: refill what is stale, or everything."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import Progress

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.rollup import Refilled


class Command(BaseCommand):
    help = "Recompute stale cells; with --full, every cell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="recompute every cell from facts")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with Progress(console=Console(file=sys.stderr), disable=not sys.stderr.isatty(), transient=True) as progress:
            task = progress.add_task("cells", total=None)
            done = _refill(options["full"], lambda cells: progress.advance(task, cells))
        record = {"cells": done.cells, "facts": done.facts, "seconds": round(done.seconds, 3)}
        self.stdout.write(
            json.dumps(record)
            if options["json"]
            else f"{done.cells:,} cells from {done.facts:,} facts in {done.seconds:.1f} s"
        )


def _refill(full: bool, progress: Any) -> Refilled:
    for debt in registry.debts:
        debt.work_off()
    return rollup.refill_everything(progress=progress) if full else rollup.refill(progress=progress)
