"""A process of its own on the test's database, to be killed in the middle of its work."""

import os
import signal
import subprocess
import sys
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
    _wait_until_alone()


def _wait_until_alone() -> None:
    """Until the server has noticed that the killed process's connection is gone."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if cursor.fetchone() == (0,):
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("the killed process's connection is still there")
