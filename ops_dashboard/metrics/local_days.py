"""Days of the reporting zone and instants: on which day something falls, and when days begin and have ended."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def day_at(at: datetime) -> date:
    """The day of the reporting zone in which an instant (aware) falls."""
    return at.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants at which `first` begins and `last` has ended: everything in between is in [start, end)."""
    return begin_of(first), begin_of(last + timedelta(days=1))


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.REPORTING_ZONE))
