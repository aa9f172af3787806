"""Reference values of queueing, staffing, time and accuracy formulas, a section each."""

from collections.abc import Iterator
from typing import Any

from tests.peers import planning, queueing, reference_values
from tests.peers.outcome import BadCase, Outcome
from tests.peers.reference_values import Section, Tolerance

PROMISED = Tolerance(1e-6, relative=1e-6)


def recognises(document: dict[str, Any]) -> bool:
    """Whether a section that we know holds a case."""
    return any(_rows(document, name) for name in _sections(document))


def run(document: dict[str, Any], *, within: Tolerance = PROMISED) -> Iterator[Outcome]:
    """One outcome per case, in order; a case without an id is told by its section and place."""
    return reference_values.run(document, _sections(document), within)


def _sections(document: dict[str, Any]) -> dict[str, Section]:
    chats = [each for each in _rows(document, "chat_concurrency") if _is_chat(each)]
    return queueing.sections(chats) | planning.SECTIONS


def _rows(document: dict[str, Any], name: str) -> list[Any]:
    try:
        return reference_values.rows(document.get(name, []))
    except BadCase:
        return []


def _is_chat(case: Any) -> bool:
    return isinstance(case, dict) and set(queueing.CHAT) <= case.keys()
