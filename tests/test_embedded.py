"""The embedded servers: joined, left, killed, and put where they can run."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import redis

from ops_dashboard.embedded import Addresses, ServersFailed, installation, running
from ops_dashboard.embedded.installation import HOST, free_port
from ops_dashboard.embedded.joining import remove, wait_until_ready
from ops_dashboard.embedded.keeper import keeper_of
from ops_dashboard.environment import PROJECT

PATIENCE_S = 30.0
USER = """
import sys
from pathlib import Path
from ops_dashboard.embedded import running
with running(Path(sys.argv[1])) as addresses:
    print(addresses.database_url, flush=True)
    sys.stdin.read()
"""
is_root = os.geteuid() == 0
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def var() -> Iterator[Path]:
    """A directory for one installation that the servers' account can reach."""
    directory = Path(tempfile.mkdtemp(prefix="ops-embedded-"))
    directory.chmod(0o711)
    yield directory
    remove(directory)
    shutil.rmtree(directory)


@contextmanager
def another_user(var: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another command that uses the servers of `var`, and the address it was given."""
    command = [sys.executable, "-c", USER, str(var)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def answers(database_url: str) -> bool:
    try:
        psycopg2.connect(database_url, connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def run_sql(addresses: Addresses, statement: str) -> list[tuple[object, ...]]:
    session = psycopg2.connect(addresses.database_url)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        session.close()


def postmaster(var: Path) -> int:
    found = installation.remembered(var)
    assert found is not None
    return int((found.place / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_servers_answer_while_used_and_stop_with_the_last_user(var: Path) -> None:
    with running(var) as addresses:
        assert run_sql(addresses, "SHOW server_version_num")[0][0] >= "180000"  # type: ignore[operator]
        broker = redis.from_url(addresses.redis_url)
        assert broker.ping() is True
        broker.close()
    assert keeper_of(var) is None
    assert not answers(addresses.database_url)


def test_a_second_command_joins_the_servers_and_keeps_them_when_their_starter_leaves(var: Path) -> None:
    with running(var) as addresses:
        other = another_user(var)
        process, given = other.__enter__()
    assert given == addresses.database_url
    assert answers(given)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=PATIENCE_S) == 0
    other.__exit__(None, None, None)
    assert not answers(given)


def test_two_commands_that_start_at_once_share_one_pair_of_servers(var: Path) -> None:
    (var / "embedded").mkdir()
    (var / "embedded").chmod(0o711)
    command = [sys.executable, "-c", USER, str(var)]
    pair = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
        for _ in range(2)
    ]
    given = {process.stdout.readline() for process in pair if process.stdout}
    for process in pair:
        process.communicate()
    assert len(given) == 1
    assert {process.returncode for process in pair} == {0}


def test_servers_stop_when_their_only_user_is_killed(var: Path) -> None:
    with another_user(var) as (process, given):
        assert answers(given)
        process.kill()
        process.wait()
        assert eventually(lambda: keeper_of(var) is None)
        assert not answers(given)


def test_committed_rows_and_queued_messages_outlive_the_death_of_both_servers(var: Path) -> None:
    with running(var) as addresses:
        run_sql(addresses, "CREATE TABLE kept (n int)")
        run_sql(addresses, "INSERT INTO kept SELECT generate_series(1, 500)")
        broker = redis.from_url(addresses.redis_url)
        broker.rpush("queue", *range(200))
        time.sleep(1.1)  # the broker writes to disk every second
        fallen = [postmaster(var), int(broker.info()["process_id"])]
        broker.close()
        for pid in fallen:
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: answers(addresses.database_url) and postmaster(var) != fallen[0])
        assert wait_until_ready(var) == addresses
        assert run_sql(addresses, "SELECT count(*) FROM kept") == [(500,)]
        broker = redis.from_url(addresses.redis_url)
        assert broker.llen("queue") == 200
        broker.close()


@needs_proc
def test_servers_die_with_a_killed_keeper_and_come_back_at_the_same_addresses(var: Path) -> None:
    with running(var) as addresses:
        keeper, server = keeper_of(var), postmaster(var)
        assert keeper is not None
        os.kill(keeper, signal.SIGKILL)
        assert eventually(lambda: not is_alive(server))
        assert wait_until_ready(var) == addresses
        assert keeper_of(var) not in (None, keeper)


@needs_proc
def test_a_pid_file_that_names_a_stranger_does_not_stop_a_start(var: Path) -> None:
    with running(var):
        server = postmaster(var)
        pid_file = installation.directory(var) / "postgres" / "postmaster.pid"
        left_behind = pid_file.read_text()
    found = installation.remembered(var)
    assert found is not None
    owner = pid_file.parent.stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid if is_root else None, cwd="/")
    pid_file.write_text(left_behind.replace(str(server), str(stranger.pid), 1))
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    with running(var) as addresses:
        assert answers(addresses.database_url)
        assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_data_of_another_major_version_is_refused_with_the_way_to_move_it(var: Path) -> None:
    with running(var):
        pass
    found = installation.remembered(var)
    assert found is not None
    version = found.place / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ServersFailed, match=r"(?s)of PostgreSQL 17.*pg_dump -Fc.*pg_restore"), running(var):
        pass
    assert version.read_text() == "17\n"


def test_nothing_but_the_password_opens_the_database(var: Path) -> None:
    with running(var) as addresses:
        wrong = addresses.database_url.replace("ops_dashboard:", "ops_dashboard:x", 1)
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(wrong)
        assert run_sql(addresses, "SHOW listen_addresses") == [(HOST,)]
        assert run_sql(addresses, "SHOW data_checksums") == [("on",)]
        broker = redis.from_url(addresses.redis_url.replace("redis://:", "redis://:x", 1))
        with pytest.raises(redis.AuthenticationError):
            broker.ping()
        broker.close()
    assert (installation.directory(var) / "installation.json").stat().st_mode & 0o077 == 0


@needs_proc
def test_no_password_stands_on_a_command_line(var: Path) -> None:
    with running(var):
        found = installation.remembered(var)
        assert found is not None
        lines = b"".join(_command_line(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        assert b"postgres" in lines
        assert found.postgres_password.encode() not in lines
        assert found.valkey_password.encode() not in lines


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def test_two_installations_do_not_meet(var: Path) -> None:
    one, other = var / "one", var / "other"
    with running(one) as ours, running(other) as theirs:
        assert ours != theirs
        run_sql(ours, "CREATE TABLE only_here (n int)")
        assert run_sql(theirs, "SELECT to_regclass('only_here')") == [(None,)]
    remove(one)
    remove(other)


def test_a_remembered_port_that_somebody_took_is_given_up() -> None:
    first = free_port(0)
    assert free_port(first) == first
    with _listening() as taken:
        assert free_port(taken) != taken
    assert free_port(first, but=first) != first


@contextmanager
def _listening() -> Iterator[int]:
    with socket.socket() as door:
        door.bind((HOST, 0))
        door.listen()
        yield door.getsockname()[1]


def test_data_in_use_is_not_removed(var: Path) -> None:
    with running(var) as addresses:
        with pytest.raises(ServersFailed, match="are in use"):
            remove(var)
        assert answers(addresses.database_url)


@pytest.mark.skipif(not is_root, reason="only root drops to another account")
def test_behind_a_closed_door_data_moves_out_and_the_door_stays_closed(var: Path) -> None:
    home = var / "home"
    home.mkdir(mode=0o700)
    with running(home / "clone" / "var") as addresses:
        assert answers(addresses.database_url)
        found = installation.remembered(home / "clone" / "var")
    assert found is not None
    assert not found.place.is_relative_to(home)
    assert home.stat().st_mode & 0o777 == 0o700
    assert (found.place / "postgres").stat().st_uid != 0
    remove(home / "clone" / "var")
    assert not found.place.exists()
