"""One embedded Valkey: started, judged by connecting, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ops_dashboard.embedded.installation import HOST, Installation
from ops_dashboard.embedded.offspring import BARE_VARIABLES, Account, spawn


@dataclass(frozen=True)
class Valkey:
    """The broker and cache of one installation; `program` is the server binary."""

    program: Path
    installation: Installation
    account: Account | None
    is_durable: bool

    name = "Valkey"
    stops_by = signal.SIGTERM

    @property
    def data(self) -> Path:
        return self.installation.place / "valkey"

    def lay_down(self) -> None:
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            if self.account is not None:
                os.chown(self.data, self.account.uid, self.account.gid)

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Hand the settings over standard input: an argument would show the password to every account."""
        with log.open("ab") as output:
            child = spawn(
                [str(self.program), "-"],
                dies_by=self.stops_by,
                account=self.account,
                variables=BARE_VARIABLES,
                directory=self.data,
                stdin=subprocess.PIPE,
                output=output,
            )
        if child.stdin is not None:
            child.stdin.write(self._settings().encode("ascii"))
            child.stdin.close()
        return child

    def answers(self) -> bool:
        """Tell whether this installation's own server takes a command: password and all."""
        connection = client(self.installation)
        try:
            return bool(connection.ping())
        except redis.RedisError:
            return False
        finally:
            connection.close()

    def settle(self) -> None:
        """Nothing to create."""

    def end_orphan(self) -> None:
        """Stop a server of ours that outlived its keeper, where the kernel does not see to that."""
        if self.answers():
            connection = client(self.installation)
            connection.shutdown()
            connection.close()

    def _settings(self) -> str:
        return (
            f"bind {HOST}\n"
            f"port {self.installation.valkey_port}\n"
            f"requirepass {self.installation.valkey_password}\n"
            f"appendonly {'yes' if self.is_durable else 'no'}\n"
            "appendfsync everysec\n"
            'save ""\n'
            "maxmemory-policy noeviction\n"
            "databases 64\n"
            "daemonize no\n"
        )


def client(installation: Installation) -> redis.Redis:
    return redis.Redis(
        host=HOST,
        port=installation.valkey_port,
        password=installation.valkey_password,
        socket_timeout=3,
        socket_connect_timeout=3,
        retry=Retry(NoBackoff(), retries=0),
    )
