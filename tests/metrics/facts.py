"""Facts put straight into their tables, for tests of the engine alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from ops_dashboard.metrics import rollup
from ops_dashboard.people.models import Team
from tickets.models import Priority, Promise, Reply, Solve, Span, Ticket, Worklog
from tickets.vocabulary import ActorKind, PromiseKind, PromiseState, Status, Step

CHILDREN: tuple[type[Model], ...] = (Span, Reply, Solve, Worklog, Promise)
TABLES: tuple[type[Model], ...] = (Ticket, *CHILDREN)
CUTS = {"source": 1, "channel": 0, "language": 0, "reason": 0}


def make_teams(count: int = 3) -> list[Team]:
    return [Team.objects.get_or_create(slug=f"team-{i}", defaults={"name": f"Team {i}"})[0] for i in range(count)]


def make_priorities(count: int = 3) -> list[Priority]:
    return [Priority.objects.get_or_create(slug=f"p{i}", defaults={"label": f"P{i}"})[0] for i in range(count)]


def add_ticket(
    ticket_id: int,
    *,
    created_at: datetime,
    solved_at: datetime | None = None,
    replied_at: datetime | None = None,
    due_at: datetime | None = None,
    team: int = 0,
    priority: int = 0,
) -> list[Any]:
    """The rows of one ticket with at most one reply, one solve and one promise of a first resolution."""
    cuts = {**CUTS, "team": team, "priority": priority}
    rows: list[Any] = [
        Ticket(
            id=ticket_id,
            ref=str(ticket_id),
            created_at=created_at,
            created_team=team,
            status=Status.SOLVED if solved_at else Status.OPEN,
            status_since=solved_at or created_at,
            updated_at=solved_at or created_at,
            **cuts,
        ),
        Span(
            ticket=ticket_id,
            seq=0,
            start_at=created_at,
            end_at=solved_at,
            status=Status.OPEN,
            assignee=0,
            entered=Step.CREATED,
            left=Step.SOLVED if solved_at else Step.NONE,
            **cuts,
        ),
    ]
    if replied_at:
        wait = int((replied_at - created_at).total_seconds())
        rows.append(
            Reply(
                ticket=ticket_id,
                nth=1,
                waiting_since=created_at,
                replied_at=replied_at,
                agent=1,
                is_first=True,
                wait_s=wait,
                wait_business_s=wait // 2,
                **cuts,
            )
        )
    if solved_at:
        took = int((solved_at - created_at).total_seconds())
        rows.append(
            Solve(
                ticket=ticket_id,
                nth=1,
                created_at=created_at,
                solved_at=solved_at,
                solver=1,
                is_automatic=False,
                is_first=True,
                is_last=True,
                reopened_by=ActorKind.UNKNOWN,
                replies=1 if replied_at else 0,
                reassignments=0,
                resolution_s=took,
                resolution_business_s=took // 3,
                wait_s=took,
                wait_business_s=took // 3,
                **cuts,
            )
        )
    if due_at:
        met = solved_at is not None and solved_at <= due_at
        rows.append(
            Promise(
                ticket=ticket_id,
                kind=PromiseKind.FIRST_RESOLUTION,
                run=1,
                policy=1,
                calendar=0,
                target_s=int((due_at - created_at).total_seconds()),
                started_at=created_at,
                due_at=due_at,
                fulfilled_at=solved_at,
                decided_at=min(due_at, solved_at) if solved_at else due_at,
                state=PromiseState.MET if met else PromiseState.MISSED if solved_at else PromiseState.RUNNING,
                elapsed_s=0,
                business_elapsed_s=0,
                paused_s=0,
                owner=1,
                **cuts,
            )
        )
    return rows


def record(rows: Sequence[Any], *, had_facts: bool = False) -> None:
    """Store rows and mark their cells, as the writer of facts does."""
    subjects = sorted({row.id if isinstance(row, Ticket) else row.ticket for row in rows})
    with transaction.atomic(), connection.cursor() as cursor:
        if had_facts:
            rollup.snapshot(cursor, subjects)
            for child in CHILDREN:
                child._default_manager.filter(ticket__in=subjects).delete()
            Ticket.objects.filter(id__in=subjects).delete()
        for model in TABLES:
            model._default_manager.bulk_create([row for row in rows if isinstance(row, model)])
        rollup.mark_changed(cursor, subjects, had_facts=had_facts)


def random_tickets(count: int, *, seed: int, until: datetime, days: int = 60, first_id: int = 1) -> list[Any]:
    """Rows of tickets created in the days before `until`, in three teams or none."""
    random = Random(seed)
    teams = [0, *(team.id for team in make_teams())]
    priorities = [0, *(priority.id for priority in make_priorities())]
    rows: list[Any] = []
    for i in range(first_id, first_id + count):
        created = until - timedelta(seconds=random.randrange(days * 86_400))
        solved = created + timedelta(seconds=random.randrange(5 * 86_400))
        replied = created + timedelta(seconds=random.randrange(86_400))
        rows += add_ticket(
            i,
            created_at=created,
            solved_at=solved if solved < until else None,
            replied_at=replied if replied < until else None,
            due_at=created + timedelta(days=1),
            team=random.choice(teams),
            priority=random.choice(priorities),
        )
    return rows
