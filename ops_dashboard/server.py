"""`script/server`: one command that brings the whole product up, keeps it up, and takes it down in order.

Servers, migrations, static files, the demo at first start; then web, worker and beat under one supervisor.
"""

from __future__ import annotations

import argparse
import fcntl
import http.client
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import psycopg2

from ops_dashboard.children import Child, StepFailed, run_step, step_beside
from ops_dashboard.embedded.addressing import needs_own
from ops_dashboard.embedded.command_line import enter
from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import HOST, remembered
from ops_dashboard.embedded.joining import remove, wait_until_ready
from ops_dashboard.embedded.keeper import keeper_of
from ops_dashboard.environment import PROJECT, TASK_LIMIT_S, BadEnvironment, Environment, directory_of
from ops_dashboard.people.demo_users import DEMO_USERS, demo_password, unfinished_demo

LOOK_EVERY_S = 0.5
WEB_READY_WITHIN_S = 60.0
PORTS_TRIED = 100
PAGE_LIMIT_S = 15
# Messages are JSON, which runs nothing; a container's or a clone's root may run the worker.
ROOT_WARNING = "You're running the worker with superuser privileges"
# What an installation keeps in OPS_VAR besides its servers.
KEPT = ("static", "secret_key", "demo-password", "demo-unfinished")


class Leave(BaseException):
    """Somebody asked the server to go."""


class AlreadyRunning(RuntimeError):
    """Another `script/server` serves this installation; the message says where."""


def serve(*, port: int, is_empty: bool, is_reset: bool, tickets: int | None) -> None:
    """Run the product until somebody ends it."""
    var = directory_of(os.environ)
    var.mkdir(parents=True, exist_ok=True)
    is_embedded = needs_own(os.environ)
    with only_server(var) as door, ExitStack() as stack:
        if is_reset:
            reset(var)
        enter(stack)
        prepare()
        unfinished = unfinished_demo(var)
        url = f"http://{HOST}:{free_port(port)}/"
        door.write_text(url, encoding="ascii")
        web, *others = children_of(url)
        children = [web]
        variables = {"PUBLIC_URL": url.rstrip("/"), **os.environ}
        rest = Child("demo", [sys.executable, str(PROJECT / "manage.py"), "demo"], variables, is_errand=True)
        stack.callback(_stop_all, children)
        web.start()
        if wants_demo(unfinished, is_empty=is_empty):
            if not _is_recent_there(unfinished):
                begin_demo(unfinished, tickets)
            others.append(rest)
        _wait_for_web(url, children)
        _welcome(url, var)
        children += others
        for child in others:
            child.start()
        while True:
            if rest.is_done and unfinished.exists():
                unfinished.unlink()
                print("The demo organisation is complete", flush=True)
            for child in children:
                child.mend()
            if is_embedded and keeper_of(var) is None:
                print("The servers' keeper has gone; starting it again", flush=True)
                wait_until_ready(var)
            time.sleep(LOOK_EVERY_S)


@contextmanager
def only_server(var: Path) -> Iterator[Path]:
    """Hold this installation's door; yields the file that tells others where the product answers."""
    door = var / "server.url"
    with (var / "server.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            where = door.read_text(encoding="ascii") if door.exists() else "and is just starting"
            raise AlreadyRunning(f"This installation ({var}) already runs: {where}") from error
        door.unlink(missing_ok=True)
        try:
            yield door
        finally:
            door.unlink(missing_ok=True)


def reset(var: Path) -> None:
    """Delete the installation's data: its own servers' and the files it keeps, nothing else in `OPS_VAR`."""
    if os.environ.get("DATABASE_URL"):
        raise ServersFailed("--reset deletes embedded data only; the database of DATABASE_URL is yours to drop")
    remove(var)
    for name in KEPT:
        path = var / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def prepare() -> None:
    """Bring schema and static files up to date."""
    with step_beside(["collectstatic", "--noinput", "--verbosity=0"], variables=os.environ):
        run_step(["migrate", "--noinput", "--verbosity=0"], variables=os.environ)


def wants_demo(unfinished: Path, *, is_empty: bool) -> bool:
    """Whether the demo organisation is to be loaded or finished."""
    return not is_empty and (unfinished.exists() or _is_untouched())


def begin_demo(unfinished: Path, tickets: int | None) -> None:
    """Load as much of the demo organisation as the first page shows; `unfinished` stands until the rest is there."""
    unfinished.touch()
    print("First start: loading the demo organisation (script/server --empty starts without)", flush=True)
    size = [] if tickets is None else ["--tickets", str(tickets)]
    run_step(["demo", "--recent-first", *size], variables=os.environ)


def children_of(url: str) -> list[Child]:
    """Web, worker and beat, in the order in which they start; they stop in this order too."""
    celery = [sys.executable, "-W", f"ignore:{ROOT_WARNING}", "-m", "celery", "--quiet", "--app", "ops_dashboard"]
    workers = str(Environment.read(os.environ).worker_processes)
    bind = url.removeprefix("http://").rstrip("/")
    return [
        Child("web", [sys.executable, "-m", "gunicorn", "--bind", bind], _variables(PAGE_LIMIT_S, url)),
        Child("beat", [*celery, "beat", "--loglevel", "warning"], _variables(TASK_LIMIT_S, url)),
        Child(
            "worker",
            [*celery, "worker", "--concurrency", workers, "--loglevel", "warning", "--without-gossip"],
            _variables(TASK_LIMIT_S, url),
        ),
    ]


def free_port(wanted: int) -> int:
    """Return `wanted`, or the next port that is free, with a notice."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port != wanted:
            print(f"Port {wanted} is taken; using {port}", flush=True)
        return port
    raise ServersFailed(f"no free port from {wanted} on; choose one with --port")


def _is_recent_there(unfinished: Path) -> bool:
    """Whether the demo was broken off after its last weeks stood."""
    return unfinished.exists() and bool(unfinished.read_text(encoding="ascii"))


def _is_untouched() -> bool:
    """Tell whether nobody has put anything into this installation yet."""
    session = psycopg2.connect(Environment.read(os.environ).database_url)
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM tickets_source)")
            return bool(cursor.fetchone()[0])
    finally:
        session.close()


def _variables(statement_limit_s: int, url: str) -> Mapping[str, str]:
    """What a child is told; letters name the port that was free, unless `PUBLIC_URL` says otherwise."""
    told = {"STATEMENT_TIMEOUT_S": str(statement_limit_s), "PUBLIC_URL": url.rstrip("/")}
    return {**told, **os.environ, "PYTHONUNBUFFERED": "1"}


def _wait_for_web(url: str, children: list[Child]) -> None:
    deadline = time.monotonic() + WEB_READY_WITHIN_S
    while not _answers(url):
        if time.monotonic() > deadline:
            raise ServersFailed(f"the web server did not answer within {WEB_READY_WITHIN_S:.0f} s")
        for child in children:
            child.mend()
        time.sleep(0.1)


def _answers(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(url: str, var: Path) -> None:
    print(f"\nOps Dashboard is ready: {url}")
    if (var / "demo-password").exists():
        print(f"\nDemo sign-ins, all with the password {demo_password(var)}")
        for user in DEMO_USERS:
            print(f"  {user.username:<16} {user.role.label}")
        if unfinished_demo(var).exists():
            print(
                "\nIts older tickets, rosters, reviews, feedback and insights are still arriving, as every page says."
            )
    found = remembered(var)
    is_elsewhere = found is not None and not found.place.is_relative_to(var)
    print(f"\nData: {var}{f' and {found.place}' if found and is_elsewhere else ''}   Stop: Ctrl-C", flush=True)


def _stop_all(children: list[Child]) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    print("\nStopping", flush=True)
    for child in children:
        child.stop()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/server", description="Start the product, ready to use.")
    parser.add_argument("--port", type=int, help="the first port to try (default: $PORT, else 8000)")
    parser.add_argument("--empty", action="store_true", help="do not load the demo organisation")
    parser.add_argument("--tickets", type=int, help="how many tickets the demo organisation is made with")
    parser.add_argument("--reset", action="store_true", help="delete this installation's data first")
    arguments = parser.parse_args()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _leave)
    try:
        port = arguments.port or Environment.read({"PORT": os.environ.get("PORT", "")}).port
        serve(port=port, is_empty=arguments.empty, is_reset=arguments.reset, tickets=arguments.tickets)
    except Leave:
        return 0
    except (AlreadyRunning, BadEnvironment, ServersFailed, StepFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
