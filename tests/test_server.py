"""`script/server` as its user meets it: ready, alone, stopped in order, and gone when killed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops_dashboard.children import Child
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import DATABASE, remembered
from ops_dashboard.embedded.joining import remove
from ops_dashboard.embedded.keeper import keeper_of
from ops_dashboard.embedded.offspring import Backoff
from ops_dashboard.embedded.postgres import connect
from ops_dashboard.environment import PROJECT
from ops_dashboard.people.demo_users import DEMO_USERS, TICKETS_STAND, unfinished_demo
from ops_dashboard.server import free_port, reset, wants_demo

PATIENCE_S = 180.0
URL = re.compile(r"http://[^\s]+")
SIGN_IN = re.compile(r"^  (demo-\w+) +(\S.*)$", re.MULTILINE)
FIRST_START = "First start: loading the demo organisation"


@pytest.fixture
def var() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="ops-server-"))
    directory.chmod(0o711)
    yield directory
    remove(directory)
    shutil.rmtree(directory)


class Started:
    """One `script/server` and what it has said."""

    def __init__(self, var: Path, *arguments: str) -> None:
        names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
        variables = {name: value for name, value in os.environ.items() if name not in names}
        self.log = var / "said.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops_dashboard.server", *arguments],
                env={**variables, "OPS_VAR": str(var)},
                stdout=log,
                stderr=log,
                cwd=PROJECT,
            )

    def said(self) -> str:
        return self.log.read_text()

    def url(self) -> str:
        """The address it prints once it is ready."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if "Stop: Ctrl-C" in self.said():
                (url,) = set(URL.findall(self.said()))
                return url
            time.sleep(0.1)
        raise AssertionError(self.said())

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(timeout=PATIENCE_S)


def living(var: Path) -> list[str]:
    """The processes whose environment or arguments name this installation."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(var).encode() in text:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def tickets(var: Path) -> int:
    """How many tickets the running installation has."""
    found = remembered(var)
    assert found is not None
    session = connect(found, database=DATABASE)
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tickets_ticket")
            return int(cursor.fetchone()[0])
    finally:
        session.close()


def signed_in(url: str, name: str, password: str) -> str:
    """The page on which a sign-in ends."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    form = browser.open(f"{url}sign-in/", timeout=30).read().decode()
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": token}
    with browser.open(f"{url}sign-in/", urllib.parse.urlencode(fields).encode(), timeout=60) as answer:
        return str(answer.url)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_server_is_ready_alone_loads_the_demo_once_keeps_all_data_and_leaves_nothing_behind(var: Path) -> None:
    port = free_port(18_200)
    first = Started(var, "--port", str(port), "--tickets", "300")
    url = first.url()
    assert url == f"http://127.0.0.1:{port}/"
    with urllib.request.urlopen(f"{url}readyz", timeout=10) as answer:
        assert answer.status == 200
    assert first.said().count(FIRST_START) == 1
    password = (var / "demo-password").read_text().strip()
    assert f"all with the password {password}\n" in first.said()
    assert SIGN_IN.findall(first.said()) == [(user.username, user.role.label) for user in DEMO_USERS]
    assert 0 < tickets(var) <= 300
    assert signed_in(url, "demo-manager", password) == url

    second = subprocess.run(
        [sys.executable, "-m", "ops_dashboard.server"],
        env={**os.environ, "OPS_VAR": str(var)},
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == f"This installation ({var}) already runs: {url}\n"

    assert eventually(lambda: unfinished_demo(var).read_text() == TICKETS_STAND)
    assert tickets(var) == 300
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert eventually(lambda: living(var) == [])

    third = Started(var, "--port", str(port))  # rosters, reviews and what else follows are still missing
    assert third.url() == url
    assert FIRST_START not in third.said()
    assert tickets(var) == 300
    assert signed_in(url, "demo-manager", password) == url
    assert third.end(signal.SIGINT) == 0
    assert keeper_of(var) is None
    assert living(var) == []


@pytest.mark.parametrize(
    ("is_empty", "is_begun", "is_untouched", "is_loaded"),
    [(False, False, True, True), (True, False, True, False), (False, False, False, False), (False, True, False, True)],
)
def test_the_demo_is_loaded_where_nothing_is_or_it_was_begun_unless_told_otherwise(
    var: Path, monkeypatch: pytest.MonkeyPatch, is_empty: bool, is_begun: bool, is_untouched: bool, is_loaded: bool
) -> None:
    if is_begun:
        unfinished_demo(var).touch()
    monkeypatch.setattr("ops_dashboard.server._is_untouched", lambda: is_untouched)
    assert wants_demo(unfinished_demo(var), is_empty=is_empty) == is_loaded


def test_a_taken_port_gives_way_to_the_next_with_a_notice(capsys: pytest.CaptureFixture[str]) -> None:
    taken = free_port(18_300)
    with _listening(taken):
        assert free_port(taken) > taken
    assert f"Port {taken} is taken; using " in capsys.readouterr().out


def test_a_fallen_child_is_started_again_after_a_pause(capsys: pytest.CaptureFixture[str]) -> None:
    child = Child("web", [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"], os.environ)
    child.start()
    assert child.process is not None
    first = child.process
    first.kill()
    first.wait()
    child.mend()
    child.due_at += 60
    child.mend()  # too early
    assert child.process is None
    child.due_at -= 61
    child.mend()
    assert child.process is not None
    assert child.process.pid != first.pid
    child.stop()
    assert "web    | ended with status -9; starting again in 0.5 s" in capsys.readouterr().out


@pytest.mark.parametrize(("status", "runs"), [(0, 1), (1, 2)])
def test_an_errand_is_run_until_it_succeeds(var: Path, status: int, runs: int) -> None:
    script = f"from pathlib import Path; p = Path('{var}/runs'); n = p.read_text() if p.exists() else ''"
    script += f"; p.write_text(n + '.'); raise SystemExit({status} if not n else 0)"
    errand = Child("demo", [sys.executable, "-c", script], os.environ, is_errand=True)
    errand.start()
    deadline = time.monotonic() + PATIENCE_S
    while not errand.is_done and time.monotonic() < deadline:
        errand.mend()
        time.sleep(0.05)
    errand.mend()
    assert errand.is_done
    assert (var / "runs").read_text() == "." * runs


def test_pauses_double_up_to_half_a_minute_and_shorten_after_health() -> None:
    backoff = Backoff()
    assert [backoff.next_pause_s() for _ in range(8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    backoff.started_at -= 61
    assert backoff.next_pause_s() == 0.5


def test_a_reset_deletes_what_the_installation_keeps_and_nothing_else(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    for name in ("embedded", "static"):
        (var / name).mkdir()
        (var / name / "kept").touch()
    for name in ("secret_key", "demo-password", "letter-to-grandmother"):
        (var / name).touch()
    reset(var)
    assert [path.name for path in var.iterdir()] == ["letter-to-grandmother"]


def test_a_reset_leaves_an_outside_database_alone(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ops@db.example.org/figures")
    with pytest.raises(ServersFailed, match="is yours to drop"):
        reset(var)


def _listening(port: int) -> socket.socket:
    door = socket.socket()
    door.bind(("127.0.0.1", port))
    door.listen()
    return door
