"""What one installation remembers of its servers: where their data lies, ports, passwords."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

HOST = "127.0.0.1"
DATABASE = "ops_dashboard"
ROLE = "ops_dashboard"


@dataclass(frozen=True)
class Addresses:
    """Where the database and the broker answer, passwords included."""

    database_url: str
    redis_url: str


@dataclass(frozen=True)
class Installation:
    """The servers of one `OPS_VAR`; kept in `<var>/embedded/installation.json`, readable by its owner alone."""

    place: Path
    postgres_port: int
    postgres_password: str
    valkey_port: int
    valkey_password: str

    @property
    def addresses(self) -> Addresses:
        return Addresses(
            database_url=f"postgresql://{ROLE}:{quote(self.postgres_password)}@{HOST}:{self.postgres_port}/{DATABASE}",
            redis_url=f"redis://:{quote(self.valkey_password)}@{HOST}:{self.valkey_port}/0",
        )

    def with_free_ports(self) -> Installation:
        """Keep each remembered port that nobody else took meanwhile."""
        postgres_port = free_port(self.postgres_port)
        return replace(self, postgres_port=postgres_port, valkey_port=free_port(self.valkey_port, but=postgres_port))


def directory(var: Path) -> Path:
    """The part of `OPS_VAR` that belongs to the embedded servers."""
    return var / "embedded"


def remembered(var: Path) -> Installation | None:
    """Return the installation kept in `var`, or None where none has been laid down."""
    path = directory(var) / "installation.json"
    if not path.exists():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    return Installation(**{**fields, "place": Path(fields["place"])})


def new(place: Path) -> Installation:
    return Installation(
        place=place,
        postgres_port=0,
        postgres_password=secrets.token_urlsafe(24),
        valkey_port=0,
        valkey_password=secrets.token_urlsafe(24),
    )


def remember(installation: Installation, var: Path) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    path = directory(var) / "installation.json"
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({**asdict(installation), "place": str(installation.place)}), encoding="utf-8")
    fresh.replace(path)


def free_port(preferred: int, *, but: int = 0) -> int:
    """Return `preferred` where it can be had on the loopback address, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            chosen = int(probe.getsockname()[1])
        return chosen if chosen != but else free_port(0, but=but)
    raise OSError(f"no free port on {HOST}")
