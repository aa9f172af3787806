"""Real sets and peers' cases: they lie in ../shared, not in this clone, and what needs them skips without them.

A run that had to do without says so at its very end, since it has compared nothing with reality or with peers.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from ops_dashboard.environment import PROJECT

SHARED = PROJECT.parent / "shared"
DATA, CASES = SHARED / "data", SHARED / "cases"
NEEDS = "needs ../shared/"


def needs(path: Path) -> pytest.MarkDecorator:
    """Mark tests that skip where a file or directory of `SHARED` is absent."""
    return pytest.mark.skipif(not path.exists(), reason=_reason(path))


def present(path: Path) -> Path:
    """The path, or a skip of the test that asks."""
    if not path.exists():
        pytest.skip(_reason(path))
    return path


def words_of_missing(reasons: Iterable[str]) -> list[str]:
    """What a reader must know of a run whose tests were skipped for these reasons; nothing where it lacked nothing."""
    lacking = Counter(path for reason in reasons if (path := reason.partition(NEEDS)[2]))
    if not lacking:
        return []
    each = [f"  {count} for want of ../shared/{path}" for path, count in sorted(lacking.items())]
    return [f"NOT COMPARED WITH REALITY OR PEERS: {lacking.total()} tests were skipped", *each]


def _reason(path: Path) -> str:
    return f"{NEEDS}{path.relative_to(SHARED)}"
