"""Benchmark tables: `python -m tests.bench [NAME...]`, all of them by default.

A bench is a module of this package with `run() -> None` that prints its table.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from tests.bench import business_time, fold, refill

BENCHES: dict[str, Callable[[], None]] = {
    "business_time": business_time.run,
    "fold": fold.run,
    "refill": refill.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benches and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHES)}")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench called {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    for name in options.names or BENCHES:
        print(f"## {name}")
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
