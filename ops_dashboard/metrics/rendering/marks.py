"""Geometry of the small marks in tables: sparklines and bullet bars, as SVG presentation attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SPARK_WIDTH, SPARK_HEIGHT, _MARGIN = 96, 22, 2.5
Point = tuple[float, float]


@dataclass(frozen=True)
class Sparkline:
    """Polylines of the runs without gaps; `dots` are values that stand alone, `last` the newest one."""

    lines: tuple[str, ...]
    dots: tuple[Point, ...]
    last: Point | None
    words: str


@dataclass(frozen=True)
class Bullet:
    """A bar in per cent of its track, 0..100."""

    width: float
    target: float | None = None
    low: float | None = None
    high: float | None = None
    misses: bool = False

    @property
    def interval_width(self) -> float | None:
        return None if self.low is None or self.high is None else round(self.high - self.low, 2)


@dataclass(frozen=True)
class Track:
    """The range that all bars of one table share."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies on the track, in per cent, kept inside."""
        return round(min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * 100, 2)

    def bullet(
        self,
        value: float | None,
        *,
        target: float | None = None,
        interval: tuple[float | None, float | None] = (None, None),
        misses: bool = False,
    ) -> Bullet | None:
        if value is None:
            return None
        low, high = interval
        return Bullet(
            self.place(value),
            None if target is None else self.place(target),
            None if low is None else self.place(low),
            None if high is None else self.place(high),
            misses,
        )


def track(values: Sequence[float | None], *, share: bool, target: float | None = None) -> Track | None:
    """One range for a table: from zero, save for shares that all lie high, which start at a round tenth.

    None when there is nothing to draw or all of it is zero.
    """
    known = [v for v in [*values, target] if v is not None]
    if not known or max(known) <= 0:
        return None
    if not share:
        return Track(0.0, max(known) * 1.05)
    floor = int((min(known) - 0.05) * 10) / 10 if min(known) >= 0.6 else 0.0
    return Track(floor, 1.0 if max(known) > 0.3 else max(known) * 1.05)


def sparkline(values: Sequence[float | None], *, words: str = "") -> Sparkline | None:
    """None when fewer than two values are known; a gap stays a gap."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return None
    points = _points(values, min(known), max(known))
    runs = _runs(points)
    return Sparkline(
        lines=tuple(" ".join([f"{x:g},{y:g}" for x, y in run]) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        last=next((p for p in reversed(points) if p is not None), None),
        words=words,
    )


def _points(values: Sequence[float | None], low: float, high: float) -> list[Point | None]:
    height = SPARK_HEIGHT - 2 * _MARGIN
    top, slope = (_MARGIN + height, height / (high - low)) if high > low else (_MARGIN + height / 2, 0.0)
    return [
        None if value is None else (x, round(top - (value - low) * slope, 1))
        for x, value in zip(_across(len(values)), values, strict=True)
    ]


@lru_cache
def _across(count: int) -> tuple[float, ...]:
    """Where each of `count` points stands, from left to right."""
    step = (SPARK_WIDTH - 2 * _MARGIN) / (count - 1)
    return tuple(round(_MARGIN + i * step, 1) for i in range(count))


def _runs(points: Sequence[Point | None]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
