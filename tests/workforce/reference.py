"""Reference values computed elsewhere; the tests that need them skip where the files are absent."""

import json
from functools import cache
from typing import Any

import pytest

from ops_dashboard.environment import PROJECT

SHARED = PROJECT.parent / "shared"
FORMULAS = SHARED / "cases" / "erlang_reference.json"
VOLUMES = SHARED / "data" / "contact_volume"
needs_formulas = pytest.mark.skipif(not FORMULAS.exists(), reason="no ../shared/cases/erlang_reference.json here")
needs_volumes = pytest.mark.skipif(not VOLUMES.exists(), reason="no ../shared/data/contact_volume here")


@cache
def _document() -> dict[str, Any]:
    return json.loads(FORMULAS.read_text(encoding="utf-8")) if FORMULAS.exists() else {}


def blocks() -> set[str]:
    return {name for name in _document() if not name.startswith("_")}


def cases(block: str) -> list[Any]:
    """The cases of one block, numbered for the names of tests."""
    found = _document().get(block, [])
    rows = found["cases"] if isinstance(found, dict) else found
    return [pytest.param(row, id=f"{block}-{n}") for n, row in enumerate(rows)] or [
        pytest.param(None, marks=pytest.mark.skip(reason="no reference values here"))
    ]
