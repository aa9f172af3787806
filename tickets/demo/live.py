"""Keeping the invented world going: what has come true since the last look, through the intake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ops_dashboard.metrics import rollup
from tickets.connectors.drafts import Draft
from tickets.demo.world import World
from tickets.intake import Summary, take_in
from tickets.models import Source
from tickets.vocabulary import EventType

ORIGIN = "demo --live"
Stretch = tuple[datetime, datetime]


class WorldEnded(Exception):
    """The future of this world is not laid out that far."""


@dataclass
class LiveView:
    """Tells the world of `source` tick by tick; its cursor remembers how far."""

    source: Source
    world: World
    told_to: datetime = field(init=False)
    watched: list[Stretch] = field(init=False)

    def __post_init__(self) -> None:
        cursor = self.source.cursor
        self.told_to = datetime.fromisoformat(cursor["told_to"])
        self.watched = [
            (datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in cursor["watched"]
        ]

    def begin(self, now: datetime) -> Summary:
        """Catch up with what happened while nobody watched, and watch from `now` on."""
        caught_up = self._tell(now)
        self.watched.append((now, now))
        return caught_up

    def tick(self, now: datetime) -> Summary:
        """Tell what has happened since the last tick, the extra tickets of a watched time among it."""
        self.watched[-1] = (self.watched[-1][0], now)
        return self._tell(now)

    def _tell(self, now: datetime) -> Summary:
        if now > self.world.ends_at:
            raise WorldEnded(f"this demo was made for the weeks around {self.world.now:%Y-%m-%d}; make a new one")
        drafts = list(self.world.later(self.told_to, now, watched=self.watched))
        summary = take_in(self.source, drafts, origin=ORIGIN) if drafts else Summary(0, 0, 0, 0, 0.0)
        self.told_to = now
        remember(self.source, told_to=now, watched=self.watched)
        return summary


def remember(source: Source, *, told_to: datetime, watched: list[Stretch]) -> None:
    """Write in the cursor how far the world has been told, and when it was watched."""
    source.cursor |= {
        "told_to": told_to.isoformat(),
        "watched": [[begin.isoformat(), end.isoformat()] for begin, end in watched],
    }
    source.save(update_fields=["cursor"])


def tell_history(source: Source, world: World, *, created: Callable[[int], None]) -> Summary:
    """Take in everything up to the world's `now`, the last weeks first.

    `created` is called for every ticket, with 1.
    """
    return tell_recent(source, world, created=created) + tell_earlier(source, world, created=created)


def tell_recent(source: Source, world: World, *, created: Callable[[int], None]) -> Summary:
    """Take in the tickets of the last weeks before the world's `now`."""
    return _tell(source, world, world.recent, created)


def tell_earlier(source: Source, world: World, *, created: Callable[[int], None]) -> Summary:
    """Take in the tickets before those, the latest first; figures stand still until all of them are there."""
    with rollup.held_back():
        summary = _tell(source, world, world.earlier, created)
    remember(source, told_to=world.now, watched=[])
    return summary


def remember_recent(source: Source, world: World) -> None:
    """Write in the cursor that the last weeks stand, figures and all."""
    source.cursor["told_from"] = world.begin_of(world.first_recent).isoformat()
    source.save(update_fields=["cursor"])


def recent_from(source: Source) -> datetime | None:
    """Where the tickets begin that stand while earlier ones are missing; None where that is not so."""
    begin = source.cursor.get("told_from") if source.cursor["told_to"] is None else None
    return datetime.fromisoformat(begin) if begin else None


def _tell(source: Source, world: World, cohorts: range, created: Callable[[int], None]) -> Summary:
    if not cohorts:
        return Summary(0, 0, 0, 0, 0.0)
    return take_in(source, _announced(world.history(cohorts), created), origin="demo", is_made_up=True)


def _announced(drafts: Iterator[Draft], created: Callable[[int], None]) -> Iterator[Draft]:
    begins = EventType.TICKET_CREATED  # its class takes a hundred times longer to give it
    for draft in drafts:
        if draft.type is begins:
            created(1)
        yield draft
