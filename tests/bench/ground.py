"""A database of its own for the benches that need one, on throw-away servers."""

import os
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from tests.servers import prepare_environment

NAME = "bench"
MARK = "made by python -m tests.bench"  # the comment on our database, by which a later run knows it


class NotOurs(RuntimeError):
    """A database of our name that somebody else made."""


def prepare(*, keep: bool = False) -> None:
    """Start servers, make a migrated database and let Django use it; once a process.

    It is empty, unless a run before this one on the same server (`DATABASE_URL`) left one and `keep` says so.
    NotOurs where a database of that name lacks our mark. The servers run as those of an installation do: without
    autovacuum no table has statistics, and a plan for a few tickets reads all of them.
    """
    if "OPS_BENCH" in os.environ:
        return
    os.environ["OPS_BENCH"] = "1"
    prepare_environment(is_durable=True)
    django.setup()
    make_database(NAME, keep=keep)
    connection.close()
    connection.settings_dict["NAME"] = NAME
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def make_database(name: str, *, keep: bool = False) -> None:
    """An empty database with our mark, in place of one that has it; `keep` leaves that one. NotOurs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = cursor.fetchone()
        if found is not None and found[0] != MARK:
            raise NotOurs(f"A database '{name}' is there and no bench made it: drop or rename it yourself.")
        if found is not None and keep:
            return
        if found is not None:
            cursor.execute(f'DROP DATABASE "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}'")


def cpu_seconds() -> float:
    """Processor time of this process and of the server's process behind its connection, where it runs beside us.

    On a busy machine it tells more than the clock on the wall.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return time.process_time()
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
