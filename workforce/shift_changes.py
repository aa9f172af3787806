"""A shift as a value, what can be done to it, and how two tellings of a week differ.

The segments of a shift tile it: they start where it starts, end where it ends, and leave no gap.
Every change keeps that; neighbours of the same activity grow together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from workforce.wall_time import instant


class BadShift(ValueError):
    """A change that leaves no sensible shift."""


class Segment(NamedTuple):
    """Some seconds of one activity (its id)."""

    activity: int
    start_s: int
    end_s: int


LONGEST_S = 24 * 3600


@dataclass(frozen=True)
class Told:
    """One shift. `key` names it in every version; `on` is the local date of its start in `zone`."""

    key: str
    agent: int
    on: date
    zone: str
    segments: tuple[Segment, ...]
    template: int | None = None

    def __post_init__(self) -> None:
        if not self.segments:
            raise BadShift("a shift needs at least a moment of some activity")
        if any(before.end_s != after.start_s for before, after in zip(self.segments, self.segments[1:], strict=False)):
            raise BadShift("the activities of a shift follow one another without a gap")
        if any(segment.end_s <= segment.start_s for segment in self.segments):
            raise BadShift("an activity ends after it starts")
        if self.end_s - self.start_s > LONGEST_S + 3600:  # an hour more in the night the clock goes back
            raise BadShift("a shift lasts at most a day")

    @property
    def start_s(self) -> int:
        return self.segments[0].start_s

    @property
    def end_s(self) -> int:
        return self.segments[-1].end_s

    def document(self) -> dict[str, Any]:
        """What the journal keeps."""
        return {
            "key": self.key,
            "agent": self.agent,
            "on": self.on.isoformat(),
            "zone": self.zone,
            "segments": [list(segment) for segment in self.segments],
            "template": self.template,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        return cls(
            key=document["key"],
            agent=document["agent"],
            on=date.fromisoformat(document["on"]),
            zone=document["zone"],
            segments=tuple(Segment(*row) for row in document["segments"]),
            template=document["template"],
        )


def resized(told: Told, start_s: int, end_s: int, *, plain: int) -> Told:
    """The same shift from `start_s` to `end_s`: cut, or filled up with the activity `plain`."""
    if end_s <= start_s:
        raise BadShift("a shift ends after it starts")
    if end_s <= told.start_s or told.end_s <= start_s:
        return replace(_dated(told, start_s), segments=(Segment(plain, start_s, end_s),))
    kept = [
        Segment(part.activity, max(part.start_s, start_s), min(part.end_s, end_s))
        for part in told.segments
        if part.end_s > start_s and part.start_s < end_s
    ]
    before = [Segment(plain, start_s, kept[0].start_s)] if start_s < kept[0].start_s else []
    after = [Segment(plain, kept[-1].end_s, end_s)] if kept[-1].end_s < end_s else []
    return replace(_dated(told, start_s), segments=merged([*before, *kept, *after]))


def moved(told: Told, *, to: date, agent: int, zone: str) -> Told:
    """The shift on another day or of another agent, at the same times on the clock."""
    here, there = ZoneInfo(told.zone), ZoneInfo(zone)
    start = datetime.fromtimestamp(told.start_s, here)
    end = datetime.fromtimestamp(told.end_s, here)
    begin = instant(to, start.time(), there)
    finish = instant(to + (end.date() - start.date()), end.time(), there)
    shift = begin - told.start_s
    parts = tuple(Segment(part.activity, part.start_s + shift, part.end_s + shift) for part in told.segments)
    carried = replace(told, on=to, agent=agent, zone=zone, segments=parts)
    return resized(carried, begin, finish, plain=parts[-1].activity)


def with_activity(told: Told, start_s: int, end_s: int, activity: int) -> Told:
    """The shift with one activity laid over a stretch of it."""
    begin, finish = max(start_s, told.start_s), min(end_s, told.end_s)
    if finish <= begin:
        raise BadShift("this stretch lies outside the shift")
    before = [
        Segment(part.activity, part.start_s, min(part.end_s, begin)) for part in told.segments if part.start_s < begin
    ]
    after = [
        Segment(part.activity, max(part.start_s, finish), part.end_s) for part in told.segments if part.end_s > finish
    ]
    return replace(told, segments=merged([*before, Segment(activity, begin, finish), *after]))


def merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Neighbours of the same activity as one."""
    told: list[Segment] = []
    for part in segments:
        if told and told[-1].activity == part.activity and told[-1].end_s == part.start_s:
            told[-1] = told[-1]._replace(end_s=part.end_s)
        else:
            told.append(part)
    return tuple(told)


def overlap(shifts: Sequence[Told]) -> tuple[Told, Told] | None:
    """Two shifts of one agent that share a moment, if there are any."""
    ordered = sorted(shifts, key=lambda told: (told.agent, told.start_s))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.agent == after.agent and after.start_s < before.end_s:
            return before, after
    return None


@dataclass(frozen=True)
class Difference:
    """What changes when one telling of a week replaces another; `changed` pairs before and after."""

    added: tuple[Told, ...]
    removed: tuple[Told, ...]
    changed: tuple[tuple[Told, Told], ...]

    @property
    def count(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)

    def document(self) -> dict[str, list[str]]:
        """The keys of what changed."""
        return {
            "added": [told.key for told in self.added],
            "removed": [told.key for told in self.removed],
            "changed": [after.key for _, after in self.changed],
        }


def difference(before: Iterable[Told], after: Iterable[Told]) -> Difference:
    """How `after` differs from `before`, shift by shift; its template is no difference."""
    old = {told.key: told for told in before}
    new = {told.key: told for told in after}
    changed = [(old[key], told) for key, told in new.items() if key in old and _content(old[key]) != _content(told)]
    return Difference(
        added=tuple(_in_order(told for key, told in new.items() if key not in old)),
        removed=tuple(_in_order(told for key, told in old.items() if key not in new)),
        changed=tuple(sorted(changed, key=lambda pair: (pair[1].start_s, pair[1].agent))),
    )


def _in_order(shifts: Iterable[Told]) -> list[Told]:
    return sorted(shifts, key=lambda told: (told.start_s, told.agent))


def _content(told: Told) -> tuple[object, ...]:
    return told.agent, told.on, told.zone, told.segments


def _dated(told: Told, start_s: int) -> Told:
    """The shift dated by where it starts."""
    return replace(told, on=datetime.fromtimestamp(start_s, ZoneInfo(told.zone)).date())


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())
