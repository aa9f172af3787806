"""Days of the reporting zone and instants: on which day something falls, and when days begin and have ended."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def day_at(at: datetime) -> date:
    """The day of the reporting zone in which an instant (aware) falls."""
    return at.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants at which `first` begins and `last` has ended: everything in between is in [start, end)."""
    zone = ZoneInfo(settings.REPORTING_ZONE)
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
