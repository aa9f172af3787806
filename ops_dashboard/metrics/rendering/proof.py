"""The proof card of a promise: its stretches on one line, and the facts that decide it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import day, text


class Pace(StrEnum):
    """What the promise's clock did."""

    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"  # outside business hours


@dataclass(frozen=True)
class Stretch:
    """One stretch of the clock, [start, end)."""

    pace: Pace
    start: datetime
    end: datetime
    why: str = ""


@dataclass(frozen=True)
class Block:
    """A stretch as drawn: place and width in per cent of the line."""

    pace: Pace
    x: float
    width: float
    words: str


@dataclass(frozen=True)
class ProofCard:
    """`due_x` and `done_x` are places in per cent; `facts` are (name, words)."""

    blocks: tuple[Block, ...]
    due_x: float | None
    done_x: float | None
    start_words: str
    end_words: str
    facts: tuple[tuple[str, str], ...]


def proof_card(
    stretches: Sequence[Stretch],
    *,
    due_at: datetime | None,
    done_at: datetime | None,
    zone: str,
    facts: Sequence[tuple[str, str]] = (),
) -> ProofCard:
    """The line runs from the first stretch to the last of its end, the due instant and the reply."""
    first = stretches[0].start
    last = max([stretches[-1].end, *(at for at in (due_at, done_at) if at)])
    whole = (last - first).total_seconds() or 1.0

    def place(at: datetime) -> float:
        return round((at - first).total_seconds() / whole * 100, 3)

    blocks = tuple(
        Block(s.pace, place(s.start), round(place(s.end) - place(s.start), 3), _words(s, zone)) for s in stretches
    )
    return ProofCard(
        blocks,
        place(due_at) if due_at else None,
        place(done_at) if done_at else None,
        instant(first, zone),
        instant(last, zone),
        tuple(facts),
    )


def instant(at: datetime, zone: str) -> str:
    """`Mon 8 Sep, 09:00` on the wall of `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), weekday=True)}, {local:%H:%M}"


def _words(stretch: Stretch, zone: str) -> str:
    lasted = text((stretch.end - stretch.start).total_seconds(), Unit.SECONDS)
    words = f"{stretch.pace.value} {instant(stretch.start, zone)} to {instant(stretch.end, zone)}, {lasted}"
    return f"{words}: {stretch.why}" if stretch.why else words
