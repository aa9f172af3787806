"""Walk the audit chain; exit 1 where it is broken."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ops_dashboard.people import audit


class Command(BaseCommand):
    help = "Verify the audit trail: every entry against its hash and the one before it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        if options["json"]:
            facts = {"intact": verdict.is_intact, "entries": verdict.entries, "head": verdict.head}
            self.stdout.write(json.dumps(facts | {"broken_at": verdict.broken_at}))
        elif verdict.is_intact:
            self.stdout.write(f"The audit trail is whole: {verdict.entries} entries, head {verdict.head}.")
        else:
            sound = f"{verdict.entries} sound ones"
            self.stdout.write(f"The audit trail is broken at entry {verdict.broken_at}, after {sound}.")
        if not verdict.is_intact:
            sys.exit(1)
