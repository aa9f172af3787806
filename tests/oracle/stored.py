"""The facts as the tables hold them, read row by row."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ops_dashboard.people.models import Agent, Team
from tests.oracle.facts import Closed, Created, Cuts, Held, Promise, Reply, Solve, Step, Told, Worklog
from tickets.models import Channel, Language, Priority, Reason, Ticket
from tickets.models import Promise as PromiseRow
from tickets.models import Reply as ReplyRow
from tickets.models import Solve as SolveRow
from tickets.models import Span as SpanRow
from tickets.models import Worklog as WorklogRow
from tickets.vocabulary import UNSOLVED, ActorKind, PromiseKind, PromiseState
from tickets.vocabulary import Step as StepCode


def read() -> Told:
    """Every stored fact that has come true."""
    names = Names()
    told = Told()
    for ticket in Ticket.objects.all():
        told.created.append(_created(ticket, names))
        told.closed += _closed(ticket, names)
    for span in SpanRow.objects.all():
        told.steps += _steps(span, names)
        if span.status in UNSOLVED and span.end_at != span.start_at:
            told.held.append(Held(**names.of(span, at=span.start_at), until=_seconds(span.end_at)))
    told.replies = [_reply(row, names) for row in ReplyRow.objects.all()]
    told.solves = [_solve(row, names) for row in SolveRow.objects.all()]
    told.worklogs = [
        Worklog(**names.of(row, at=row.logged_at), agent=names.agents[row.agent], seconds=row.seconds)
        for row in WorklogRow.objects.all()
    ]
    told.promises = [_promise(row, names) for row in PromiseRow.objects.all()]
    return told


class Names:
    """What codes stand for."""

    def __init__(self) -> None:
        self.refs = dict(Ticket.objects.values_list("id", "ref"))
        self.teams = {0: "", **dict(Team.objects.values_list("id", "slug"))}
        self.agents = {0: "", **dict(Agent.objects.values_list("id", "slug"))}
        self.cuts = [
            {0: "", **dict(model._default_manager.values_list("id", "slug"))}
            for model in (Priority, Channel, Language, Reason)
        ]

    def of(self, row: Any, *, at: datetime, team: int | None = None) -> dict[str, Any]:
        """What every fact says."""
        codes = (row.priority, row.channel, row.language, row.reason)
        priority, channel, language, reason = (names[code] for names, code in zip(self.cuts, codes, strict=True))
        cuts: Cuts = (priority, channel, language, reason)
        ticket = row.id if isinstance(row, Ticket) else row.ticket
        return {
            "ticket": self.refs[ticket],
            "at": int(at.timestamp()),
            "team": self.teams[row.team if team is None else team],
            "cuts": cuts,
        }


def _created(row: Ticket, names: Names) -> Created:
    assigned = row.first_assigned_at
    return Created(
        **names.of(row, at=row.created_at, team=row.created_team),
        reopens=row.reopens,
        reassignments=row.reassignments,
        transfers=row.transfers,
        has_waited=row.has_waited,
        priority_changed=row.priority_changed,
        public_replies=row.public_replies,
        requester_messages=row.requester_messages,
        assigned_s=int((assigned - row.created_at).total_seconds()) if assigned else None,
    )


def _closed(row: Ticket, names: Names) -> list[Closed]:
    if row.first_closed_at is None:
        return []
    age = row.first_closed_at - row.created_at
    return [Closed(**names.of(row, at=row.first_closed_at), age_s=int(age.total_seconds()))]


def _steps(row: SpanRow, names: Names) -> list[Step]:
    told = []
    for code, at in ((row.entered, row.start_at), (row.left, row.end_at)):
        if code and at:
            told.append(Step(**names.of(row, at=at), step=StepCode(code).label))
    for is_so, name in ((row.is_reassigned, "reassigned"), (row.is_transferred, "transferred")):
        if is_so:
            told.append(Step(**names.of(row, at=row.start_at), step=name))
    return told


def _reply(row: ReplyRow, names: Names) -> Reply:
    return Reply(
        **names.of(row, at=row.replied_at),
        agent=names.agents[row.agent],
        is_first=row.is_first,
        wait_s=row.wait_s,
        wait_business_s=row.wait_business_s,
    )


def _solve(row: SolveRow, names: Names) -> Solve:
    return Solve(
        **names.of(row, at=row.solved_at),
        solver=names.agents[row.solver],
        is_first=row.is_first,
        is_last=row.is_last,
        reopened_at=_seconds(row.reopened_at),
        reopened_by=ActorKind(row.reopened_by).label if row.reopened_at else "",
        replies=row.replies,
        reassignments=row.reassignments,
        resolution_s=row.resolution_s,
        resolution_business_s=row.resolution_business_s,
        wait_s=row.wait_s,
        wait_business_s=row.wait_business_s,
    )


def _promise(row: PromiseRow, names: Names) -> Promise:
    has_come = row.decided_at is not None and row.decided_at <= timezone.now()
    return Promise(
        **names.of(row, at=row.started_at),
        kind=PromiseKind(row.kind).label,
        run=row.run,
        target_s=row.target_s,
        decided_at=_seconds(row.decided_at) if has_come else None,
        cancelled_at=_seconds(row.cancelled_at),
        is_met=row.state == PromiseState.MET,
        owner=names.agents[row.owner],
        overshoot_s=row.overshoot_s,
    )


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
