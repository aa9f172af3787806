"""Child processes that never outlive their parent and come back when they fall."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0
# A server gets no variable of ours: those hold secrets, and PG* would change its settings.
BARE_VARIABLES = {"PATH": os.defpath, "LC_ALL": "C"}
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """An unprivileged account that a child takes on."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    dies_by: signal.Signals,
    account: Account | None = None,
    variables: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    output: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a Ctrl-C reaches only its parent.

    The kernel sends `dies_by` when the parent is gone (Linux; elsewhere the next start cleans up).
    """
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=directory,
        env=variables,
        start_new_session=True,
        preexec_fn=_following(os.getpid(), dies_by),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077 if account else -1,
    )


def run(command: Sequence[str], *, account: Account | None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, under another account where one is given, and return what it said."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=BARE_VARIABLES,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def stop(child: subprocess.Popen[bytes], *, by: signal.Signals, patience_s: float) -> None:
    """Ask a child to end, and end it when it does not within `patience_s` seconds."""
    if child.poll() is not None:
        return
    child.send_signal(by)
    try:
        child.wait(timeout=patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@dataclass
class Backoff:
    """The pause before the next start: doubling from half a second to thirty, and short again after health."""

    pause_s: float = FIRST_PAUSE_S
    started_at: float = field(default_factory=time.monotonic)

    def started(self) -> None:
        self.started_at = time.monotonic()

    def next_pause_s(self) -> float:
        if time.monotonic() - self.started_at > HEALTHY_AFTER_S:
            self.pause_s = FIRST_PAUSE_S
        pause_s, self.pause_s = self.pause_s, min(self.pause_s * 2, LONGEST_PAUSE_S)
        return pause_s


def _following(parent: int, dies_by: signal.Signals) -> Callable[[], None]:
    """Return what the child runs before its program: it ties its life to its parent's."""

    def follow() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, dies_by)
        if os.getppid() != parent:  # the parent fell between fork and here
            os._exit(1)

    return follow
