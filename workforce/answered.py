"""What teams got done for queues, counted from ticket facts: the only writer of `Answered`.

A contact is done when an agent solves its ticket; each solve counts for the team that held the ticket
then, and for the queue that takes that team's work from that channel. So a ticket that comes back is
done twice, as it is offered twice.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.db.models import Min
from django.utils import timezone

from ops_dashboard.metrics.rollup import mark_cells, mark_days
from tickets.models import Solve, Ticket
from workforce.models import INTERVAL_S, Answered

DAY = timedelta(days=1)  # a reporting zone's days lie up to one apart from those of UTC

_TABLE = Answered._meta.db_table
_COUNT = f"""
CREATE TEMP TABLE counted_answered ON COMMIT DROP AS
SELECT place.queue AS queue_id, s.team, date_bin('{INTERVAL_S} seconds', s.solved_at, 'epoch') AS start_at,
       count(*)::int AS contacts
  FROM {Solve._meta.db_table} s
  JOIN {Ticket._meta.db_table} t ON t.id = s.ticket
  JOIN unnest(%(teams)s::int[], %(channels)s::int[], %(queues)s::bigint[]) AS place(team, channel, queue)
    ON place.team = s.team AND place.channel = s.channel
 WHERE s.solver > 0 AND t.status <> ALL(%(left_out)s)
   AND s.solved_at >= coalesce(%(since)s, '-infinity'::timestamptz)
 GROUP BY 1, 2, 3
"""
_TAKE_OUT = f"""
DELETE FROM {_TABLE} kept
 WHERE start_at >= coalesce(%(since)s, '-infinity'::timestamptz)
   AND NOT EXISTS (SELECT FROM counted_answered told
                    WHERE (told.queue_id, told.team, told.start_at, told.contacts)
                        = (kept.queue_id, kept.team, kept.start_at, kept.contacts))
RETURNING start_at, team
"""
_PUT_IN = f"""
INSERT INTO {_TABLE} (queue_id, team, start_at, contacts)
SELECT queue_id, team, start_at, contacts FROM counted_answered
ON CONFLICT (queue_id, team, start_at) DO NOTHING RETURNING start_at, team
"""


def count(cursor: CursorWrapper, told: dict[str, Any], *, since: datetime | None) -> None:
    """Count again from `since` on, or everything; `told` are the places that queues take work from.

    Where nothing has ever been counted the whole past is. Cells in which something differs are owed.
    """
    if not Answered.objects.exists():
        since = None
    asked = told | {"since": since}
    cursor.execute("DROP TABLE IF EXISTS counted_answered")
    cursor.execute(_COUNT, asked)
    cursor.execute(_TAKE_OUT, asked)
    changed = cursor.fetchall()
    cursor.execute(_PUT_IN)
    changed += cursor.fetchall()
    zone = ZoneInfo(settings.REPORTING_ZONE)
    mark_cells("answered", {(at.astimezone(zone).date(), team) for at, team in changed})


def mark(*, since: datetime | None = None) -> None:
    """Owe the cells of what was done since then, or ever: it was counted again, or takes another time."""
    first = since or Answered.objects.aggregate(first=Min("start_at"))["first"]
    if first is not None:
        mark_days("answered", first.date() - DAY, timezone.now().date() + DAY)
