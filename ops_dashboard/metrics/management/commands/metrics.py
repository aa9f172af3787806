"""`manage.py metrics`: the catalogue."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ops_dashboard.metrics.catalogue import entries, markdown


class Command(BaseCommand):
    help = "Print the metric catalogue."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["table", "json", "markdown"], default="table")
        parser.add_argument("--json", action="store_const", dest="format", const="json")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps(entries()))
        elif options["format"] == "markdown":
            self.stdout.write(markdown(), ending="")
        else:
            for item in entries():
                self.stdout.write(f"{item['slug']:<36} {item['unit']:<8} {item['label']}")
