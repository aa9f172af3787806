"""Who logs the time they work on tickets, week by week: the only writer of `TimedWeek`.

Occupancy divides logged time by hours on the queue. Hours of people who log nothing would make everybody
look idle, so they are left out, and what was worked in them is not known.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ops_dashboard.metrics.rollup import mark_days
from tickets.models import Worklog
from workforce.models import RosterVersion, Shift, TimedWeek

_LOCK = 7_203_102
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)  # a reporting zone's days lie up to one apart from those of the roster
_CHANGE = f"""
WITH told AS (
    SELECT DISTINCT agent, date_trunc('week', logged_at AT TIME ZONE 'UTC')::date AS week
      FROM {Worklog._meta.db_table}
     WHERE agent > 0 AND logged_at >= coalesce(%(since)s, '-infinity'::timestamptz)
), added AS (
    INSERT INTO {TimedWeek._meta.db_table} (agent, week) SELECT agent, week FROM told
    ON CONFLICT DO NOTHING RETURNING agent, week
), gone AS (
    DELETE FROM {TimedWeek._meta.db_table} kept
     WHERE week >= coalesce(%(since)s, '-infinity'::timestamptz)
       AND NOT EXISTS (SELECT FROM told WHERE told.agent = kept.agent AND told.week = kept.week)
    RETURNING agent, week
)
SELECT week, array_agg(agent) FROM (TABLE added UNION ALL TABLE gone) changed GROUP BY week
"""


def refresh(*, since: datetime | None = None) -> int:
    """Look again from the week of `since` on, or at everything; returns in how many weeks somebody changed.

    The hours of whoever began to log, or turned out not to, are owed another look.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return _change(cursor, _monday(since) if since and TimedWeek.objects.exists() else None)


def _monday(at: datetime) -> datetime:
    return (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _change(cursor: CursorWrapper, since: datetime | None) -> int:
    cursor.execute(_CHANGE, {"since": since})
    changed = cursor.fetchall()
    published = Shift.objects.filter(version__state=RosterVersion.State.PUBLISHED).order_by()
    for week, agents in changed:
        teams = published.filter(version__week=week, agent__in=agents).values_list("team", flat=True).distinct()
        mark_days("rostered", week - _DAY, week + _WEEK, teams=list(teams))
    return len(changed)
