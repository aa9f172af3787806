"""The closed sets of the ticket model, as small integers.

They are stored as smallint, packed into cells and folded as numpy columns, so a code is never
reused or renumbered. `label` is what people and files see.
"""

from enum import IntEnum
from typing import Self


class Labelled(IntEnum):
    """An integer code whose label is its name in lower case."""

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Self:
        """The member called `label`; KeyError when there is none."""
        return cls[label.upper()]

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Pairs as Django's `choices` wants them."""
        return [(member.value, member.label) for member in cls]


class Status(Labelled):
    """Status category; every outside status maps to exactly one."""

    NEW = 1
    OPEN = 2
    PENDING = 3  # waits on the requester
    HOLD = 4  # waits on a third party
    SOLVED = 5
    CLOSED = 6
    MERGED = 7
    DELETED = 8
    SPAM = 9


UNSOLVED = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD})
DONE = frozenset({Status.SOLVED, Status.CLOSED})
GONE = frozenset({Status.MERGED, Status.DELETED, Status.SPAM})


class EventType(Labelled):
    """What happened. Within one instant `rank` orders: creation, then messages, then changes."""

    TICKET_CREATED = 1
    REQUESTER_MESSAGE = 10
    AGENT_REPLY = 11
    PUBLIC_NOTE = 12
    INTERNAL_NOTE = 13
    BOT_REPLY = 14
    AUTO_REPLY = 15
    SIDE_MESSAGE = 16
    BOT_HANDOFF = 17
    STATUS_CHANGED = 30
    PRIORITY_CHANGED = 31
    ASSIGNEE_CHANGED = 32
    GROUP_CHANGED = 33
    CHANNEL_CHANGED = 34
    REASON_CHANGED = 35
    LANGUAGE_CHANGED = 36
    TAGS_CHANGED = 37
    SURVEY_OFFERED = 50
    SURVEY_ANSWERED = 51
    TICKET_MERGED = 60
    FOLLOW_UP_CREATED = 61
    TICKET_DELETED = 62
    TICKET_RESTORED = 63
    MARKED_SPAM = 64
    ESCALATED = 70
    WORKLOG_ADDED = 71
    MESSAGE_REDACTED = 72
    CORRECTION = 73
    UPDATED = 80  # touched the ticket in a way the model does not name

    @property
    def rank(self) -> int:
        return 0 if self == EventType.TICKET_CREATED else 1 if self < 30 else 2


# Events that may carry what was said.
SPEAKING = frozenset(kind for kind in EventType if EventType.REQUESTER_MESSAGE <= kind <= EventType.SIDE_MESSAGE) | {
    EventType.TICKET_CREATED,
    EventType.SURVEY_ANSWERED,
}


class ActorKind(Labelled):
    UNKNOWN = 0
    AGENT = 1
    REQUESTER = 2
    BOT = 3
    SYSTEM = 4


class PromiseKind(Labelled):
    FIRST_REPLY = 1
    NEXT_REPLY = 2
    FIRST_RESOLUTION = 3
    RESOLUTION = 4
    REQUESTER_WAIT = 5
    AGENT_WORK = 6
    PAUSABLE_UPDATE = 7
    PERIODIC_UPDATE = 8
    OWNERSHIP = 9


class PromiseState(Labelled):
    RUNNING = 1
    PAUSED = 2
    MET = 3
    MISSED = 4
    CANCELLED = 5


class Step(Labelled):
    """How a ticket enters or leaves the backlog, or moves inside it.

    It moves between teams, or within one from one priority, channel, language or reason to another.
    """

    NONE = 0
    CREATED = 1
    REOPENED = 2
    RESTORED = 3
    MOVED_IN = 4
    RECLASSIFIED_IN = 5
    SOLVED = 11
    MERGED = 12
    DELETED = 13
    SPAM = 14
    MOVED_OUT = 15
    RECLASSIFIED_OUT = 16
