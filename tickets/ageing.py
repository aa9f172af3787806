"""How old the present backlog is: by age, by how long the requester waits, by how long nobody acted.

Reads the unsolved tickets through their partial index, so the work follows the backlog and not the
history behind it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from ops_dashboard.people.roles import Scope
from tickets.narrowing import Narrowing
from tickets.vocabulary import Status

EDGES = tuple(timedelta(days=d) for d in (1, 2, 3, 7, 14, 30))
BANDS = ("under 1 day", "1–2 days", "2–3 days", "3–7 days", "7–14 days", "14–30 days", "over 30 days")
MEASURES = {
    "age": "created_at",
    "waiting": "waiting_since",
    "staleness": "coalesce(last_agent_touch_at, created_at)",
}


@dataclass(frozen=True)
class Band:
    """Unsolved tickets of one band, by each of the three clocks; `waiting` leaves out answered ones."""

    label: str
    age: int
    waiting: int
    staleness: int
    at_least: timedelta | None = None
    under: timedelta | None = None


def ageing(*, scope: Scope, narrowing: Narrowing, now: datetime) -> list[Band]:
    """The bands from young to old."""
    condition, told = narrowing.condition(scope, team="t.team")
    counts = {name: [0] * len(BANDS) for name in MEASURES}
    with connection.cursor() as cursor:
        for name, column in MEASURES.items():
            cursor.execute(
                f"SELECT width_bucket(%s - ({column}), %s::interval[]), count(*) FROM tickets_ticket t "
                f"WHERE status <= {Status.HOLD.value} AND ({column}) IS NOT NULL AND {condition} GROUP BY 1",
                [now, list(EDGES), *told],
            )
            for band, count in cursor.fetchall():
                counts[name][band] = count
    return [
        Band(label, **{name: counts[name][i] for name in MEASURES}, at_least=at_least, under=under)
        for i, (label, at_least, under) in enumerate(zip(BANDS, (None, *EDGES), (*EDGES, None), strict=True))
    ]
