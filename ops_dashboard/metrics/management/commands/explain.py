"""`manage.py explain`: why a figure changed."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ops_dashboard.metrics.definitions import UnknownMetric
from ops_dashboard.metrics.explanations import Explanation, explain
from ops_dashboard.metrics.management.refilling import refill
from ops_dashboard.metrics.periods import BadPeriod, parse_period
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader, today
from ops_dashboard.people.roles import SYSTEM


class Command(BaseCommand):
    help = "Split the change of a metric between two periods into volume, mix and rate effects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--period", required=True)
        parser.add_argument("--against", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            query = Query(metric=options["slug"], period=parse_period(options["period"], today=today()))
            against = parse_period(options["against"], today=today())
            refill()
            explanation = explain(query, against=against, by=options["by"], reader=Reader(SYSTEM))
        except (UnknownMetric, BadPeriod, BadQuery, NotYours) as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(explanation, as_json=options["json"])

    def _print(self, explanation: Explanation, *, as_json: bool) -> None:
        effects = [
            {"key": e.key, "label": e.label, "volume": e.volume, "mix": e.mix, "rate": e.rate, "total": e.total}
            for e in explanation.effects
        ]
        before, after, change = explanation.before.value, explanation.after.value, explanation.change
        if as_json:
            self.stdout.write(json.dumps({"before": before, "after": after, "change": change, "effects": effects}))
            return
        told = {"before": before, "after": after, "change": change}
        self.stdout.write("  ".join(f"{name} {'–' if v is None else f'{v:.6g}'}" for name, v in told.items()))
        for e in explanation.effects:
            self.stdout.write(
                f"{e.total:+.6f}  volume {e.volume:+.6f}  mix {e.mix:+.6f}  rate {e.rate:+.6f}  {e.label}"
            )
