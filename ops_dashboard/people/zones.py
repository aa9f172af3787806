"""The time zones that may be chosen, and the zone behind a name."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class BadZone(ValueError):
    """A name of no IANA zone; the message says what one looks like."""


@cache
def zones() -> list[tuple[str, str]]:
    """Every IANA zone, as a form's choices."""
    return [(zone, zone) for zone in sorted(available_timezones())]


def zone_of(name: object) -> ZoneInfo:
    """The IANA zone of that name, whatever stands there. BadZone."""
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # what is no text is refused as well
    except (KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise BadZone(f"{name!r} is not an IANA zone; try 'Europe/London'") from error
