"""The process that owns the embedded servers of one `OPS_VAR` for as long as somebody uses them.

Every command that needs the servers holds a shared lock on `users.lock`. The keeper holds `keeper.lock`,
starts the servers, starts a fallen one again, and stops both when the last user has gone, however it went:
the kernel drops a lock with its process. Nobody hands anything over, and a second keeper simply leaves.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ops_dashboard.embedded import installation, programs
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import Installation
from ops_dashboard.embedded.offspring import Account, Backoff, stop
from ops_dashboard.embedded.postgres import Postgres
from ops_dashboard.embedded.valkey import Valkey

BEAT_S = 0.1
START_ATTEMPTS = 6
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 30.0
PROBES_PASS_S = 0.5
LOG_KEPT_BYTES = 5_000_000


@dataclass
class Kept:
    """A server and the process it runs in now."""

    server: Postgres | Valkey
    log: Path
    process: subprocess.Popen[bytes] | None = None
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        """Start and wait until it answers; try again after a pause, since what a killed server left may linger."""
        for _ in range(START_ATTEMPTS):
            self.backoff.started()
            self.process = self.server.start(self.log)
            if self._is_ready(self.process):
                self.server.settle()
                return
            stop(self.process, by=self.server.stops_by, patience_s=STOP_WITHIN_S)
            time.sleep(self.backoff.next_pause_s())
        raise ServersFailed(f"{self.server.name} does not start; the end of {self.log}:\n{_tail(self.log)}")

    def has_fallen(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, by=self.server.stops_by, patience_s=STOP_WITHIN_S)

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + READY_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            if self.server.answers():
                return True
            time.sleep(0.03)
        return False


def keep(var: Path, *, is_durable: bool) -> None:
    """Run both servers until the last user has gone."""
    with only_keeper(var) as is_only:
        if is_only:
            failure_file(var).unlink(missing_ok=True)
            servers = _servers(var, is_durable=is_durable)
            try:
                for kept in servers:
                    kept.start()
                _mend_until_unused(servers, var)
            finally:
                for kept in reversed(servers):
                    kept.stop()


@contextmanager
def only_keeper(var: Path) -> Iterator[bool]:
    """Hold `keeper.lock`, with the keeper's number in it; yields False where another keeper holds it."""
    with _lock_file(var).open("a+b") as lock:
        if not _taken(lock, fcntl.LOCK_EX, within_s=PROBES_PASS_S):
            yield False
            return
        lock.truncate(0)
        lock.write(str(os.getpid()).encode("ascii"))
        lock.flush()
        yield True


def keeper_of(var: Path) -> int | None:
    """Return the number of the keeper's process, or None where there is no keeper."""
    with _lock_file(var).open("a+b") as lock:
        if _taken(lock, fcntl.LOCK_SH):
            return None
        lock.seek(0)
        return int(lock.read() or b"0") or None


def failure_file(var: Path) -> Path:
    """Where a keeper that could not start says why."""
    return installation.directory(var) / "failure.txt"


def _servers(var: Path, *, is_durable: bool) -> list[Kept]:
    """Return both servers, laid down and not yet started, on ports that are free now."""
    who = programs.account()
    found = installation.remembered(var)
    if found is None:
        found = installation.new(programs.choose_place(var))
    elif not found.place.is_dir():
        raise ServersFailed(f"the data of this installation was in {found.place}, which is gone; see --reset")
    else:
        for orphan in _pair(found, programs.find_programs(found.place), who, is_durable=is_durable):
            orphan.end_orphan()
    found = found.with_free_ports()
    installation.remember(found, var)
    servers = _pair(found, programs.find_programs(found.place), who, is_durable=is_durable)
    for server in servers:
        server.lay_down()
    return [Kept(server, _shortened(installation.directory(var) / f"{server.name.lower()}.log")) for server in servers]


def _pair(
    found: Installation, paths: programs.Programs, who: Account | None, *, is_durable: bool
) -> tuple[Postgres, Valkey]:
    return (
        Postgres(paths.postgres, found, account=who, is_durable=is_durable),
        Valkey(paths.valkey, found, account=who, is_durable=is_durable),
    )


def _mend_until_unused(servers: list[Kept], var: Path) -> None:
    with (installation.directory(var) / "users.lock").open("a+b") as users:
        while not _taken(users, fcntl.LOCK_EX):
            for kept in servers:
                if kept.has_fallen():
                    print(f"{kept.server.name} fell; starting it again", flush=True)
                    time.sleep(kept.backoff.next_pause_s())
                    kept.start()
            time.sleep(BEAT_S)
        for kept in reversed(servers):  # under the lock, so that a newcomer waits and then starts afresh
            kept.stop()


def _taken(lock: IO[bytes], kind: int, *, within_s: float = 0.0) -> bool:
    deadline = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _lock_file(var: Path) -> Path:
    return installation.directory(var) / "keeper.lock"


def _shortened(log: Path) -> Path:
    """Keep the last log beside the present one, so that neither grows for ever."""
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        log.replace(log.with_suffix(".old.log"))
    return log


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
