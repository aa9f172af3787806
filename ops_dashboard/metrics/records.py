"""Result -> plain records: the one shape that the command line, the API and files share."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from ops_dashboard.metrics.definitions import Metric, Unit
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.result import WHY_WITHHELD, Figure, Result, Row


def bucket_name(result: Result, row: Row) -> str:
    """`2016-03-07`, `2016-W10`, `2016-03`, `mon 14:00` or the whole period."""
    if row.hour is not None:
        return f"{('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[row.hour // 24]} {row.hour % 24:02}:00"
    if row.start is None:
        return str(result.period)
    if result.grain is Grain.WEEK:
        year, week, _ = row.start.isocalendar()
        return f"{year}-W{week:02}"
    return row.start.strftime("%Y-%m") if result.grain is Grain.MONTH else row.start.isoformat()


def instant_word(at: datetime | None) -> str | None:
    """An instant (aware) as every file and answer writes it, in UTC: `2026-03-02T09:00:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def unit_word(metric: Metric) -> str:
    """The unit of values in files and answers; money names its currency."""
    return settings.CURRENCY if metric.unit is Unit.MONEY else metric.unit.value


def row_record(result: Result, row: Row) -> dict[str, Any]:
    """One row: period, a key per cut, value, n and interval; the compared figure where there is one."""
    figure = row.figure
    record: dict[str, Any] = {"period": bucket_name(result, row)}
    record |= dict(zip(result.by, row.keys, strict=True))
    n = None if figure.is_withheld else figure.n
    record |= {"value": _value(result, figure), "n": n, "low": figure.low, "high": figure.high}
    if result.previous_period is not None:
        record["previous"] = _value(result, row.previous) if row.previous else None
    if withheld := _withheld(row):
        record["withheld"] = withheld
    if figure.is_few:
        record["few"] = True
    if row.maturing:
        record["maturing"] = True
    return record


def _silent(result: Result) -> list[dict[str, str | None]]:
    """Who usually sends and has stopped, which is why the figures are complete no further."""
    return [{"source": told.name, "since": instant_word(told.since)} for told in result.freshness.silent]


def _value(result: Result, figure: Figure) -> float | None:
    """The figure's value; a count is a whole number, not a fraction that happens to be one."""
    value = figure.value
    if value is None or result.metric.unit is not Unit.COUNT or not float(value).is_integer():
        return value
    return int(value)


def _withheld(row: Row) -> str:
    """Which figures of the row the reader may not see."""
    named = [("value", row.figure), ("previous", row.previous)]
    return " and ".join(name for name, figure in named if figure and figure.is_withheld)


def result_record(result: Result) -> dict[str, Any]:
    """The whole answer with its provenance."""
    return {
        "metric": result.metric.slug,
        "unit": unit_word(result.metric),
        "period": str(result.period),
        "grain": result.grain.value,
        "zone": result.freshness.zone,
        "complete_to": instant_word(result.freshness.complete_to),
        **({"silent": silent} if (silent := _silent(result)) else {}),
        "target": result.target,
        "rows": (rows := [row_record(result, row) for row in result.rows]),
        **({"withheld": WHY_WITHHELD} if any("withheld" in row for row in rows) else {}),
    }
