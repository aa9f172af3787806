"""The time zones that may be chosen."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> list[tuple[str, str]]:
    """Every IANA zone, as a form's choices."""
    return [(zone, zone) for zone in sorted(available_timezones())]
