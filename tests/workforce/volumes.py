"""Real contact volumes read in place, and made-up ones, as series."""

import csv
import gzip
from datetime import UTC, date, datetime, timedelta

import numpy as np
from openpyxl import load_workbook

from tests.workforce.reference import VOLUMES
from workforce.series import DAY_S, Instants, Series
from workforce.uplift import Happening

HALF_HOUR, HOUR = 1800, 3600


def bank() -> Series:
    """Calls of a bank per half hour, on weekdays from 7 to 21:05; no zone is known."""
    sums: dict[int, float] = {}
    with gzip.open(VOLUMES / "bank_calls_5min.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            at = _seconds(datetime.fromisoformat(row["ts_local"])) // HALF_HOUR * HALF_HOUR
            sums[at] = sums.get(at, 0.0) + float(row["calls"])
    return _series(sums, HALF_HOUR)


def county() -> Series:
    """Calls of a county office per hour, zeros where there was no row."""
    counts: dict[int, float] = {}
    with (VOLUMES / "bernco" / "hourly_call_data.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            counts[_seconds(datetime.strptime(row["hour"], "%m/%d/%Y %H:%M"))] = float(row["call_count"])  # noqa: DTZ007
    hours = range(min(counts) // DAY_S * DAY_S, (max(counts) // DAY_S + 1) * DAY_S, HOUR)
    return _series({at: counts.get(at, 0.0) for at in hours}, HOUR)


def county_events() -> list[Happening]:
    with (VOLUMES / "bernco" / "assessor_events.csv").open(newline="", encoding="utf-8-sig") as file:
        return [Happening(row["feature"], _date(row["start_date"])) for row in csv.DictReader(file)]


def county_holidays() -> frozenset[date]:
    sheet = load_workbook(VOLUMES / "bernco" / "bernco_holidays.xlsx").active
    assert sheet is not None
    return frozenset(date.fromisoformat(str(row[0])) for row in sheet.iter_rows(min_row=2, values_only=True))


def open_days(series: Series) -> Instants:
    """The starts of the days that have any interval."""
    return np.unique(series.at // DAY_S) * DAY_S


def made_up(
    *, days: int, step_s: int = HALF_HOUR, zone: str = "UTC", start: datetime = datetime(2026, 1, 5, tzinfo=UTC),
    mean: float = 20.0, seed: int = 1,
) -> Series:  # fmt: skip
    """Poisson counts with a weekly and a daily rhythm."""
    at = int(start.timestamp()) + step_s * np.arange(days * DAY_S // step_s, dtype=np.int64)
    hour = at / HOUR % 24
    rate = mean * (1 + 0.8 * np.sin((hour - 8) / 24 * 2 * np.pi)) * (1 - 0.3 * ((at // DAY_S + 3) % 7 >= 5))
    return Series(at, np.random.default_rng(seed).poisson(rate).astype(float), step_s, zone)


def next_intervals(series: Series, span: timedelta) -> Instants:
    return int(series.at[-1]) + series.step_s * np.arange(1, int(span.total_seconds()) // series.step_s + 1)


def _series(counts: dict[int, float], step_s: int) -> Series:
    at = np.array(sorted(counts), dtype=np.int64)
    return Series(at, np.array([counts[each] for each in at.tolist()]), step_s)


def _seconds(local: datetime) -> int:
    return int(local.replace(tzinfo=UTC).timestamp())


def _date(text: str) -> date:
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day)
