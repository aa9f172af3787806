"""Join the running servers of an `OPS_VAR`, or have them started for as long as they are used."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg2
import redis

from ops_dashboard.embedded import installation
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import DATABASE, Addresses, Installation
from ops_dashboard.embedded.keeper import failure_file, keeper_of
from ops_dashboard.embedded.postgres import connect
from ops_dashboard.embedded.valkey import client

PROJECT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN_S = 180.0
GONE_WITHIN_S = 60.0
POLL_S = 0.03
# Keepers that this process started, by their `OPS_VAR`; held until they have gone so that none is left unreaped.
_STARTED: defaultdict[Path, list[subprocess.Popen[bytes]]] = defaultdict(list)


@contextmanager
def running(var: Path, *, is_durable: bool = True) -> Iterator[Addresses]:
    """Yield the addresses of this installation's servers, which run until the last user has left.

    The last one out waits until they have stopped. Raises ServersFailed with the reason when they
    cannot be had. `is_durable=False` is for data that is thrown away: nothing is synced to disk.
    """
    _make_directory(var)
    with (installation.directory(var) / "users.lock").open("a+b") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield wait_until_ready(var, is_durable=is_durable)
        finally:
            _leave(users, var)


def wait_until_ready(var: Path, *, is_durable: bool = True) -> Addresses:
    """Return the addresses once both servers answer, and start a keeper where there is none."""
    deadline = time.monotonic() + READY_WITHIN_S
    started: subprocess.Popen[bytes] | None = None
    while time.monotonic() < deadline:
        if keeper_of(var) is not None:
            found = installation.remembered(var)
            if found is not None and _both_answer(found):
                return found.addresses
        elif started is None or started.poll() is not None:
            if started is not None and started.returncode != 0:
                raise ServersFailed(_why(var))
            started = _start_keeper(var, is_durable=is_durable)
        time.sleep(POLL_S)
    raise ServersFailed(f"the embedded servers were not ready within {READY_WITHIN_S:.0f} s; see {_log(var)}")


def remove(var: Path) -> None:
    """Delete the data of the embedded servers; refuses while somebody uses them."""
    directory = installation.directory(var)
    if not directory.exists():
        return
    with (directory / "users.lock").open("a+b") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServersFailed(f"the servers of {var} are in use; stop script/server first") from error
        found = installation.remembered(var)
        if found is not None:
            shutil.rmtree(found.place, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)


def _leave(users: IO[bytes], var: Path) -> None:
    """Where nobody else is in, tell the keeper to go and hold the door until it has gone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    deadline = time.monotonic() + GONE_WITHIN_S
    keeper = keeper_of(var)
    if keeper is not None:
        os.kill(keeper, signal.SIGTERM)
    while keeper_of(var) is not None and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for started in _STARTED.pop(var, []):
        started.wait(timeout=GONE_WITHIN_S)


def _both_answer(found: Installation) -> bool:
    """Tell by connecting; the broker comes last, when the product's database has been created."""
    broker = client(found)
    try:
        broker.ping()
        connect(found, database=DATABASE).close()
    except (psycopg2.OperationalError, redis.RedisError):
        return False
    finally:
        broker.close()
    return True


def _start_keeper(var: Path, *, is_durable: bool) -> subprocess.Popen[bytes]:
    """Start a keeper in a session of its own: it stays when its starter leaves before another user does."""
    command = [sys.executable, "-m", "ops_dashboard.embedded", str(var)]
    with _log(var).open("ab") as log:
        keeper = subprocess.Popen(
            command + ([] if is_durable else ["--forgetful"]),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _STARTED[var].append(keeper)
    return keeper


def _log(var: Path) -> Path:
    return installation.directory(var) / "keeper.log"


def _why(var: Path) -> str:
    path = failure_file(var)
    return path.read_text(encoding="utf-8") if path.exists() else f"the embedded servers fell; see {_log(var)}"


def _make_directory(var: Path) -> None:
    """The servers' account may pass through to its own data; nobody else can list what is there."""
    directory = installation.directory(var)
    if not directory.exists():
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o711)
