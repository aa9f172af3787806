"""A beat of which only one ticks, however many are started.

`python -m ops_dashboard.beat` tells by its status whether one ticks now.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg2
from celery.beat import Scheduler
from celery.utils.log import get_logger
from psycopg2.extensions import connection as Connection

from ops_dashboard.environment import Environment

LOCK = 0x6F70_7362_6561_7400  # any number that nothing else in the database locks
WAIT_S = 1.0
CONNECT_WITHIN_S = 5
logger = get_logger(__name__)


class OneBeat(Scheduler):
    """Celery's scheduler behind a session lock of the database.

    The lock falls with its connection, so that a waiting beat takes over about a second after the ticking
    one has died. The schedule is kept in memory: every task in it is safe to run once more.
    """

    _session: Connection | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Return the seconds until the next look; a beat without the lock does nothing else."""
        return super().tick(*args, **kwargs) if self._holds_lock() else WAIT_S

    def close(self) -> None:
        self._forget_session()
        super().close()

    def _holds_lock(self) -> bool:
        try:
            if self._session is None:
                return self._take_lock()
            with self._session.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error as error:
            logger.warning("beat: the database is away: %s", type(error).__name__)
            self._forget_session()
            return False
        return True

    def _take_lock(self) -> bool:
        session = _connect()
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            (is_mine,) = cursor.fetchone()
        if is_mine:
            self._session = session
            logger.info("beat: ticking")
        else:
            session.close()
        return bool(is_mine)

    def _forget_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def is_ticking() -> bool:
    """Tell whether some beat holds the lock; raises psycopg2.Error where the database is away."""
    session = _connect()
    try:
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
                " WHERE locktype = 'advisory' AND datname = current_database()"
                " AND (classid::bigint << 32) | objid::bigint = %s)",
                [LOCK],
            )
            return bool(cursor.fetchone()[0])
    finally:
        session.close()


def _connect() -> Connection:
    session = psycopg2.connect(Environment.read(os.environ).database_url, connect_timeout=CONNECT_WITHIN_S)
    session.autocommit = True
    return session


if __name__ == "__main__":
    sys.exit(0 if is_ticking() else 1)
