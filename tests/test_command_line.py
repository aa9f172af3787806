"""`manage.py`: which servers it runs on, and a reader who leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ops_dashboard.embedded import Addresses, addressing
from ops_dashboard.embedded.command_line import enter
from ops_dashboard.environment import PROJECT

OWN = Addresses("postgresql://own@127.0.0.1:5000/own", "redis://127.0.0.1:5001/0")
THEIRS = {"DATABASE_URL": "postgresql://ops@db.example.org/ops", "REDIS_URL": "redis://broker.example.org:6379/0"}


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """An environment that names no server; what happens to the installation's own ones."""
    happened: list[str] = []

    @contextmanager
    def running(var: Path, *, is_durable: bool = True) -> Iterator[Addresses]:
        happened.append(f"started in {var.name}, {'durable' if is_durable else 'forgetful'}")
        yield OWN
        happened.append("left")

    for name in (*THEIRS, "SECRET_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("OPS_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(addressing, "running", running)
    return happened


def addresses() -> tuple[str, str]:
    return os.environ["DATABASE_URL"], os.environ["REDIS_URL"]


def test_where_both_servers_are_named_the_embedded_ones_stay_down(
    entered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in THEIRS.items():
        monkeypatch.setenv(name, url)
    with ExitStack() as stack:
        enter(stack)
        assert addresses() == (THEIRS["DATABASE_URL"], THEIRS["REDIS_URL"])
    assert entered == []


@pytest.mark.parametrize(
    ("named", "used"),
    [
        ((), (OWN.database_url, OWN.redis_url)),
        (("DATABASE_URL",), (THEIRS["DATABASE_URL"], OWN.redis_url)),
        (("REDIS_URL",), (OWN.database_url, THEIRS["REDIS_URL"])),
    ],
)
def test_a_server_that_is_named_alone_is_kept_and_the_other_is_the_installation_s_own(
    entered: list[str], monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...], used: tuple[str, str]
) -> None:
    for name in named:
        monkeypatch.setenv(name, THEIRS[name])
    with ExitStack() as stack:
        enter(stack)
        assert addresses() == used
        assert entered == ["started in var, durable"]
    assert entered == ["started in var, durable", "left"]


def test_a_reader_who_has_seen_enough_ends_a_command_without_a_word() -> None:
    command = [sys.executable, "-W", "error", "manage.py", "help"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE
