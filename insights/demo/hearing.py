"""The demo's conversations and ratings as feedback, read as any other source's."""

from datetime import datetime

from insights import ticket_feedback
from tickets.demo import records
from tickets.demo.world import World


def tell(world: World) -> None:
    """What was written in the tickets that stand."""
    go_on(world, now=world.now)


def go_on(world: World, *, now: datetime) -> None:
    """What was written since the last time."""
    source = records.find()
    if source is not None:
        ticket_feedback.read(source)
        ticket_feedback.sweep()


def remove() -> None:
    """All of it."""
    source = records.find()
    if source is not None:
        ticket_feedback.forget(source)
