"""What a reviewer reads: the conversation of a ticket, and what happened around it.

Nobody is named: the agent under review, other agents, the requester, machines. Whoever may see the
review may read its conversation; nothing else opens one here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quality.models import Review
from tickets.models import Message, Ticket, TicketEvent
from tickets.vocabulary import ActorKind, EventType, Status

MOST_LINES = 400
_MESSAGES = frozenset(type_ for type_ in EventType if EventType.REQUESTER_MESSAGE <= type_ <= EventType.SIDE_MESSAGE)
_SAID = {
    EventType.STATUS_CHANGED: "set",
    EventType.TICKET_CREATED: "opened the ticket",
    EventType.ASSIGNEE_CHANGED: "changed the assignee",
    EventType.GROUP_CHANGED: "moved it to another team",
    EventType.PRIORITY_CHANGED: "changed the priority",
    EventType.TICKET_MERGED: "merged it into another ticket",
    EventType.SURVEY_OFFERED: "asked for a rating",
    EventType.SURVEY_ANSWERED: "rated the help",
}


@dataclass(frozen=True)
class Line:
    """One message (`text`), or one thing that happened (`words`).

    `role` is requester, reviewed, agent, bot or system.
    """

    at: datetime
    role: str
    who: str
    words: str
    text: str = ""
    is_public: bool = True
    is_message: bool = False


@dataclass(frozen=True)
class Conversation:
    lines: tuple[Line, ...]
    left_out: int


def ticket_of(review: Review) -> Ticket | None:
    """The reviewed ticket; None once it was erased."""
    return Ticket.objects.filter(id=review.ticket).first()


def conversation(review: Review) -> Conversation:
    """In the order of the events. The caller has made sure that the reader may see the review."""
    events = list(TicketEvent.objects.filter(ticket=review.ticket).defer("meta"))
    events.sort(key=lambda event: (event.occurred_at, EventType(event.type).rank, event.seq, event.dedupe_key))
    texts = dict(Message.objects.filter(ticket=review.ticket).values_list("event", "text"))
    lines = tuple(_lines(events, texts, review))
    return Conversation(lines[:MOST_LINES], max(0, len(lines) - MOST_LINES))


def _lines(events: list[TicketEvent], texts: dict[UUID, str], review: Review) -> Iterator[Line]:
    for event in events:
        type_ = EventType(event.type)
        role, who = _author(event, review)
        text = texts.get(event.dedupe_key, "")
        if text or type_ in _MESSAGES:  # a ticket may open with words
            words = "" if event.is_public else "internal note"
            yield Line(event.occurred_at, role, who, words, text, event.is_public, is_message=True)
        elif type_ in _SAID:
            yield Line(event.occurred_at, role, who, _words(event, type_), is_public=False)


def _words(event: TicketEvent, type_: EventType) -> str:
    said = _SAID[type_]
    if type_ is EventType.STATUS_CHANGED and event.status is not None:
        return f"{said} {Status(event.status).label}"
    if type_ is EventType.SURVEY_ANSWERED and event.to_value:
        return f"{said}: {event.to_value}"
    return said


def _author(event: TicketEvent, review: Review) -> tuple[str, str]:
    match ActorKind(event.actor_kind):
        case ActorKind.AGENT if event.actor == review.agent_id:
            return "reviewed", "Agent under review"
        case ActorKind.AGENT:
            return "agent", "Another agent"
        case ActorKind.REQUESTER:
            return "requester", "Requester"
        case ActorKind.BOT:
            return "bot", "Bot"
    return "system", "System"
