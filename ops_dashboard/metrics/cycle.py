"""How often cells are refilled, and how old what is counted may be. The one definition of fresh, late and stale."""

from datetime import datetime, timedelta
from enum import StrEnum

REFILL_EVERY_S = 60
LATE_AFTER = timedelta(seconds=2 * REFILL_EVERY_S)  # two missed refills
STALE_AFTER = timedelta(seconds=6 * REFILL_EVERY_S)  # six


class Age(StrEnum):
    """What readers are told of how far figures reach, by colour and word."""

    UNKNOWN = "unknown"
    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"


def age_of(complete_to: datetime | None, *, now: datetime) -> Age:
    """Late after two missed refills, stale after six."""
    if complete_to is None:
        return Age.UNKNOWN
    behind = now - complete_to
    return Age.STALE if behind > STALE_AFTER else Age.LATE if behind > LATE_AFTER else Age.FRESH
