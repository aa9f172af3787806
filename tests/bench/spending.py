"""What work takes: seconds on the wall, of CPU here and in the database server, and memory at its peak.

Seconds of CPU suffer less from what else the machine does than seconds on the wall. All are Linux's own
counts; CPU of the server is that of the process behind our connection, so it must run on this machine.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

COLUMNS = (
    "wall s | CPU s, own + server | events/s of wall | of own CPU | of all CPU "
    "| of plain COPY: wall | all CPU | peak MB"
)
OURSELVES = Path("/proc/self")


@dataclass
class Spent:
    """What some events took; `peak_mb` is the most memory that this process had meanwhile."""

    events: int
    wall: float = 0.0
    own: float = 0.0
    server: float = 0.0
    peak_mb: int = 0

    @property
    def cpu(self) -> float:
        return self.own + self.server

    def row(self, plain: "Spent") -> str:
        """COLUMNS of a table; `plain` is what COPY alone took."""
        rates = [self.events / seconds for seconds in (self.wall, self.own, self.cpu)]
        shares = rates[0] * plain.wall / plain.events, rates[2] * plain.cpu / plain.events
        return " | ".join(
            [
                f"{self.wall:.1f}",
                f"{self.own:.1f} + {self.server:.1f}",
                *(f"{rate:,.0f}" for rate in rates),
                *(f"{share:.0%}" for share in shares),
                str(self.peak_mb),
            ]
        )


@contextmanager
def spending(events: int) -> Iterator[Spent]:
    """Measure the work within, which treats `events`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    forget_peak()
    spent, wall, own, server = Spent(events), time.perf_counter(), time.process_time(), _cpu_of(backend)
    yield spent
    spent.wall, spent.own = time.perf_counter() - wall, time.process_time() - own
    spent.server, spent.peak_mb = _cpu_of(backend) - server, peak_mb()


def forget_peak() -> None:
    """Let the peak of memory be what is held now."""
    (OURSELVES / "clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> int:
    """The most memory that was held since `forget_peak`."""
    told = re.search(r"VmHWM:\s+(\d+) kB", (OURSELVES / "status").read_text(encoding="utf-8"))
    assert told is not None
    return int(told[1]) // 1024


def _cpu_of(process: int) -> float:
    """Seconds of CPU a process of this machine has had."""
    ran, *_ = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()
    return int(ran) / 1e9
