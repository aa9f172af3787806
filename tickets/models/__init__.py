"""The ticket tables, by what they are for."""

from tickets.models.facts import Promise, Reply, Solve, Span, Ticket, Worklog
from tickets.models.intake import (
    AgentRef,
    Channel,
    ImportRun,
    Language,
    Priority,
    Reason,
    RejectedRow,
    Source,
    StatusMapping,
    TeamRef,
    TicketEvent,
)
from tickets.models.messages import Message
from tickets.models.policies import BusinessCalendar, Rejudging, SlaPolicy

__all__ = [
    "AgentRef",
    "BusinessCalendar",
    "Channel",
    "ImportRun",
    "Language",
    "Message",
    "Priority",
    "Promise",
    "Reason",
    "RejectedRow",
    "Rejudging",
    "Reply",
    "SlaPolicy",
    "Solve",
    "Source",
    "Span",
    "StatusMapping",
    "TeamRef",
    "Ticket",
    "TicketEvent",
    "Worklog",
]
