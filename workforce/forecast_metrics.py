"""How forecasts turned out: their error by half-hour and by day, beside the simplest way and beside chance."""

from typing import Any

from ops_dashboard.metrics.definitions import Better, Metric, Ratio, Unit

_LAST = "The forecast is the last one made before the day began in the zone of its queue."
_AVERAGE = (
    "The simplest way is the mean of the last eight days of that weekday before the day on which that forecast was "
    "made, counted from volumes as they stand now."
)
_CHANCE = (
    "The error of chance alone, which is left to who knows the rate: the mean deviation of a Poisson count over its "
    "mean, with the forecast as the rate. No forecast improves below it."
)
_BAND = "Share in which as much came as the band of the forecast, from its 10th to its 90th percentile, has room for."


def _error(slug: str, label: str, *, part: str, whole: str, definition: str, by_day: bool, **more: Any) -> Ratio:
    told: dict[str, Any] = {"n": "intervals", "of_shares": False, "better": Better.LOWER} | more
    return Ratio(
        slug=slug,
        label=label,
        unit=Unit.SHARE,
        definition=definition,
        attribution="the day that was forecast, by its noon" if by_day else "the interval that was forecast",
        owner="the queue; the team that alone serves it",
        minimum_n=7 if by_day else 48,
        rights=("sees_plans",),
        source="forecast_days" if by_day else "forecasts",
        part=part,
        whole=whole,
        **told,
    )


METRICS: tuple[Metric, ...] = (
    _error(
        "forecast_wape",
        "Forecast error",
        part="absolute_error",
        whole="offered",
        by_day=False,
        definition=f"Sum of absolute errors over contacts offered, by half-hour (WAPE). {_LAST}",
        peers="Peers show the error of a whole day or week, where errors of its intervals cancel out.",
    ),
    _error(
        "forecast_average_wape",
        "Error of the eight-week average",
        part="average_error",
        whole="averaged_offered",
        n="averaged",
        by_day=False,
        better=Better.NEITHER,
        definition="Sum of absolute errors that the simplest way would have had, over contacts offered, by half-hour. "
        f"{_AVERAGE}",
    ),
    _error(
        "forecast_floor",
        "Poisson floor of the forecast error",
        part="floor",
        whole="expected",
        by_day=False,
        better=Better.NEITHER,
        definition=f"{_CHANCE} By half-hour.",
    ),
    _error(
        "forecast_bias",
        "Forecast bias",
        part="error",
        whole="offered",
        by_day=False,
        better=Better.NEITHER,
        definition=f"Forecast less offered, over offered: above zero, too much was expected. {_LAST}",
    ),
    _error(
        "forecast_coverage",
        "Half-hours inside the forecast band",
        part="inside",
        whole="foreseen",
        n="",
        by_day=False,
        better=Better.NEITHER,
        of_shares=True,
        definition=f"{_BAND} Eight in ten should be; more means a band too wide, and of counts near zero it is always "
        f"somewhat more. Half-hours in which nothing was expected are left out. {_LAST}",
    ),
    _error(
        "forecast_day_wape",
        "Forecast error by day",
        part="absolute_error",
        whole="offered",
        by_day=True,
        definition="Sum of absolute errors of whole days over contacts offered. Within a day misses of half-hours "
        f"cancel out, so it is the smaller figure. {_LAST}",
    ),
    _error(
        "forecast_average_day_wape",
        "Error of the eight-week average by day",
        part="average_error",
        whole="averaged_offered",
        n="averaged",
        by_day=True,
        better=Better.NEITHER,
        definition=f"Sum of absolute errors of whole days that the simplest way would have had, over contacts offered. "
        f"{_AVERAGE}",
    ),
    _error(
        "forecast_day_floor",
        "Poisson floor of the forecast error by day",
        part="floor",
        whole="expected",
        by_day=True,
        better=Better.NEITHER,
        definition=f"{_CHANCE} By day.",
    ),
    _error(
        "forecast_day_coverage",
        "Days inside the forecast band",
        part="inside",
        whole="foreseen",
        n="",
        by_day=True,
        better=Better.NEITHER,
        of_shares=True,
        definition=f"{_BAND} Eight in ten should be. Days on which nothing was expected are left out. {_LAST}",
    ),
)
