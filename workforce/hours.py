"""When a queue is open: its calendar, as the planning modules want it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tickets.business_time import ALWAYS, Calendar, clock
from tickets.models import BusinessCalendar
from workforce.models import INTERVAL_S, Queue
from workforce.series import Amounts, Instants


@dataclass(frozen=True)
class Hours:
    """The opening hours of one queue in the newest version of its calendar."""

    calendar: Calendar
    zone: str

    @classmethod
    def of(cls, queue: Queue) -> "Hours":
        row = None
        if queue.calendar:
            versions = BusinessCalendar.objects.filter(name=queue.calendar, is_retired=False)
            row = versions.order_by("-version").first()
        if row is None:
            return cls(ALWAYS, queue.zone)
        calendar = Calendar.from_json(row.definition)
        return cls(calendar, calendar.timezone)

    @property
    def holidays(self) -> frozenset[date]:
        return frozenset(self.calendar.holidays)

    def open_hours(self, at: Instants, step_s: int = INTERVAL_S) -> Amounts:
        """Open hours in each interval."""
        return np.asarray(clock(self.calendar).elapsed(at, at + step_s), dtype=np.float64) / 3600

    def midnight(self, at: datetime, *, days: int = 0) -> datetime:
        """The local midnight at or before an instant, or so many days later."""
        local = at.astimezone(ZoneInfo(self.zone))
        on = local.date() + timedelta(days=days)
        return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(self.zone))
