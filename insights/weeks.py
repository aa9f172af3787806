"""Which weeks letters are about."""

from datetime import date, timedelta


def due_weeks(today: date) -> date:
    """The Monday of the last complete week."""
    return today - timedelta(days=today.weekday() + 7)
