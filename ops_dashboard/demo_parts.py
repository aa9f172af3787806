"""The parts of the demo organisation beyond its tickets, in the order in which they are told."""

from datetime import datetime
from typing import Protocol

from insights.demo import hearing, loop
from quality import demo as quality
from tickets.demo.world import World
from workforce.demo import rostering, volumes


class Part(Protocol):
    """What an app's `demo` module offers. Each call may be repeated: what stands already stays."""

    def tell(self, world: World) -> None:
        """Add what happened up to the world's `now`; the tickets of it stand."""

    def go_on(self, world: World, *, now: datetime) -> None:
        """Add what has happened since the last time, up to `now` (aware)."""

    def remove(self) -> None:
        """Take everything away again; the tickets still stand."""


PARTS: tuple[Part, ...] = (volumes, rostering, quality, hearing, loop)
