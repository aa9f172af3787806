"""Values as people read them: three significant figures, a true minus, grouped thousands.

Counts are shown whole, because a count must equal the rows behind it. Shares show one decimal of a
per cent and never round to "all" or "none" unless they are exactly that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, log10
from zoneinfo import ZoneInfo

from django.conf import settings

from ops_dashboard.metrics.currency import digits
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.periods import Grain, Period

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NOTHING = "\N{EM DASH}"  # what stands where there is no value
UNDER = "under "  # how the words of a difference begin that is too small to show
MINUTE, HOUR, DAY = 60, 3600, 86_400
WHOLE_MONEY_FROM = 1000  # from here on a column of money shows no minor units
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Shown:
    """A value and its unit, apart so that the unit can be set smaller; `plain` joins them."""

    number: str
    unit: str = ""

    @property
    def plain(self) -> str:
        return f"{self.number} {self.unit}".strip()


def shown(value: float | None, unit: Unit, *, clock: str = "") -> Shown:
    """`clock` business keeps hours as hours: a day of open hours has no fixed length."""
    if value is None:
        return Shown(NOTHING)
    match unit:
        case Unit.SHARE:
            return Shown(_share(value), "%")
        case Unit.SECONDS:
            return _duration(value, days=clock != "business")
        case Unit.COUNT:
            return Shown(whole(value))
        case Unit.MONEY:
            return Shown(money(value), settings.CURRENCY)
        case Unit.HOURS:
            return Shown(hours(value), "h")
        case Unit.PER_HOUR:
            return Shown(significant(value), "per hour")
        case _:
            return Shown(significant(value))


def text(value: float | None, unit: Unit, *, clock: str = "") -> str:
    return shown(value, unit, clock=clock).plain


def goal(value: float, unit: Unit, *, clock: str = "") -> str:
    """A target or an end of a scale: a round number stays round (`90 %`)."""
    return text(value, unit, clock=clock).replace(".0 %", " %")


def whole(value: float) -> str:
    """Rounded to an integer, thousands separated."""
    return _signed(f"{round(value):,}")


def money(value: float) -> str:
    """With its minor units below a thousand, whole from there on: `4.31`, `18,240`."""
    return fixed(value, 0 if abs(value) >= WHOLE_MONEY_FROM else digits(settings.CURRENCY))


def hours(value: float) -> str:
    """Three figures below a thousand hours, whole from there on: `7.25`, `1,842`."""
    return whole(value) if abs(value) >= 1000 else significant(value)


def significant(value: float, figures: int = 3) -> str:
    """At most `figures` significant figures, without an exponent; zeros that say nothing are left out."""
    if not value:
        return "0"
    places = figures - 1 - floor(log10(abs(value)))
    rounded = round(value, places)
    digits = f"{rounded:,.{max(places, 0)}f}"
    return _signed(digits.rstrip("0").rstrip(".") if "." in digits else digits)


def places_for(values: Sequence[float | None], figures: int = 3) -> int:
    """Decimals that give the largest of a column `figures` significant figures, so that the column aligns."""
    largest = max((abs(v) for v in values if v), default=0.0)
    return max(figures - 1 - floor(log10(largest)), 0) if largest else 0


def places_of(values: Sequence[float | None], unit: Unit) -> int:
    """Decimals of a column of one unit."""
    if unit is Unit.MONEY:
        return 0 if max((abs(v) for v in values if v), default=0.0) >= WHOLE_MONEY_FROM else digits(settings.CURRENCY)
    return places_for(values)


def fixed(value: float | None, places: int) -> str:
    return NOTHING if value is None else _signed(f"{value:,.{places}f}")


def points(value: float) -> str:
    """A difference of shares in percentage points, unsigned: `1.4 pts`."""
    return f"{tenths(abs(value) * 100)} pts"


def tenths(size: float) -> str:
    """One decimal; a size too small for it says so."""
    return f"{UNDER}0.1" if 0 < size < 0.05 else f"{size:.1f}"


def plural(count: int, word: str) -> str:
    return f"{whole(count)} {word}" if count == 1 else f"{whole(count)} {word}s"


def span(low: float, high: float, unit: Unit, *, clock: str = "") -> str:
    """`89.8–90.4`, with the unit once where both ends share it."""
    a, b = shown(low, unit, clock=clock), shown(high, unit, clock=clock)
    if unit is Unit.SECONDS:
        return a.plain if a == b else f"{a.plain} to {b.plain}"
    return f"{a.number}{DASH}{b.number}"


def day(on: date, *, weekday: bool = False, year: bool = False) -> str:
    """`14 Oct`, `Tue 14 Oct`, `14 Oct 2026`."""
    words = [WEEKDAYS[on.weekday()]] if weekday else []
    words += [str(on.day), MONTHS[on.month - 1]]
    return " ".join([*words, str(on.year)] if year else words)


def bucket(start: date, grain: Grain) -> str:
    """The name of a bucket on an axis or in a row."""
    match grain:
        case Grain.WEEK:
            return f"week of {day(start)}"
        case Grain.MONTH:
            return f"{MONTHS[start.month - 1]} {start.year}"
        case _:
            return day(start, weekday=True)


def days(period: Period) -> str:
    """`8 Sep – 2 Nov 2026`; the first year only where it differs."""
    first, last = period.start, period.end
    if first == last:
        return day(first, year=True)
    return f"{day(first, year=first.year != last.year)} {DASH} {day(last, year=True)}"


def length(period: Period) -> str:
    """`8 weeks` where whole weeks fit, else days."""
    if period.days % 7 == 0 and period.days > 7:
        return plural(period.days // 7, "week")
    return plural(period.days, "day")


def clock_time(at: datetime, zone: str, *, now: datetime) -> str:
    """`14:05` today, else `14:05, 31 May 2026`, on the wall of `zone`."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    hour = local.strftime("%H:%M")
    return hour if local.date() == today else f"{hour}, {day(local.date(), year=True)}"


def _signed(digits: str) -> str:
    return digits.replace("-", MINUS)


def _share(value: float) -> str:
    per_cent = value * 100
    if 0 < per_cent < 0.05:
        return "<0.1"
    if 99.95 <= per_cent < 100:
        return ">99.9"
    digits = f"{per_cent:.1f}"
    return _signed("100" if digits == "100.0" else "0" if digits in ("0.0", "-0.0") else digits)


def _duration(seconds: float, *, days: bool) -> Shown:
    sign = MINUS if round(seconds) < 0 else ""
    size = abs(seconds)
    if size < 59.5:
        return Shown(f"{sign}{round(size)}", "s")
    if size < HOUR - 30:
        return _two_parts(
            sign, round(size) if size < 10 * MINUTE else round(size / MINUTE) * MINUTE, MINUTE, "min", 1, "s"
        )
    if size < 2 * DAY or not days:
        step = MINUTE if size < 100 * HOUR - 30 else HOUR
        return _two_parts(sign, round(size / step) * step, HOUR, "h", MINUTE, "min")
    step = HOUR if size < 100 * DAY else DAY
    return _two_parts(sign, round(size / step) * step, DAY, "d", HOUR, "h")


def _two_parts(sign: str, size: int, big: int, big_name: str, small: int, small_name: str) -> Shown:
    """`3 h 12 min`; the small part is left out when it is nothing."""
    count, rest = divmod(size, big)
    if rest:
        return Shown(f"{sign}{count:,} {big_name} {rest // small}", small_name)
    return Shown(f"{sign}{count:,}", big_name)
