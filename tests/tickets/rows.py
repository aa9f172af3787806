"""Tickets and promises as rows, for tests of what reads them; nothing is folded."""

from datetime import datetime
from typing import Any

from ops_dashboard.people.models import Agent, Team
from tickets.identity import ticket_id
from tickets.models import Promise, Source, Ticket
from tickets.vocabulary import PromiseKind, PromiseState, Status


def save_ticket(source: Source, ref: str, **told: Any) -> Ticket:
    """One ticket, as `ticket_row` has it."""
    ticket = ticket_row(source, ref, **told)
    ticket.save(force_insert=True)
    return ticket


def ticket_row(
    source: Source,
    ref: str,
    *,
    at: datetime,
    team: Team | None = None,
    assignee: Agent | None = None,
    status: Status = Status.OPEN,
    **columns: Any,
) -> Ticket:
    """A ticket created and last touched at `at` unless `columns` say otherwise."""
    values = {"created_at": at, "updated_at": at, "status_since": at, **columns}
    return Ticket(
        id=ticket_id(source.slug, ref),
        source=source.pk,
        ref=ref,
        status=status,
        team=team.pk if team else 0,
        assignee=assignee.pk if assignee else 0,
        **values,
    )


def save_promise(ticket: Ticket, kind: PromiseKind = PromiseKind.FIRST_REPLY, **told: Any) -> Promise:
    """One promise, as `promise_row` has it."""
    promise = promise_row(ticket, kind, **told)
    promise.save(force_insert=True)
    return promise


def promise_row(
    ticket: Ticket,
    kind: PromiseKind = PromiseKind.FIRST_REPLY,
    *,
    state: PromiseState = PromiseState.RUNNING,
    run: int = 1,
    due_at: datetime | None = None,
    fulfilled_at: datetime | None = None,
    **columns: Any,
) -> Promise:
    """A promise of 4 hours that began with its ticket."""
    figures = {"elapsed_s": 0, "business_elapsed_s": 0, "paused_s": 0, "target_s": 14_400}
    cuts = {name: getattr(ticket, name) for name in ("source", "team", "priority", "channel", "language", "reason")}
    return Promise(
        ticket=ticket.id,
        kind=kind,
        run=run,
        state=state,
        policy=0,
        calendar=0,
        started_at=ticket.created_at,
        due_at=due_at,
        fulfilled_at=fulfilled_at,
        owner=ticket.assignee,
        **{**figures, **cuts, **columns},
    )
