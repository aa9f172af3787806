"""What queues were offered, counted from ticket facts: the only writer of `QueueVolume`.

Offered is what asks for a person. Each ticket counts once at its creation, for the team that held
it after its first hour, and once more at every reopening, for the team that held it then: a ticket
that comes back is work again. Left out are spam and deleted tickets, and tickets that an automation
solved before any agent touched them.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from ops_dashboard.people.models import Team
from tickets.models import Channel, Solve, Span, Ticket
from tickets.vocabulary import Status, Step
from workforce import answered
from workforce.forecast_marks import mark_forecasts, mark_volumes
from workforce.models import INTERVAL_S, Queue, QueueVolume

_LOCK = 7_203_100
_TABLE = QueueVolume._meta.db_table
# date_bin cuts on whole intervals UTC; a queue's volume is the sum over the (team, channel) pairs that are its own.
_COUNT = f"""
CREATE TEMP TABLE counted_volume ON COMMIT DROP AS
SELECT place.queue AS queue_id, date_bin('{INTERVAL_S} seconds', work.at, 'epoch') AS start_at,
       count(*)::int AS offered, sum(work.reopened)::int AS reopened
  FROM (
    SELECT t.created_at AS at, t.created_team AS team, t.channel, 0 AS reopened
      FROM {Ticket._meta.db_table} t
     WHERE t.status <> ALL(%(left_out)s)
       AND NOT (t.touches = 0 AND EXISTS (
             SELECT 1 FROM {Solve._meta.db_table} s WHERE s.ticket = t.id AND s.nth = 1 AND s.is_automatic))
    UNION ALL
    SELECT s.start_at, s.team, s.channel, 1
      FROM {Span._meta.db_table} s JOIN {Ticket._meta.db_table} t ON t.id = s.ticket
     WHERE s.entered = %(reopened)s AND t.status <> ALL(%(left_out)s)
  ) work
  JOIN unnest(%(teams)s::int[], %(channels)s::int[], %(queues)s::bigint[]) AS place(team, channel, queue)
    ON place.team = work.team AND place.channel = work.channel
 WHERE work.at >= coalesce(%(since)s, '-infinity'::timestamptz)
 GROUP BY 1, 2
"""
_TAKE_OUT = f"""
DELETE FROM {_TABLE} kept
 WHERE start_at >= coalesce(%(since)s, '-infinity'::timestamptz)
   AND NOT EXISTS (SELECT FROM counted_volume told
                    WHERE (told.queue_id, told.start_at, told.offered, told.reopened)
                        = (kept.queue_id, kept.start_at, kept.offered, kept.reopened))
RETURNING queue_id, start_at
"""
_PUT_IN = f"""
INSERT INTO {_TABLE} (queue_id, start_at, offered, reopened)
SELECT queue_id, start_at, offered, reopened FROM counted_volume
ON CONFLICT (queue_id, start_at) DO NOTHING RETURNING queue_id, start_at
"""


def refresh(*, since: datetime | None = None) -> int:
    """Count again from `since` (a whole interval) on, or everything; returns the number of rows.

    Safe to run twice and at the same time. Only what differs is replaced, and only cells that rest on it are owed.
    """
    taken = places()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        teams, channels, queues = ([place[column] for place in taken] for column in range(3))
        told: dict[str, Any] = {"teams": teams, "channels": channels, "queues": queues, "since": since}
        told |= {"left_out": [Status.SPAM.value, Status.DELETED.value], "reopened": Step.REOPENED.value}
        answered.count(cursor, told, since=since)
        before = _extent()
        cursor.execute("DROP TABLE IF EXISTS counted_volume")
        cursor.execute(_COUNT, told)
        rows = cursor.rowcount
        cursor.execute(_TAKE_OUT, told)
        changed = cursor.fetchall()
        cursor.execute(_PUT_IN)
        changed += cursor.fetchall()
        if _extent()[0] != before[0]:
            mark_forecasts(since)  # the first contact says since when there is an average
        else:
            mark_volumes(changed, counted_from=before[1])
        return rows


def _extent() -> tuple[datetime | None, datetime | None]:
    found = QueueVolume.objects.aggregate(first=Min("start_at"), last=Max("start_at"))
    return found["first"], found["last"]


def places() -> list[tuple[int, int, int]]:
    """(team, channel, queue) for every pair that has a queue: the first one, by position, that takes it."""
    queues = list(Queue.objects.active().prefetch_related("teams", "channels"))
    taken = [
        ({team.pk for team in queue.teams.all()}, {channel.pk for channel in queue.channels.all()}, queue.pk)
        for queue in queues
    ]
    teams = [0, *Team.objects.values_list("pk", flat=True)]
    channels = [0, *Channel.objects.values_list("pk", flat=True)]
    found = []
    for team in teams:
        for channel in channels:
            own = (
                pk for ours, through, pk in taken if (not ours or team in ours) and (not through or channel in through)
            )
            if (queue := next(own, None)) is not None:
                found.append((team, channel, queue))
    return found
