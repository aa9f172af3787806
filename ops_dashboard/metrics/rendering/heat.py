"""Result by hour of the week -> an HTML table of seven rows and 24 columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ops_dashboard.metrics.definitions import Better, Total, Unit
from ops_dashboard.metrics.rendering.numbers import WEEKDAYS, text
from ops_dashboard.metrics.result import Figure, Result, Row

STEPS = 3  # shades on each side of the middle
SEQUENTIAL_STEPS = 6


@dataclass(frozen=True)
class HeatCell:
    """`shade`: w3..w1 worse, mid, b1..b3 better, s0..s6 for amounts, none for no data, few for too few."""

    shade: str
    words: str
    href: str = ""  # what the hour counts


@dataclass(frozen=True)
class HeatMap:
    days: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    shades: tuple[str, ...]
    low_words: str
    high_words: str
    caption: str

    @property
    def leads_on(self) -> bool:
        return any(cell.href for _, cells in self.days for cell in cells)

    @property
    def has_few(self) -> bool:
        return any(cell.shade == "few" for _, cells in self.days for cell in cells)


def heat_map(result: Result, *, links: Sequence[str] = (), caption: str = "") -> HeatMap:
    """Shares, times and means spread around the total; counts run from none to the most. `links`: of each hour."""
    by_hour = {row.hour: row for row in result.rows}
    spread = _spread(result)
    hours = [_cell(result, by_hour.get(hour), hour, spread, link) for hour, link in zip_longest(range(168), links)]
    days = tuple((name, tuple(hours[day * 24 : day * 24 + 24])) for day, name in enumerate(WEEKDAYS))
    if _is_amount(result):
        return HeatMap(days, tuple(f"s{i}" for i in range(SEQUENTIAL_STEPS + 1)), "fewer", "more", caption)
    lower_is_better = result.metric.better is Better.LOWER
    worse, better = ("slower", "faster") if result.metric.unit is Unit.SECONDS else ("lower", "higher")
    if lower_is_better and result.metric.unit is not Unit.SECONDS:
        worse, better = "higher", "lower"
    shades = (*(f"w{i}" for i in range(STEPS, 0, -1)), "mid", *(f"b{i}" for i in range(1, STEPS + 1)))
    return HeatMap(days, shades, worse, better, caption)


def _is_amount(result: Result) -> bool:
    return result.metric.unit is Unit.COUNT or isinstance(result.metric, Total)


def _spread(result: Result) -> float:
    """How far settled hours lie from the middle (or from zero): the 95th percentile, so that one odd
    hour cannot flatten all others; the farthest where most do not differ at all."""
    middle = 0.0 if _is_amount(result) else result.total.value or 0.0
    far = sorted(abs((row.figure.value or 0.0) - middle) for row in result.rows if _counts(result, row))
    if not far:
        return 0.0
    return far[max(round(len(far) * 0.95) - 1, 0)] or far[-1]


def _counts(result: Result, row: Row) -> bool:
    return row.figure.value is not None and (_is_amount(result) or row.figure.n >= result.metric.minimum_n)


def _cell(result: Result, row: Row | None, hour: int, spread: float, link: str | None) -> HeatCell:
    at = f"{WEEKDAYS[hour // 24]} {hour % 24:02}:00"
    if row is None or row.figure.value is None:
        return HeatCell("none", f"{at}: {_absence(row.figure if row else None)}")
    metric, figure = result.metric, row.figure
    words = f"{at}: {text(figure.value, metric.unit, clock=metric.clock)}"
    if not _is_amount(result):
        words += f", n {figure.n:,}"
    shade = _shade(result, row, spread) if _counts(result, row) else "few"
    return HeatCell(shade, words, (link or "") if figure.n else "")


def _absence(figure: Figure | None) -> str:
    if figure is None or not (figure.is_withheld or figure.is_few):
        return "no data"
    return "withheld" if figure.is_withheld else "too few to tell"


def _shade(result: Result, row: Row, spread: float) -> str:
    value = row.figure.value or 0.0
    if _is_amount(result):
        return f"s{min(round(value / spread * SEQUENTIAL_STEPS), SEQUENTIAL_STEPS) if spread else 0}"
    away = (value - (result.total.value or 0.0)) / spread if spread else 0.0
    step = min(round(abs(away) * STEPS), STEPS)
    if not step:
        return "mid"
    good = (away > 0) != (result.metric.better is Better.LOWER)
    return f"{'b' if good else 'w'}{step}"
