"""The parts of the demo organisation beyond its tickets, in the order in which they are told.

The demo's cursor keeps the names of those that stand, so that a demo that was broken off is finished.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from django.db import connection

from insights.demo import hearing, loop
from ops_dashboard import demo_alerts, demo_views
from quality import demo as quality
from tickets.demo.world import World
from tickets.models import Source
from workforce.demo import rostering, volumes

_LOCK = 0xDE40


class Part(Protocol):
    """What an app's `demo` module offers. Each call may be repeated: what stands already stays."""

    def tell(self, world: World) -> None:
        """Add what happened up to the world's `now`; the tickets of it stand."""

    def go_on(self, world: World, *, now: datetime) -> None:
        """Add what has happened since the last time, up to `now` (aware)."""

    def remove(self) -> None:
        """Take everything away again; the tickets still stand."""


PARTS: dict[str, Part] = {
    "volumes": volumes,
    "rosters": rostering,
    "reviews": quality,
    "feedback": hearing,
    "insights": loop,
    "views": demo_views,
    "alerts": demo_alerts,
}


def missing(source: Source) -> list[str]:
    """The parts that the demo of `source` does not have yet."""
    return [name for name in PARTS if name not in source.cursor.get("parts", [])]


def tell_missing(source: Source, world: World) -> Iterator[str]:
    """Tell them one by one; yields the name of each that stands. A second teller waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # a part takes longer than a page may wait for a lock
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            source.refresh_from_db()
            for name in missing(source):
                PARTS[name].tell(world)
                cursor.execute("ANALYZE")  # else pages are planned for empty tables until autovacuum comes round
                source.cursor["parts"] = [*source.cursor.get("parts", []), name]
                source.save(update_fields=["cursor"])
                yield name
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
            cursor.execute("RESET lock_timeout")


def go_on(world: World, *, now: datetime) -> None:
    """Let every part catch up with `now` (aware)."""
    for part in PARTS.values():
        part.go_on(world, now=now)


def remove() -> None:
    """Take every part away, the latest first."""
    for part in reversed(PARTS.values()):
        part.remove()
