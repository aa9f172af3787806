"""Whether a figure is worth telling its owner: beyond a limit, or away from what its weekday leads to expect. Pure.

A departure is measured on a scale on which chance spreads figures evenly:
    counts, stocks   y = 2 sqrt(x + 3/8), which chance (Poisson) varies by 1 (Anscombe 1948, Biometrika 35:246)
    shares           y = 2 sqrt(n) asin(sqrt(p)), which chance (binomial) varies by 1 (Bartlett 1947, Biometrics 3:39)
    durations        y = ln x, of a second at least: their spread grows with their size
    anything else    y = x
What is expected is the median of the same weekday over the BASE_WEEKS before. The spread is 1.4826 times the
median distance of all those days from the median of their own weekday, and no less than chance gives. The
difference in spreads is the modified z-score of Iglewicz and Hoaglin (1993, How to Detect and Handle
Outliers, 3.2), who call more than 3.5 an outlier. Medians, because an odd day among the eight weeks must
neither hide the next one nor make an alarm of a good one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from math import asin, exp, log, pi, sin, sqrt
from statistics import median
from typing import NamedTuple

from ops_dashboard.metrics.definitions import Level, Metric, Quantile, Ratio, Total, Unit
from ops_dashboard.metrics.result import Figure, Row

BASE_WEEKS = 8
BASE_DAYS = 7 * BASE_WEEKS
FEWEST_WEEKS = 4  # of the same weekday; below it nothing is expected
FEWEST_DAYS = 20  # that tell the spread
OUTLYING = 3.5  # spreads
NORMAL = 1.4826  # from the median distance to the standard deviation of a normal distribution


class Kind(StrEnum):
    THRESHOLD = "threshold"
    DEPARTURE = "departure"


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"
    EITHER = "either"


class Look(IntEnum):
    """How many days one verdict is about."""

    DAY = 1
    WEEK = 7

    @property
    def words(self) -> str:
        return "The last complete day" if self is Look.DAY else "The last 7 complete days"


class Outcome(StrEnum):
    """What a look came to. All but the first are silence, each with its reason."""

    FIRES = "fires"
    QUIET = "quiet"
    WAITS = "waits"
    NO_FIGURE = "no figure"
    TOO_FEW = "too few"
    TOO_LITTLE_HISTORY = "too little history"
    NO_SPREAD = "no spread"
    HOLIDAY = "holiday"


class Scale(StrEnum):
    COUNT = "count"
    SHARE = "share"
    DURATION = "duration"
    PLAIN = "plain"


class Point(NamedTuple):
    """The figure of the days looked at, None where there is none."""

    value: float | None
    n: int


@dataclass(frozen=True)
class Terms:
    """What is looked at, and when to speak. Without a `limit` a departure is looked for."""

    metric: Metric
    look: Look
    side: Side
    limit: float | None = None


@dataclass(frozen=True)
class Verdict:
    """`low` and `high` bound what was expected, in the unit of the value."""

    on: date
    outcome: Outcome
    value: float | None = None
    n: int = 0
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    score: float | None = None

    @property
    def fires(self) -> bool:
        return self.outcome is Outcome.FIRES


def scale_of(metric: Metric) -> Scale:
    if isinstance(metric, Level) or (isinstance(metric, Total) and metric.unit is Unit.COUNT):
        return Scale.COUNT
    if isinstance(metric, Ratio) and metric.of_shares:
        return Scale.SHARE
    return Scale.DURATION if metric.unit is Unit.SECONDS else Scale.PLAIN


def can_look(metric: Metric, look: Look) -> bool:
    """Quantiles of days do not add up to one of a week."""
    return look is Look.DAY or not isinstance(metric, Quantile)


def points(metric: Metric, rows: Iterable[Row], look: Look) -> dict[date, Point]:
    """The figure of the days that end on each day, from rows of single days in order."""
    daily = [(row.start, row.figure) for row in rows if row.start is not None]
    if look is Look.DAY or isinstance(metric, Level):
        return {on: Point(figure.value, figure.n) for on, figure in daily}
    return {
        daily[last][0]: _together(metric, [figure for _, figure in daily[last + 1 - look : last + 1]])
        for last in range(look - 1, len(daily))
    }


def _together(metric: Metric, figures: Sequence[Figure]) -> Point:
    """Several days as one: sums of a total, the sum of parts over that of wholes of a ratio."""
    n = sum(figure.n for figure in figures)
    if isinstance(metric, Total):
        values = [figure.value for figure in figures if figure.value is not None]
        return Point(sum(values) if len(values) == len(figures) else None, n)
    if not isinstance(metric, Ratio):
        raise TypeError(f"{metric.slug} cannot be added up over days")
    is_unknown = any(figure.whole and figure.value is None and not figure.is_few for figure in figures)
    whole = sum(figure.whole for figure in figures)
    return Point(sum(figure.part for figure in figures) / whole if whole and not is_unknown else None, n)


def judge(
    terms: Terms,
    told: Mapping[date, Point],
    on: date,
    *,
    left_out: Collection[date] = (),
    holidays: Collection[date] = (),
) -> Verdict:
    """The verdict about the days that end `on`. Days `left_out` and holidays lead to expect nothing, and on a
    holiday no departure is looked for."""
    point = told.get(on, Point(None, 0))
    if _is_few(terms.metric, point):
        return Verdict(on, Outcome.TOO_FEW, point.value, point.n)
    if point.value is None:
        return Verdict(on, Outcome.NO_FIGURE, None, point.n)
    if terms.limit is not None:
        is_beyond = point.value > terms.limit if terms.side is Side.ABOVE else point.value < terms.limit
        return Verdict(on, Outcome.FIRES if is_beyond else Outcome.QUIET, point.value, point.n)
    if _touches(on, terms.look, holidays):
        return Verdict(on, Outcome.HOLIDAY, point.value, point.n)
    return _departure(terms, told, on, point.value, point.n, {*left_out, *holidays})


def _is_few(metric: Metric, point: Point) -> bool:
    """A count rests on nothing but itself: none of something is a figure too."""
    return scale_of(metric) is not Scale.COUNT and 0 < point.n < metric.minimum_n


def _touches(on: date, look: Look, days: Collection[date]) -> bool:
    return any(on - timedelta(days=look) < day <= on for day in days)


def _departure(
    terms: Terms, told: Mapping[date, Point], on: date, value: float, n: int, left_out: Collection[date]
) -> Verdict:
    scale = scale_of(terms.metric)
    past = _past(terms, told, on, left_out)
    weekdays: dict[int, list[float]] = {}
    for day, point in past.items():
        weekdays.setdefault(day.weekday(), []).append(_scaled(scale, point.value))
    usual = {weekday: median(values) for weekday, values in weekdays.items() if len(values) >= FEWEST_WEEKS}
    away = [
        abs(_scaled(scale, point.value) - usual[day.weekday()]) * _weight(scale, point.n)
        for day, point in past.items()
        if day.weekday() in usual
    ]
    if on.weekday() not in usual or len(away) < FEWEST_DAYS:
        return Verdict(on, Outcome.TOO_LITTLE_HISTORY, value, n)
    spread = max(NORMAL * median(away), 1.0 if scale in (Scale.COUNT, Scale.SHARE) else 0.0)
    if not spread:
        return Verdict(on, Outcome.NO_SPREAD, value, n, expected=_unscaled(scale, usual[on.weekday()]))
    middle, weight = usual[on.weekday()], _weight(scale, n)
    score = (_scaled(scale, value) - middle) * weight / spread
    is_told = terms.side is Side.EITHER or (score > 0) is (terms.side is Side.ABOVE)
    return Verdict(
        on,
        Outcome.FIRES if is_told and abs(score) > OUTLYING else Outcome.QUIET,
        value,
        n,
        expected=_unscaled(scale, middle),
        low=_unscaled(scale, middle - OUTLYING * spread / weight),
        high=_unscaled(scale, middle + OUTLYING * spread / weight),
        score=score,
    )


def _past(terms: Terms, told: Mapping[date, Point], on: date, left_out: Collection[date]) -> dict[date, Point]:
    """The figures that lead to expect something: complete, resting on enough, sharing no day with those judged."""
    days = (on - timedelta(days=back) for back in range(terms.look, BASE_DAYS + 1))
    return {
        day: told[day]
        for day in days
        if day in told
        and told[day].value is not None
        and not _is_few(terms.metric, told[day])
        and not _touches(day, terms.look, left_out)
    }


def _scaled(scale: Scale, value: float | None) -> float:
    assert value is not None
    return _SCALED[scale](value)


def _unscaled(scale: Scale, y: float) -> float:
    return _UNSCALED[scale](y)


def _weight(scale: Scale, n: int) -> float:
    """What a distance on the scale is worth: that of a share grows with what the share rests on."""
    return 2 * sqrt(max(n, 1)) if scale is Scale.SHARE else 1.0


_SCALED: dict[Scale, Callable[[float], float]] = {
    Scale.COUNT: lambda value: 2 * sqrt(max(value, 0.0) + 3 / 8),
    Scale.SHARE: lambda value: asin(sqrt(min(max(value, 0.0), 1.0))),
    Scale.DURATION: lambda value: log(max(value, 1.0)),
    Scale.PLAIN: float,
}
_UNSCALED: dict[Scale, Callable[[float], float]] = {
    Scale.COUNT: lambda y: max((max(y, 0.0) / 2) ** 2 - 3 / 8, 0.0),
    Scale.SHARE: lambda y: sin(min(max(y, 0.0), pi / 2)) ** 2,
    Scale.DURATION: exp,
    Scale.PLAIN: float,
}
