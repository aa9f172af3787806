"""The processes of one installation: steps that run once, and children that are kept running."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from ops_dashboard.embedded.offspring import Backoff, spawn, stop
from ops_dashboard.environment import PROJECT


class StepFailed(RuntimeError):
    """A step of the start ended with an error; it has said why."""


def run_step(arguments: Sequence[str], *, variables: Mapping[str, str]) -> None:
    """Run one management command to its end, on this terminal; it dies with this process."""
    with step_beside(arguments, variables=variables):
        pass


@contextmanager
def step_beside(arguments: Sequence[str], *, variables: Mapping[str, str]) -> Iterator[None]:
    """Run one management command beside what happens inside; on leaving it has come to its end."""
    command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    step = spawn(command, dies_by=signal.SIGTERM, variables=variables, directory=PROJECT)
    try:
        yield
        status = step.wait()
    finally:
        stop(step, by=signal.SIGTERM, patience_s=10)
    if status != 0:
        raise StepFailed(f"'manage.py {' '.join(arguments)}' failed")


@dataclass
class Child:
    """One long-lived process: started again when it falls, its lines marked with its name.

    An errand is started again only until it ends with status 0.
    """

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    patience_s: float = 20.0
    is_errand: bool = False
    is_done: bool = False
    process: subprocess.Popen[bytes] | None = None
    due_at: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        self.backoff.started()
        self.process = spawn(
            self.command,
            dies_by=signal.SIGTERM,
            variables=self.variables,
            directory=PROJECT,
            output=subprocess.PIPE,
        )
        if self.process.stdout is not None:
            threading.Thread(target=self._repeat, args=[self.process.stdout], daemon=True).start()

    def mend(self) -> None:
        """Note a fall and start again once the pause is over; returns at once."""
        if self.process is None:
            if not self.is_done and time.monotonic() >= self.due_at:
                self.start()
        elif (status := self.process.poll()) == 0 and self.is_errand:
            self.process, self.is_done = None, True
        elif status is not None:
            pause_s = self.backoff.next_pause_s()
            self._say(f"ended with status {status}; starting again in {pause_s:.1f} s")
            self.process, self.due_at = None, time.monotonic() + pause_s

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, by=signal.SIGTERM, patience_s=self.patience_s)

    def _repeat(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self._say(text)

    def _say(self, text: str) -> None:
        print(f"{self.name:<6} | {text}", flush=True)
