"""A process of its own on the test's database, to be killed in the middle of its work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_PRELUDE = """
import os, time, django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
"""


@contextmanager
def running_until_killed(program: str) -> Iterator[None]:
    """Inside, `program` runs and has printed a line; afterwards it is killed and the server knows."""
    known = _others()
    environment = {**os.environ, "TEST_DATABASE": connection.settings_dict["NAME"]}
    process = subprocess.Popen([sys.executable, "-c", _PRELUDE + program], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip()
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    _wait_until_gone(known)


def _others() -> set[int]:
    """Connections to the test's database beside this one; threads of earlier tests may have left some."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def _wait_until_gone(known: set[int]) -> None:
    """Until the server has noticed that the killed process's connection is gone."""
    for _ in range(200):
        if _others() <= known:
            return
        time.sleep(0.05)
    raise AssertionError("the killed process's connection is still there")
