"""Waits for a lock that were given up: who works in the background leaves the work to its next call."""

from django.db import OperationalError
from psycopg2.errors import LockNotAvailable

WAITED = (OperationalError, LockNotAvailable)  # the latter where COPY goes past Django


def is_lock_wait(error: BaseException) -> bool:
    """Whether one of WAITED says that a lock was not to be had in time."""
    return LockNotAvailable in (type(error), type(error.__cause__))
