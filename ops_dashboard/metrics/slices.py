"""A slice of what a figure counts, an hour of the week or a band of durations, and how an address says it.

`hour=mon-09` is what falls on Mondays from 9:00 to 10:00, `at-least=15m&under=1h` what took, or went over
by, so long. Durations are those that figures are made of: to the hundredth (`histogram.ACCURACY`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops_dashboard.metrics.definitions import Level, Metric, Quantile

HOUR, AT_LEAST, UNDER = "hour", "at-least", "under"
NAMES = (HOUR, AT_LEAST, UNDER)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = tuple(f"{day}-{hour:02}" for day in _DAYS for hour in range(24))  # by hour of the week
_UNITS = {"d": (86_400, "d"), "h": (3600, "h"), "m": (60, "min"), "s": (1, "s")}
_DURATION = re.compile(r"([1-9][0-9]{0,4})([dhms])")


@dataclass(frozen=True)
class Slice:
    """What of a figure; all of it where nothing is said. `at_least_s` is in the band, `under_s` is not."""

    hour: int | None = None  # of the week: 0 is Monday 0:00
    at_least_s: int | None = None
    under_s: int | None = None

    @property
    def is_band(self) -> bool:
        return self.at_least_s is not None or self.under_s is not None


WHOLE = Slice()


def asked_slice(said: Mapping[str, str], metric: Metric) -> tuple[Slice, dict[str, str]]:
    """The slice of a figure that an address names, and by parameter what of it makes no sense."""
    words = {name: word for name in NAMES if (word := said.get(name, "").strip())}
    problems = {name: _problem(name, word, metric) for name, word in words.items()}
    problems = {name: problem for name, problem in problems.items() if problem}
    known = {name: word for name, word in words.items() if name not in problems}
    hour = HOURS.index(known[HOUR]) if HOUR in known else None
    low, high = (_seconds(known[name]) if name in known else None for name in (AT_LEAST, UNDER))
    if low is not None and high is not None and low >= high:
        problems[UNDER] = f"Nothing is at least {known[AT_LEAST]} and under {known[UNDER]}."
    return Slice(hour, low, high), problems


def _problem(name: str, word: str, metric: Metric) -> str:
    if name == HOUR and isinstance(metric, Level):
        return f"{metric.label} is a stock; it has no hour of the week."
    if name != HOUR and not isinstance(metric, Quantile):
        return f"{metric.label} is not made of durations; leave out {name}."
    if name == HOUR:
        return "" if word in HOURS else f"{word[:20]!r} is no hour of the week; try mon-09."
    return "" if _DURATION.fullmatch(word) else f"{word[:20]!r} is no duration; try 15m, 4h or 2d."


def _seconds(word: str) -> int:
    return int(word[:-1]) * _UNITS[word[-1]][0]


def duration_word(seconds: int) -> str:
    """As addresses say it: 900 is `15m`."""
    unit = next(unit for unit, (size, _) in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit][0]}{unit}"


def spoken(word: str) -> str:
    """A word of an address as people say it: `15m` is `15 min`, `mon-09` is `Mon 09:00`; "" for any other."""
    if found := _DURATION.fullmatch(word):
        return f"{found[1]} {_UNITS[found[2]][1]}"
    return f"{word[:3].capitalize()} {word[4:]}:00" if word in HOURS else ""


def hour_words(hour: int) -> str:
    """`Mon 09:00–10:00`."""
    return f"{spoken(HOURS[hour])}–{hour % 24 + 1:02}:00"


def bands(edges: Sequence[int]) -> list[tuple[tuple[str, str], ...]]:
    """The parameters of each band that the edges (seconds) part: below the first, between, from the last on."""
    words = [duration_word(edge) for edge in edges]
    lows = [(), *(((AT_LEAST, word),) for word in words)]
    highs = [*(((UNDER, word),) for word in words), ()]
    return [(*low, *high) for low, high in zip(lows, highs, strict=True)]
