"""Time as a reader gets it who may see no figure of a few subjects: whole weeks, none of which gives a few away. Pure.

Two periods that differ by a day would tell that day. So the periods of such a reader are made of weeks that are
over (Monday to Sunday). Where a week has few subjects it goes together with those after it, until they are
SMALL_CELL or more. These blocks are counted from the first week on, so that no later week moves one, and a period
that cuts a block is withheld: any two that are told differ by whole blocks.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.result import SMALL_CELL

WEEK, DAY = timedelta(days=7), timedelta(days=1)
BY_DAYS = (Grain.DAY, Grain.MONTH)  # neither is made of weeks


def last_week_over(on: date) -> date:
    """The Sunday that ended the last week that is over on the day `on`."""
    return Grain.WEEK.start_of(on) - DAY


def in_weeks(period: Period, *, until: date) -> Period:
    """The whole weeks of `period` up to the Sunday `until`; where it holds none, the last one that it touches.

    A period of days that are not over yet gets the week that ends with `until`.
    """
    first = Grain.WEEK.start_of(period.start + WEEK - DAY)
    last = min(last_week_over(period.end + DAY), until)
    if first <= last:
        return Period(first, last)
    end = min(Grain.WEEK.start_of(period.end) + WEEK - DAY, until)
    return Period(end - WEEK + DAY, end)


def grain_of(grain: Grain) -> Grain:
    """The grain that such a reader gets."""
    return Grain.WEEK if grain in BY_DAYS else grain


def cuts_a_block(weeks: Mapping[date, int], period: Period) -> bool:
    """Whether a period of whole weeks begins or ends inside a block. `weeks`: subjects by Monday, of all time."""
    return bool(_begun(weeks, period.start) or _begun(weeks, period.end + DAY))


def _begun(weeks: Mapping[date, int], day: date) -> int:
    """Subjects of the block that is not full by the morning of `day`."""
    held = 0
    for start in sorted(weeks):
        if start >= day:
            break
        held += weeks[start]
        held = 0 if held >= SMALL_CELL else held
    return held
