"""Stale cells redone for a command, with a bar for whoever watches."""

import sys

from rich.console import Console
from rich.progress import Progress

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.rollup import Refilled


def refill(*, full: bool = False) -> Refilled:
    """Redo what is stale, or every cell: whoever reads afterwards reads what was imported before."""
    with Progress(console=Console(file=sys.stderr), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("cells", total=None)
        redo = rollup.refill_everything if full else rollup.refill
        return redo(progress=lambda cells: bar.advance(task, cells))
