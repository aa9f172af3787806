"""Throw-away servers for one test run, shared by its processes, each with a database and a shelf of its own."""

import atexit
import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from ops_dashboard.embedded.addressing import addressed
from ops_dashboard.embedded.joining import remove


def prepare_environment(*, is_durable: bool = False) -> None:
    """Name servers, secret and settings for this process before Django is set up.

    The first process starts servers in a temporary `OPS_VAR` unless the environment names others, and removes
    them when it ends; pytest-xdist's workers inherit their addresses and take a broker database of their own.
    Servers of ours that are `is_durable` run as those of an installation do: its memory, its statistics.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        _start_servers(is_durable=is_durable)
    else:
        url = urlsplit(os.environ["REDIS_URL"])
        os.environ["REDIS_URL"] = url._replace(path=f"/{int(worker.removeprefix('gw')) + 1}").geturl()
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("HTTPS", "0")
    os.environ["DJANGO_SETTINGS_MODULE"] = "ops_dashboard.settings"


def _start_servers(*, is_durable: bool) -> None:
    var = Path(tempfile.mkdtemp(prefix="ops-test-"))
    var.chmod(0o711)  # the servers' account passes through
    (var / "static").mkdir()
    os.environ["OPS_VAR"] = str(var)
    stack = ExitStack()
    atexit.register(stack.close)
    stack.callback(shutil.rmtree, var, ignore_errors=True)
    stack.callback(remove, var)
    stack.enter_context(addressed(var, is_durable=is_durable))
