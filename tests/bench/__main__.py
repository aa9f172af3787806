"""Benchmark tables: `python -m tests.bench [NAME...]`, all of them by default.

A bench is a module of this package with `run() -> None` that prints its table. One whose `run` takes sizes
has small ones by default; `WHOLE` are those by which it is judged, where they take long.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from tests.bench import ground

PURE = (
    "business_time", "daily_surveillance", "effects", "fold", "forecast", "staffing", "surveillance",
)  # fmt: skip
ON_A_DATABASE = ("intake", "real_log", "refill", "pages", "quality", "roster")  # imported once Django is set up


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benches and print their tables."""
    known = (*PURE, *ON_A_DATABASE)
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument(
        "--keep", action="store_true", help="go on with the database that the last run left at DATABASE_URL"
    )
    parser.add_argument("--whole", action="store_true", help="the sizes that a bench is judged by; takes long")
    parser.add_argument("--sizes", type=_sizes, metavar="N,N", help="these sizes, of tickets or events")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no bench called {', '.join(unknown)}; there are: {', '.join(known)}")
    for name in options.names or known:
        if name in ON_A_DATABASE:
            ground.prepare(keep=options.keep)
        print(f"## {name}")
        _run(import_module(f"tests.bench.{name}"), whole=options.whole, sizes=options.sizes)
    return 0


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split(","))


def _run(bench: ModuleType, *, whole: bool, sizes: tuple[int, ...] | None) -> None:
    sizes = sizes or (getattr(bench, "WHOLE", None) if whole else None)
    if sizes and hasattr(bench, "SIZES"):
        bench.run(sizes)
    else:
        bench.run()


if __name__ == "__main__":
    sys.exit(main())
