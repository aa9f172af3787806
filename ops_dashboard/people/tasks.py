"""What the worker does for accounts."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task(name="ops_dashboard.people.tasks.clear_sessions")
def clear_sessions() -> None:
    """Forget sessions that have run out."""
    SessionStore.clear_expired()
