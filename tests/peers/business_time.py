"""Peers' business-time facts: cases/business_time.json and files like it."""

from collections.abc import Iterator
from typing import Any

from tests.peers.outcome import Outcome


def recognises(document: dict[str, Any]) -> bool:
    """Whether the cases name an operation and the calendar it works on."""
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        return False
    return all(
        isinstance(case, dict) and {"op", "calendar", "family"} <= case.keys() for case in cases
    )


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    for case in document["cases"]:
        yield Outcome(case["id"], False, case["expected"], None, "not built yet")
