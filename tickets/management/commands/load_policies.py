"""`manage.py load_policies`: calendars and service-level policies from a file."""

import getpass
import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tickets import rejudging
from tickets.management.progress import progress_bar
from tickets.policies import Loaded, known_calendars, load
from tickets.policy_file import BadPolicyFile, read_policy_file


class Command(BaseCommand):
    help = "Load calendars and policies; a new version is made of whatever differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--restate", action="store_true", help="what differs counts since ever, not from now on")
        parser.add_argument(
            "--no-rebuild", action="store_true", help="leave the promises of existing tickets as they are"
        )
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = read_policy_file(options["path"], known_calendars=known_calendars())
        except BadPolicyFile as error:
            raise CommandError(str(error), returncode=2) from error
        loaded = load(document, restate=options["restate"], by=_operator(), rejudges=not options["no_rebuild"])
        rebuilt = 0 if options["no_rebuild"] else _rebuild(loaded)
        if options["json"]:
            told = {
                "calendars": loaded.calendars,
                "policies": loaded.policies,
                "unchanged": loaded.unchanged,
                "tickets": rebuilt,
            }
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"new versions of {len(loaded.calendars)} calendars and {len(loaded.policies)} policies, "
                f"{loaded.unchanged} unchanged; {rebuilt} tickets judged again"
            )


def _operator() -> str:
    """Who runs the command: the account's name, or its number where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def _rebuild(loaded: Loaded) -> int:
    """Judge again every ticket that the change reaches; returns how many."""
    with progress_bar("tickets judged", loaded.touched.tickets.count()) as show:
        return rejudging.work_off(progress=show)
