"""What connectors hand to intake: proposals of events, and lines that could not become one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

from tickets.redaction import NOBODY_KNOWN, Known
from tickets.vocabulary import ActorKind, EventType

NO_VALUE = ""  # set to none; None means that the event leaves the attribute alone


@dataclass(slots=True, kw_only=True)
class Draft:
    """One proposed event, in the words of its source. Nobody changes one (frozen, it takes thrice as long to make).

    `occurred_at` is aware. `status` to `reason` are what the event sets: None leaves the attribute
    alone, NO_VALUE sets it to none. `seq` orders events of one instant. `native_id` is the source's
    own id of the event, where it has one: it alone then tells a duplicate; otherwise everything the
    draft says does. `ticket_merged` names the ticket it went into in `to_value`;
    `follow_up_created` stands on the new ticket and names the one it follows in `from_value`.
    `text` is what was said, as said: intake redacts it, with what is `known` of the requester, before
    anything is stored. `line` and `raw` say where it stood in its file, for the reader of a rejection.
    """

    ticket_ref: str
    type: EventType
    occurred_at: datetime
    seq: int = 0
    actor_ref: str | None = None
    actor_kind: ActorKind = ActorKind.UNKNOWN
    is_public: bool = False
    native_id: str | None = None
    status: str | None = None
    priority: str | None = None
    team: str | None = None
    assignee: str | None = None
    channel: str | None = None
    language: str | None = None
    reason: str | None = None
    requester_ref: str | None = None
    from_value: str | None = None
    to_value: str | None = None
    meta: Mapping[str, Any] | None = None
    text: str | None = None
    known: Known = NOBODY_KNOWN
    line: int = 0
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not an event: which field of it is wrong and why."""

    line: int
    field: str
    reason: str
    raw: bytes


class Connector(Protocol):
    """What reads one format: a draft or a rejection for each line. Raises BadFile.

    `zone` is that of instants which are written without one; None where nobody said.
    """

    def __call__(self, lines: IO[bytes], *, zone: ZoneInfo | None) -> Iterator[Draft | Rejected]: ...
