"""`manage.py metric`: one metric, as a table, JSON or CSV."""

import csv
import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ops_dashboard.metrics.definitions import UnknownMetric
from ops_dashboard.metrics.management.refilling import refill
from ops_dashboard.metrics.periods import BadPeriod, Grain, parse_period
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, run, today
from ops_dashboard.metrics.records import result_record
from ops_dashboard.metrics.result import Result
from ops_dashboard.people.roles import SYSTEM, Scope, scope_for


class Command(BaseCommand):
    help = "Print one metric over a period; cells that are stale are redone first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--period", default="last-28-days", help="last-28-days, 2016-03 or 2016-03-01..2016-05-31")
        parser.add_argument("--grain", choices=[grain.value for grain in Grain], default="total")
        parser.add_argument("--by", default="", help="cuts, separated by commas")
        parser.add_argument("--where", nargs="*", action="extend", default=[], metavar="DIM=VALUE")
        parser.add_argument("--as", dest="reader", default="", metavar="USERNAME", help="read with this user's scope")
        parser.add_argument("--exact", action="store_true", help="exact quantiles from single durations")
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")
        parser.add_argument("--json", action="store_const", dest="format", const="json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            query = Query(
                metric=options["slug"],
                period=parse_period(options["period"], today=today()),
                grain=Grain(options["grain"]),
                by=tuple(filter(None, options["by"].split(","))),
                where=_filters(options["where"]),
                exact=options["exact"],
            )
            scope = _scope(options["reader"])
            refill()
            result = run(query, scope=scope)
        except (UnknownMetric, BadPeriod, BadQuery, NotYours) as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(result, options["format"])

    def _print(self, result: Result, form: str) -> None:
        record = result_record(result)
        if form == "json":
            self.stdout.write(json.dumps(record))
            return
        columns = list(dict.fromkeys(key for row in record["rows"] for key in row))
        columns = columns or ["period", "value", "n", "low", "high"]
        if form == "csv":
            writer = csv.DictWriter(self.stdout, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(record["rows"])
            return
        self.stdout.write(f"{result.metric.label} ({record['unit']}), {record['period']}, {record['zone']}")
        self.stdout.write(f"complete to {record['complete_to'] or 'nothing yet'}")
        for silent in record.get("silent", ()):
            self.stdout.write(f"nothing from {silent['source']} since {silent['since']}")
        for line in _aligned([columns, *([_text(row.get(c)) for c in columns] for row in record["rows"])]):
            self.stdout.write(line)


def _filters(texts: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`team=a team=b channel=chat` -> values by cut."""
    values: dict[str, list[str]] = {}
    for text in texts:
        cut, equals, value = text.partition("=")
        if not equals or not value:
            raise BadQuery(f"{text!r} is no filter; write DIM=VALUE, as in team=payments.")
        values.setdefault(cut, []).append(value)
    return tuple((cut, tuple(chosen)) for cut, chosen in values.items())


def _scope(username: str) -> Scope:
    if not username:
        return SYSTEM
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        raise BadQuery(f"There is no user {username!r}.")
    return scope_for(user)


def _text(value: object) -> str:
    return "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
