"""`manage.py forecast`: what a series of counts will bring, with a band, the model chosen and how it was tested."""

import csv
import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workforce.backtest import Backtest
from workforce.choosing import Chosen, chosen_forecast
from workforce.series import DAY_S
from workforce.series_file import BadFile, Told, read_events, read_holidays, read_series

MOST_INTERVALS, MOST_DAYS = 100_000, 731
HORIZON = re.compile(r"([1-9]\d{0,5})([dw]?)", re.ASCII)


def horizon(text: str) -> tuple[int, str]:
    """An argparse type: a number of intervals, or of days (28d) or weeks (4w)."""
    said = HORIZON.fullmatch(text.strip())
    if said is None:
        raise ArgumentTypeError(f"{text!r} is no horizon; give intervals as a number, days as 28d or weeks as 4w")
    return int(said[1]), said[2]


class Command(BaseCommand):
    help = "Forecast a CSV series with the columns at,value at a regular interval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("series", type=Path, metavar="SERIES.csv")
        parser.add_argument("--horizon", type=horizon, required=True, help="intervals ahead, or 28d, or 4w")
        parser.add_argument("--zone", default="", help="IANA zone of moments without offset, in which days are cut")
        parser.add_argument("--events", type=Path, help="CSV: type,start and, where wanted, end, known_since")
        parser.add_argument("--holidays", type=Path, help="CSV: date")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = read_series(options["series"], zone=options["zone"])
            happenings = read_events(options["events"]) if options["events"] else []
            holidays = read_holidays(options["holidays"]) if options["holidays"] else frozenset()
            asked = options["horizon"]
            count, unit = asked if isinstance(asked, tuple) else horizon(str(asked))  # called from Python
            targets = told.next_intervals(_intervals(told, count, unit))
        except (BadFile, ArgumentTypeError) as error:
            raise CommandError(str(error), returncode=2) from error
        chosen = chosen_forecast(told.series, targets, happenings=happenings, holidays=holidays)
        self._print(told, chosen, as_json=options["json"])

    def _print(self, told: Told, chosen: Chosen, *, as_json: bool) -> None:
        forecast, tested = chosen.forecast, chosen.backtest
        columns = zip(forecast.at.tolist(), forecast.p50, forecast.p10, forecast.p90, strict=True)
        rows = [
            {"at": told.written(at), "value": round(value, 4), "low": round(low, 4), "high": round(high, 4)}
            for at, value, low, high in columns
        ]
        if as_json:
            series = told.series
            facts = {"model": forecast.model, "interval_s": series.step_s, "zone": series.zone, "band": 0.8}
            self.stdout.write(json.dumps(facts | {"backtest": asdict(tested), "rows": rows}))
            return
        writer = csv.DictWriter(self.stdout, ["at", "value", "low", "high"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self.stderr.write(_words(forecast.model, tested))


def _intervals(told: Told, count: int, unit: str) -> int:
    """How many intervals a horizon is; days and weeks count every interval that the series would have."""
    step = told.series.step_s
    days = {"": count * step / DAY_S, "d": count, "w": 7 * count}[unit]
    if days > MOST_DAYS or (not unit and count > MOST_INTERVALS):
        raise BadFile(f"horizon: {count}{unit} is further than {MOST_DAYS} days or {MOST_INTERVALS:,} intervals")
    if not unit:
        return count
    end = int(told.series.at[-1]) + step + int(days) * DAY_S
    most = told.next_intervals(max(1, int(days) * DAY_S // step))
    return max(1, int((most < end).sum()))


def _words(model: str, tested: Backtest) -> str:
    if not tested.accuracies:
        return f"{model}; the past is too short to test it"
    misses = ", ".join(
        f"{each.model} {each.wape:.1%}" if each.wape is not None else f"{each.model} –" for each in tested.accuracies
    )
    floor = f"; chance alone {tested.floor:.1%}" if tested.floor is not None else ""
    return f"{model}; WAPE over {tested.horizon_days} days from {tested.origins} origins: {misses}{floor}"
