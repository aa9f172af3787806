"""Words of the quality pages."""

from datetime import date, datetime

from django import template
from django.conf import settings

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering import proof
from ops_dashboard.metrics.rendering.numbers import DASH, MINUS, NOTHING, day, text

register = template.Library()


@register.filter
def per_cent(basis_points: int | None) -> str:
    """Hundredths of a per cent as `81.3 %`; a dash where nothing applied."""
    return NOTHING if basis_points is None else text(basis_points / 10_000, Unit.SHARE)


@register.filter
def share(value: float | None) -> str:
    return NOTHING if value is None else text(value, Unit.SHARE)


@register.filter
def points(value: float | None) -> str:
    """A signed difference of shares: `−3.1 pts`."""
    if value is None:
        return NOTHING
    shown = round(value * 100, 1)
    sign = "+" if shown > 0 else MINUS if shown < 0 else ""
    return f"{sign}{abs(shown):.1f} pts"


@register.filter
def distance(value: float) -> str:
    """How far two shares are apart: `12.5 pts`."""
    return f"{value * 100:.1f} pts"


@register.filter
def decimals(value: float | None) -> str:
    """Two decimals with a true minus: an alpha."""
    return NOTHING if value is None else f"{value:.2f}".replace("-", MINUS)


@register.filter
def instant(at: datetime | None) -> str:
    return proof.instant(at, settings.REPORTING_ZONE) if at else NOTHING


@register.filter
def on_day(on: date | None) -> str:
    return day(on, year=True) if on else NOTHING


@register.simple_tag
def between(low: float | None, high: float | None) -> str:
    """`.41–.87` of an alpha, with two decimals."""
    return NOTHING if low is None or high is None else f"{decimals(low)} {DASH} {decimals(high)}"
