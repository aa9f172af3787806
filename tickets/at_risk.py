"""What is about to break: promises that run, by when they fall due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from ops_dashboard.people.roles import Scope
from tickets.narrowing import EVERYTHING, Narrowing
from tickets.vocabulary import PromiseKind, Status

HORIZONS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))


@dataclass(frozen=True)
class Running:
    """Promises of one team and kind that wait to be fulfilled, on tickets that are not done or gone."""

    team: int
    kind: PromiseKind
    overdue: int  # due and still not fulfilled
    within: tuple[int, ...]  # falling due within each of HORIZONS, each including the ones before
    later: int
    paused: int


def running(*, scope: Scope, now: datetime, narrowing: Narrowing = EVERYTHING) -> list[Running]:
    """By team and kind, for the teams of the scope; ordered by what breaks first."""
    condition, told = narrowing.condition(scope, team="p.team")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.team, p.kind, count(*) FILTER (WHERE due_at <= %s), "
            + ", ".join("count(*) FILTER (WHERE due_at > %s AND due_at <= %s)" for _ in HORIZONS)
            + ", count(*) FILTER (WHERE due_at > %s), count(*) FILTER (WHERE due_at IS NULL) FROM tickets_promise p "
            f"JOIN tickets_ticket t ON t.id = p.ticket AND t.status <= {Status.HOLD.value} "
            f"WHERE fulfilled_at IS NULL AND cancelled_at IS NULL AND {condition} GROUP BY p.team, p.kind",
            [
                now,
                *(bound for horizon in HORIZONS for bound in (now, now + horizon)),
                now + HORIZONS[-1],
                *told,
            ],
        )
        rows = [
            Running(team, PromiseKind(kind), overdue, tuple(within), later, paused)
            for team, kind, overdue, *within, later, paused in cursor.fetchall()
        ]
    return sorted(rows, key=lambda row: (row.within, row.overdue), reverse=True)
