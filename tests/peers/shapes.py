"""The shapes of case files we can run: one module each, asked in this order.

A shape module offers `recognises(document) -> bool` and
`run(document) -> Iterator[Outcome]`, one outcome per case in file order.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from tests.peers import agreement_values, business_time, chatwoot, erlang_values, frappe_sla, zammad_reports, zammad_sla
from tests.peers.outcome import Outcome


class Shape(Protocol):
    """What a shape module offers."""

    __name__: str

    def recognises(self, document: dict[str, Any]) -> bool: ...

    def run(self, document: dict[str, Any]) -> Iterator[Outcome]: ...


SHAPES: tuple[Shape, ...] = (
    business_time,
    zammad_sla,
    frappe_sla,
    chatwoot,
    zammad_reports,
    erlang_values,
    agreement_values,
)


def shape_of(document: dict[str, Any]) -> Shape | None:
    """The first shape that recognises the document, if any."""
    return next((shape for shape in SHAPES if shape.recognises(document)), None)
