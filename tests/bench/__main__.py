"""Benchmark tables: `python -m tests.bench [NAME...]`, all of them by default.

A bench is a module of this package with `run() -> None` that prints its table.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from tests.bench import ground

PURE = ("business_time", "effects", "fold", "forecast", "quality", "staffing", "surveillance")
ON_A_DATABASE = ("intake", "refill", "pages", "roster")  # imported once Django is set up


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benches and print their tables."""
    known = (*PURE, *ON_A_DATABASE)
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument(
        "--keep", action="store_true", help="go on with the database that the last run left at DATABASE_URL"
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no bench called {', '.join(unknown)}; there are: {', '.join(known)}")
    for name in options.names or known:
        if name in ON_A_DATABASE:
            ground.prepare(keep=options.keep)
        print(f"## {name}")
        import_module(f"tests.bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
