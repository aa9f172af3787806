"""Contacts that wait for their first reply at a moment, by queue: the backlog that deferred work starts from.

They are told from ticket facts, so that a moment gone by can be asked about as well as now. Work that
came back after a solve is not among them, and what has waited longer than `LOOKED_BACK` is forgotten
rather than waiting.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from tickets.business_time import clock
from tickets.models import Ticket
from tickets.vocabulary import GONE
from workforce.hours import Hours
from workforce.models import Queue
from workforce.series import Amounts, Instants
from workforce.staffing import Assumptions
from workforce.volumes import places

LOOKED_BACK = timedelta(days=30)

_WAITING = f"""
SELECT place.queue, extract(epoch FROM t.created_at)::bigint
  FROM {Ticket._meta.db_table} t
  JOIN unnest(%(teams)s::int[], %(channels)s::int[], %(queues)s::bigint[]) AS place(team, channel, queue)
    ON place.team = t.created_team AND place.channel = t.channel
 WHERE t.created_at >= %(since)s AND t.created_at < %(at)s AND t.status <> ALL(%(gone)s)
   AND (t.first_reply_at IS NULL OR t.first_reply_at >= %(at)s)
   AND (t.first_solved_at IS NULL OR t.first_solved_at >= %(at)s)
 ORDER BY t.created_at
"""


def waiting(queues: Collection[Queue], at: datetime) -> dict[int, Instants]:
    """When each of them came, oldest first, by the queue's id."""
    wanted = {queue.pk for queue in queues if queue.kind == Queue.Kind.DEFERRED}
    taken = [place for place in places() if place[2] in wanted] if wanted else []
    came: dict[int, list[int]] = {pk: [] for pk in wanted}
    if taken:
        teams, channels, numbers = ([place[column] for place in taken] for column in range(3))
        told: dict[str, Any] = {
            "teams": teams,
            "channels": channels,
            "queues": numbers,
            "at": at,
            "since": at - LOOKED_BACK,
        }
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, told | {"gone": [status.value for status in GONE]})
            for queue, created_s in cursor.fetchall():
                came[queue].append(created_s)
    return {pk: np.array(instants, dtype=np.int64) for pk, instants in came.items()}


def by_due_edge(came: Instants, at: Instants, hours: Hours, told: Assumptions, *, step_s: int) -> Amounts:
    """Contacts by the edge of the intervals at `at` by which they are due: [0] is overdue. float64[intervals + 1]"""
    target = np.int64(told.target_s)
    due = clock(hours.calendar).due(came, target) if told.is_business_time else came + target
    edge = np.clip((due - at[0]) // step_s, 0, len(at))
    return np.bincount(edge, minlength=len(at) + 1).astype(np.float64)
