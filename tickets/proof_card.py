"""Why a promise was kept or missed: worked out again from the ticket's events, by the same engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from django.db import connection

from ops_dashboard.people.roles import Scope
from tickets.event_rows import read_history
from tickets.labels import Label, Labels
from tickets.models import BusinessCalendar, Promise, SlaPolicy, Ticket
from tickets.policy_versions import ServiceLevels, in_force
from tickets.proof import Stretch, Why, proof
from tickets.ticket_page import Promised, promised
from tickets.timeline import fold
from tickets.vocabulary import PromiseKind, Status


@dataclass(frozen=True)
class ProofLine:
    """One stretch of a promise, in words."""

    start_at: datetime
    end_at: datetime
    why: Why
    seconds: int
    total: int
    policy: str
    calendar: str
    status: Status
    team: Label
    assignee: Label
    holidays: tuple[date, ...]
    special: tuple[date, ...]


@dataclass(frozen=True)
class ProofCard:
    """Why a promise was kept or missed, stretch by stretch."""

    promised: Promised
    calendar: str
    lines: tuple[ProofLine, ...]


def proof_card(ticket: Ticket, kind: PromiseKind, run: int, *, scope: Scope, now: datetime) -> ProofCard:
    """Promise.DoesNotExist when the ticket has no such promise."""
    row = Promise.objects.get(ticket=ticket.id, kind=kind, run=run)
    with connection.cursor() as cursor:
        history = read_history(cursor, np.array([ticket.id], dtype=np.int64))
    levels = in_force()
    stretches = proof(
        fold(history.events),
        levels.policies,
        levels.clocks,
        kind=kind,
        run=run,
        now=int(now.timestamp()),
        source=history.source,
    )
    labels = Labels.of(
        {
            "team": [stretch.team for stretch in stretches],
            "assignee": [row.owner, *(stretch.assignee for stretch in stretches)],
        },
        scope=scope,
    )
    return ProofCard(
        promised=next(iter(promised([row], labels, now))),
        calendar=_calendar_name(row.calendar),
        lines=tuple(_lines(stretches, levels, labels)),
    )


def _lines(stretches: Iterable[Stretch], levels: ServiceLevels, labels: Labels) -> Iterable[ProofLine]:
    policies = {policy.pk: str(policy) for policy in SlaPolicy.objects.filter(pk__in=levels.policy_ids.tolist())}
    calendars = {calendar.pk: str(calendar) for calendar in BusinessCalendar.objects.all()}
    for stretch in stretches:
        version = levels.calendar_ids(np.array([stretch.calendar], np.int32), np.array([stretch.start_at], np.int64))
        yield ProofLine(
            start_at=_instant(stretch.start_at),
            end_at=_instant(stretch.end_at),
            why=stretch.why,
            seconds=stretch.seconds,
            total=stretch.total,
            policy=policies.get(int(levels.policy_ids[stretch.policy]), ""),
            calendar=calendars.get(int(version[0]), "24/7"),
            status=Status(stretch.status),
            team=labels("team", stretch.team),
            assignee=labels("assignee", stretch.assignee),
            holidays=stretch.holidays,
            special=stretch.special,
        )


def _calendar_name(number: int) -> str:
    calendar = BusinessCalendar.objects.filter(pk=number).first() if number else None
    return str(calendar) if calendar else "24/7"


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
