"""One embedded PostgreSQL: laid down, started, judged by connecting, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import DATABASE, HOST, ROLE, Installation
from ops_dashboard.embedded.offspring import BARE_VARIABLES, Account, run, spawn

MAJOR = "18"
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Sized for two cores with 2 to 24 GB of memory.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    # Compiling a plan costs more than our short aggregate queries save.
    "jit": "off",
    # An import writes in bursts: fewer, longer checkpoints.
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
    # A failing statement is logged without its values, which may be personal.
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
# For data that is thrown away after a test run.
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Postgres:
    """The database server of one installation; `programs` holds PostgreSQL's binaries."""

    programs: Path
    installation: Installation
    account: Account | None
    is_durable: bool

    name = "PostgreSQL"
    stops_by = signal.SIGINT  # "fast": ends sessions, then writes everything down

    @property
    def data(self) -> Path:
        return self.installation.place / "postgres"

    def lay_down(self) -> None:
        """Create the data directory where there is none; refuse one of another major version."""
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._create()
        elif (found := version.read_text().strip()) != MAJOR:
            raise ServersFailed(
                f"the data in {self.data} is of PostgreSQL {found}, the installed programs are of {MAJOR}.\n"
                f"Dump it with the old version and restore it into the new one:\n"
                f"  1. with PostgreSQL {found}:  pg_dump -Fc -f ops.dump {DATABASE}\n"
                f"  2. set the old data aside:  mv {self.data} {self.data}-{found}\n"
                f"  3. start again (script/server --empty), then:\n"
                f"     {self.programs / 'pg_restore'} --clean --if-exists -d $DATABASE_URL ops.dump"
            )

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        self._forget_strange_process()
        settings = SETTINGS | ({} if self.is_durable else FORGETFUL) | {"port": str(self.installation.postgres_port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            return spawn(
                [str(self.programs / "postgres"), "-D", str(self.data), *options],
                dies_by=self.stops_by,
                account=self.account,
                variables=BARE_VARIABLES,
                directory=self.data,
                output=output,
            )

    def answers(self) -> bool:
        """Tell whether this installation's own server takes a connection: password and all."""
        try:
            connect(self.installation, database="postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def settle(self) -> None:
        """Create the product's database in a server that answers."""
        connection = connect(self.installation, database="postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()

    def end_orphan(self) -> None:
        """Stop a server of ours that outlived its keeper, where the kernel does not see to that."""
        if self.answers():
            run([str(self.programs / "pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w"], account=self.account)

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted creation left
        fresh = self.data.with_name("postgres-new")
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.installation.place / "postgres-password"
        fresh.mkdir(mode=0o700)
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self.installation.postgres_password, encoding="ascii")
        if self.account is not None:
            os.chown(fresh, self.account.uid, self.account.gid)
            os.chown(password, self.account.uid, self.account.gid)
        command = [str(self.programs / "initdb"), "-D", str(fresh), "-U", ROLE, f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--data-checksums", *LOCALE]
        command += [] if self.is_durable else ["--no-sync"]
        try:
            done = run(command, account=self.account)
        finally:
            password.unlink()
        if done.returncode != 0:
            raise ServersFailed(f"the database could not be created in {self.data}:\n{done.stderr}")
        fresh.rename(self.data)

    def _forget_strange_process(self) -> None:
        """Remove a pid file whose number belongs to a stranger by now, as after a restart of a container.

        PostgreSQL would take that stranger for itself. A process of this data directory, whatever is left
        of it, works in that directory; where one does, the file stays and the start is tried again.
        """
        if sys.platform == "linux" and not any(_works_in(self.data, pid) for pid in _processes()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)


def connect(installation: Installation, *, database: str) -> Connection:
    return psycopg2.connect(
        host=HOST,
        port=installation.postgres_port,
        user=ROLE,
        password=installation.postgres_password,
        dbname=database,
        connect_timeout=3,
    )


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _works_in(directory: Path, pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory)
    except OSError:  # gone meanwhile, or another account's
        return False
