"""Django's command line on running servers: those of the environment, or else the installation's own."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from django.core.management import execute_from_command_line

from ops_dashboard.embedded.addressing import addressed
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.environment import SECRET_LENGTH, BadEnvironment, directory_of, is_local

# Commands that look at code alone; each would work without a server.
SERVERLESS = frozenset(
    {"help", "version", "check", "collectstatic", "findstatic", "startapp", "compilemessages", "makemessages"}
)


def with_servers(argv: list[str]) -> int:
    """Run a management command; start or join the embedded servers where no others are named."""
    try:
        with ExitStack() as stack:
            if _needs_servers(argv):
                enter(stack)
            execute_from_command_line(argv)
            sys.stdout.flush()
    except (BadEnvironment, ServersFailed) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, BadEnvironment) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read has seen enough; nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return 0


def enter(stack: ExitStack) -> None:
    """Put addresses and secret into the environment, and hold the embedded servers until the stack closes."""
    var = directory_of(os.environ)
    stack.enter_context(addressed(var))
    if is_local(os.environ["DATABASE_URL"]) and not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret(var)


def kept_secret(var: Path) -> str:
    """Return the secret of a local installation, made at first use and readable by its owner alone."""
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = var / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(SECRET_LENGTH), encoding="ascii")
        with suppress(FileExistsError):  # another command was first, and its secret holds
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii")


def _needs_servers(argv: list[str]) -> bool:
    words = argv[1:]
    asks_for_help = not words or bool({"-h", "--help", "--version"} & set(words))
    return not asks_for_help and words[0] not in SERVERLESS
