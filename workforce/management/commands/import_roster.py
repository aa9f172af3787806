"""`manage.py import_roster`: an organisation, its people, what they cost and their shifts from CSV or XLSX."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ops_dashboard.people.roles import Scope
from workforce.import_fields import KINDS
from workforce.import_files import MOST_BYTES, read
from workforce.imports import Outcome, sorted_kinds, take_in
from workforce.workbook_parts import BadFile

SHOWN = 20
SCOPE = Scope(
    role="system",
    username="import_roster",
    teams=None,
    sees_rosters=True,
    may_roster=True,
    may_staff=True,
    may_plan=True,
    sees_costs=True,
)


class Command(BaseCommand):
    help = "Import teams, people or shifts; either every row is taken in, or none. Twice the same file changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--kind", choices=[*KINDS], default="", help="what its rows are; else told from the columns"
        )
        parser.add_argument("--dry-run", action="store_true", help="only check the rows")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            with path.open("rb") as stored:
                content = stored.read(MOST_BYTES + 1)
            tables = sorted_kinds(read(path.name, content), kind=options["kind"])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        outcome = take_in(tables, scope=SCOPE, dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(outcome.document()))
        else:
            self._say(outcome)
        if outcome.problems:
            raise CommandError(f"{len(outcome.problems)} problems; nothing was taken in", returncode=1)

    def _say(self, outcome: Outcome) -> None:
        for kind, counts in outcome.counts.items():
            self.stdout.write(f"{kind}: " + ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())))
        for problem in outcome.problems[:SHOWN]:
            self.stderr.write(f"{problem.kind}, line {problem.line}, {problem.field}: {problem.reason}")
