"""Whether a figure moved: better, worse or within noise."""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt

from ops_dashboard.metrics.definitions import Better, Metric, Ratio, Total, Unit
from ops_dashboard.metrics.rendering.numbers import MINUS, UNDER, points, tenths, text
from ops_dashboard.metrics.result import Figure

_Z95 = 1.959964
NO_CHANGE = "no change"


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    MOVED = "moved"  # a clear change of a metric that is neither good nor bad
    NOISE = "noise"


@dataclass(frozen=True)
class Change:
    """A difference in words. `text` is unsigned (`1.4 pts`), `signed` carries + or −, or says `under 0.1`."""

    verdict: Verdict
    text: str
    signed: str
    rises: bool
    difference: float

    @property
    def mark(self) -> str:
        """The shape that goes with the colour, so that colour never speaks alone."""
        if self.verdict is Verdict.NOISE:
            return "square"
        return "up" if self.rises else "down"

    @property
    def words(self) -> str:
        """For a reader who hears the page."""
        if not self.difference:
            return self.text
        if self.text.startswith(UNDER):
            return f"{'up' if self.rises else 'down'} by {self.text}, within noise"
        if self.verdict is Verdict.NOISE:
            return f"{'up' if self.rises else 'down'} {self.text}, within noise"
        judged = "" if self.verdict is Verdict.MOVED else f", {self.verdict.value}"
        return f"{'up' if self.rises else 'down'} {self.text}{judged}"


def change(metric: Metric, now: Figure, before: Figure | None) -> Change | None:
    """None where one side has no value to compare."""
    if before is None or now.value is None or before.value is None:
        return None
    difference = now.value - before.value
    if not difference:
        return Change(Verdict.NOISE, NO_CHANGE, "±0", rises=False, difference=0.0)
    words = _size(metric, difference, before.value)
    if words.startswith(UNDER):
        return Change(Verdict.NOISE, words, words.removesuffix(" pts"), difference > 0, difference)
    signed = ("+" if difference > 0 else MINUS) + words.removesuffix(" pts")
    return Change(_verdict(metric, now, before), words, signed, difference > 0, difference)


def _size(metric: Metric, difference: float, before: float) -> str:
    if metric.unit is Unit.SHARE:
        return points(difference)
    if metric.unit is Unit.SECONDS:
        size = abs(difference)
        return f"{UNDER}1 s" if size < 0.5 else text(size, Unit.SECONDS, clock=metric.clock)
    if not before:
        return text(abs(difference), metric.unit)
    return f"{_percent(abs(difference / before) * 100)} %"


def _percent(size: float) -> str:
    """Two figures or so: more would promise what a comparison of two periods cannot keep."""
    return tenths(size) if size < 9.95 else f"{size:,.0f}"


def _verdict(metric: Metric, now: Figure, before: Figure) -> Verdict:
    if is_noise(metric, now, before):
        return Verdict.NOISE
    if metric.better is Better.NEITHER:
        return Verdict.MOVED
    rises = (now.value or 0) > (before.value or 0)
    return Verdict.BETTER if rises == (metric.better is Better.HIGHER) else Verdict.WORSE


def is_noise(metric: Metric, now: Figure, before: Figure) -> bool:
    """Whether zero lies inside the 95 % interval of the difference.

    With intervals on both sides: MOVER (Zou and Donner 2008, Stat. Med. 27:1693), which combines the
    two intervals' distances. A mean of counts without one is taken as a Poisson rate, variance
    value / n, and a count as Poisson: |a - b| < z sqrt(a + b). A rate per hour rests on n events, so
    its relative error is 1 / sqrt(n). Levels, hours and money are exact.
    """
    if now.value is None or before.value is None or now.value == before.value:
        return True
    a, b = now.value, before.value
    if None not in (now.low, now.high, before.low, before.high):
        if a > b:
            return a - b <= hypot(a - _end(now.low), _end(before.high) - b)
        return b - a <= hypot(_end(now.high) - a, b - _end(before.low))
    if isinstance(metric, Ratio) and metric.unit is Unit.PER and now.n and before.n:
        return abs(a - b) < _Z95 * sqrt(abs(a) / now.n + abs(b) / before.n)
    if metric.unit is Unit.PER_HOUR and now.n and before.n:
        return abs(a - b) < _Z95 * hypot(a / sqrt(now.n), b / sqrt(before.n))
    if isinstance(metric, Total) and metric.unit is Unit.COUNT:
        return abs(a - b) < _Z95 * sqrt(abs(a) + abs(b))
    return False


def _end(value: float | None) -> float:
    assert value is not None
    return value
