"""The first administrator, by a one-time link instead of a password on the command line."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops_dashboard.people import accounts

BY = "command line"


class Command(BaseCommand):
    help = "Create an administrator, or a new link for an existing one; prints a link that works once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        here = f"http://localhost:{settings.ENVIRONMENT.port}"
        parser.add_argument("--url", default=here, help="where the server is")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            UnicodeUsernameValidator()(options["username"])
            user = accounts.create_admin(options["username"], by=BY)
        except (ValidationError, accounts.NotAnAdmin) as error:
            reason = error.messages[0] if isinstance(error, ValidationError) else str(error)
            raise CommandError(reason, returncode=2) from error
        link = options["url"].rstrip("/") + accounts.one_time_path(user, by=BY)
        if options["json"]:
            self.stdout.write(json.dumps({"username": user.username, "link": link}))
        else:
            self.stdout.write(f"Open this link within 15 minutes to choose a password for {user.username}:\n{link}")
