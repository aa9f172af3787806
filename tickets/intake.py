"""The only writer of events: takes drafts in, batch by batch."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tickets.connectors.drafts import Draft, Rejected
from tickets.models import Source


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the drafts of one run; `tickets` counts those that got new events."""

    accepted: int
    duplicate: int
    rejected: int
    tickets: int
    seconds: float


def take_in(
    source: Source,
    drafts: Iterable[Draft | Rejected],
    *,
    origin: str,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Store the events of `drafts` that are not known yet and rebuild the facts of their tickets.

    Drafts of one ticket had better come together. `progress` is called with the number of drafts
    of each batch once it is committed. Taking in the same drafts again changes nothing.
    """
    raise NotImplementedError
