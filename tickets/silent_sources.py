"""Sources that usually send and have gone quiet: no figure knows what they would have brought since.

What counts is a run that brought something new. A run that succeeded with nothing says that we asked, not
that the other system still sends.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from ops_dashboard.metrics.definitions import Silence
from ops_dashboard.metrics.kept_values import kept_for_now
from tickets.models import ImportRun, Source
from tickets.silence import SLOT_S, WEEKS, has_stopped

OF_ITS_TIME = timedelta(days=7)  # older than that when it came, the newest event is of a past that is taken in
_LOOKED_BACK = timedelta(weeks=2 * WEEKS)  # the rhythm of one that has been silent for as long as it is expected

_ARRIVALS = f"""
    SELECT source.slug, source.last_event_at, max(run.finished_at),
           array_agg(DISTINCT floor(extract(epoch FROM run.finished_at) / {SLOT_S})::bigint * {SLOT_S})
      FROM {ImportRun._meta.db_table} run JOIN {Source._meta.db_table} source ON source.id = run.source_id
     WHERE run.accepted > 0 AND run.finished_at > %s AND NOT source.has_ended
     GROUP BY source.id
"""


def silences() -> list[Silence]:
    """Those of now, as they stood some seconds ago at most."""
    return kept_for_now("silent-sources", lambda: _silences(timezone.now()))


def _silences(now: datetime) -> list[Silence]:
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS, [now - _LOOKED_BACK])
        rows = cursor.fetchall()
    return [
        Silence(slug, min(newest, came_at).astimezone(UTC))
        for slug, newest, came_at, slots in rows
        if newest
        and came_at - newest <= OF_ITS_TIME
        and has_stopped(np.array(slots, dtype=np.int64), now=int(now.timestamp()))
    ]
