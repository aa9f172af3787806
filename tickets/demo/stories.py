"""When the planted stories happen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

HISTORY_WEEKS = 26  # what the distances below are meant for
OUTAGE_HOURS = 6
OVERTIME_DAYS = 5
DECLINING_TEAM, LEAVERS = "creators-dublin", 4
HIRING_TEAM, HIRES = "technical-warsaw", 5
OUTAGE_TEAMS = frozenset(
    {"technical-manila", "technical-warsaw", "access-austin", "access-bogota", "access-warsaw", "live-bogota"}
)
UNDERSERVED = "it"  # the language that few people at work speak, and that creators have no captions in
LAUNCH_TEAMS = frozenset({"payments-austin", "payments-dublin", "live-bogota"})


@dataclass(frozen=True)
class Stories:
    """Instants (UTC) of what happens to the organisation between `start` and `now`."""

    start: datetime
    now: datetime
    spam_wave: datetime  # lasts two days
    decline: datetime
    launch: datetime
    bot: datetime
    hires: datetime
    outage: datetime  # lasts OUTAGE_HOURS

    @classmethod
    def before(cls, now: datetime, *, weeks: int) -> Self:
        """The stories of a history of `weeks` weeks that ends at `now` (aware)."""
        start = now - timedelta(weeks=weeks)

        def day(weeks_ago: float, weekday: int) -> date:
            about = (now - timedelta(weeks=weeks_ago * weeks / HISTORY_WEEKS)).date()
            return about - timedelta(days=(about.weekday() - weekday) % 7 if weeks >= HISTORY_WEEKS // 2 else 0)

        def instant(on: date, hour: int = 0) -> datetime:
            return datetime.combine(on, time(hour), tzinfo=UTC)

        return cls(
            start=start,
            now=now,
            spam_wave=instant(day(17, 5)),
            decline=instant(day(15, 0)),
            launch=instant(day(12, 0)),
            bot=instant(day(8, 0)),
            hires=instant(day(6, 0)),
            outage=instant(day(5, 1), 14),
        )

    @property
    def leaving_days(self) -> tuple[date, ...]:
        """The last working days of those who leave the declining team, spread over three quarters of what remains."""
        step = (self.now - self.decline) * 0.75 / LEAVERS
        return tuple((self.decline + step * nth).date() for nth in range(LEAVERS))
