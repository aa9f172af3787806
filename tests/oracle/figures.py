"""Amounts into figures: by local day, by cut, one at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import ceil, floor
from zoneinfo import ZoneInfo

from ops_dashboard.metrics.definitions import Level, Metric, Quantile, Ratio, Unit
from tests.oracle.metrics import Amount

ONE_DAY = timedelta(days=1)
Keys = tuple[str, ...]
Value = tuple[float | None, int]  # a figure and what it rests on


@dataclass(frozen=True)
class Bucket:
    """Days `first` to `last`, both included, of a period cut by a grain."""

    first: date
    last: date


def buckets(start: date, end: date, grain: str) -> list[Bucket]:
    """The days from `start` to `end` as days, weeks from Monday, or one total."""
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    if grain == "total":
        return [Bucket(start, end)]
    if grain == "day":
        return [Bucket(day, day) for day in days]
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    return [Bucket(max(monday, start), min(monday + timedelta(days=6), end)) for monday in mondays]


def figures(
    metric: Metric, amounts: Iterable[Amount], told: Sequence[Bucket], *, by: Sequence[str], zone: ZoneInfo
) -> dict[tuple[Bucket, Keys], Value]:
    """The figure of every bucket and cut that has any amount."""
    groups: dict[tuple[Bucket, Keys], list[Amount]] = {}
    for amount in amounts:
        keys = tuple(getattr(amount, name) or "none" for name in by)
        for bucket in told:
            if _is_there(amount, bucket, zone) if isinstance(metric, Level) else _falls_in(amount, bucket, zone):
                groups.setdefault((bucket, keys), []).append(amount)
    return {key: value(metric, group) for key, group in groups.items()}


def _falls_in(amount: Amount, bucket: Bucket, zone: ZoneInfo) -> bool:
    return bucket.first <= _local_day(amount.at, zone) <= bucket.last


def _is_there(amount: Amount, bucket: Bucket, zone: ZoneInfo) -> bool:
    """Whether it is part of the stock when the bucket's days end."""
    end = _midnight_after(bucket.last, zone)
    return amount.at < end and (amount.until is None or amount.until >= end)


@cache
def _local_day(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


@cache
def _midnight_after(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day + ONE_DAY, time(), zone).timestamp()


def value(metric: Metric, group: Sequence[Amount]) -> Value:
    """What one group of amounts comes to."""
    if isinstance(metric, Level):
        return len(group), len(group)
    if isinstance(metric, Ratio):
        whole = sum(amount.whole for amount in group)
        return (sum(amount.part for amount in group) / whole, whole) if whole else (None, 0)
    if isinstance(metric, Quantile):
        return (_quantile([amount.part for amount in group], metric.p), len(group)) if group else (None, 0)
    total = sum(amount.part for amount in group)
    if metric.unit is Unit.HOURS:
        return total / 3600, len(group)
    return total, total


def _quantile(seconds: Sequence[int], p: float) -> float:
    """Between the two nearest of the sorted durations."""
    ordered = sorted(seconds)
    place = (len(ordered) - 1) * p
    below, above = ordered[floor(place)], ordered[ceil(place)]
    return below + (above - below) * (place - floor(place))


def nothing(metric: Metric) -> Value:
    """The figure where nothing happened."""
    return value(metric, [])
