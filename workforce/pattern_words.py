"""What lies within a shift template, as people write it: `12:00-12:30 lunch; 15:00-15:15 break`."""

from collections.abc import Sequence
from datetime import time

from workforce.wall_time import BadPattern, Pattern

DAY_MIN = 24 * 60
SHORTEST_MIN = 15
Parts = Sequence[tuple[time, time, str]]  # from, to, the activity


def length(starts: time, ends: time) -> int:
    """Minutes on the clock; an end that is not later is the next day's. BadPattern."""
    minutes = (_minute(ends) - _minute(starts)) % DAY_MIN or DAY_MIN
    if minutes < SHORTEST_MIN:
        raise BadPattern(f"a shift lasts at least {SHORTEST_MIN} minutes")
    return minutes


def segments_of(starts: time, minutes: int, parts: Parts) -> list[list[int | str]]:
    """The parts as a template keeps them, minutes after the start. BadPattern."""
    told: list[list[int | str]] = []
    free = 0
    for offset, long, begins, activity in sorted(
        ((_minute(begin) - _minute(starts)) % DAY_MIN, (_minute(end) - _minute(begin)) % DAY_MIN, begin, slug)
        for begin, end, slug in parts
    ):
        if not 0 < long <= minutes - offset:
            raise BadPattern(f"{activity} from {begins:%H:%M} lies outside the shift")
        if offset < free:
            raise BadPattern(f"{activity} from {begins:%H:%M} begins before what comes before it ends")
        free = offset + long
        told.append([offset, long, activity])
    Pattern.of(starts, minutes, told)
    return told


def words_of(starts: time, segments: Sequence[Sequence[object]]) -> str:
    """The other way."""
    told = []
    for row in segments:
        match row:
            case [int(offset), int(long), str(activity)]:
                told.append(f"{clock(starts, offset)}-{clock(starts, offset + long)} {activity}")
    return "; ".join(told)


def clock(starts: time, minutes: int) -> str:
    """What the clock shows so many minutes after the start."""
    hour, minute = divmod((_minute(starts) + minutes) % DAY_MIN, 60)
    return f"{hour:02}:{minute:02}"


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
