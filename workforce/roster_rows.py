"""Shifts between their tables and their values. Only `workforce.rosters` and the demo write with it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.db.models import QuerySet

from workforce.models import RosterVersion, Shift, ShiftSegment
from workforce.shift_changes import Segment, Told


def tell(shifts: QuerySet[Shift]) -> dict[str, Told]:
    """Shifts as values, by key; two queries."""
    rows = list(shifts.order_by("start_at", "agent_id"))
    segments: dict[int, list[Segment]] = defaultdict(list)
    parts = ShiftSegment.objects.filter(shift__in=[row.pk for row in rows]).order_by("shift_id", "start_at")
    for shift, activity, start, end in parts.values_list("shift_id", "activity_id", "start_at", "end_at"):
        segments[shift].append(Segment(activity, seconds(start), seconds(end)))
    return {
        str(row.key): Told(
            key=str(row.key),
            agent=row.agent_id,
            on=row.on,
            zone=row.zone,
            segments=tuple(segments[row.pk]),
            template=row.template_id,
        )
        for row in rows
    }


def save(version: RosterVersion, shifts: Iterable[Told], *, revisions: dict[str, int] | None = None) -> None:
    """Add shifts to a version; their revision goes on from `revisions`."""
    known = revisions or {}
    told = list(shifts)
    rows = Shift.objects.bulk_create(_row(version, shift, known.get(shift.key, 0)) for shift in told)
    ShiftSegment.objects.bulk_create(
        part for row, shift in zip(rows, told, strict=True) for part in _parts(row.pk, shift)
    )


def replace(version: RosterVersion, keys: Iterable[str], shifts: Iterable[Told]) -> None:
    """Put `shifts` in the place of those with `keys`; each gets a revision that no reader has seen."""
    gone = Shift.objects.filter(version=version, key__in=list(keys))
    revisions = {str(key): revision + 1 for key, revision in gone.values_list("key", "revision")}
    gone.delete()
    told = list(shifts)
    # A shift that comes back was removed at some revision below the version's.
    save(version, told, revisions={shift.key: revisions.get(shift.key, version.revision) for shift in told})


def _row(version: RosterVersion, shift: Told, revision: int) -> Shift:
    return Shift(
        version=version,
        key=shift.key,
        agent_id=shift.agent,
        team_id=version.team_id,
        on=shift.on,
        zone=shift.zone,
        start_at=instant(shift.start_s),
        end_at=instant(shift.end_s),
        template_id=shift.template,
        revision=revision,
    )


def _parts(row: int, shift: Told) -> Iterator[ShiftSegment]:
    for part in shift.segments:
        yield ShiftSegment(
            shift_id=row, activity_id=part.activity, start_at=instant(part.start_s), end_at=instant(part.end_s)
        )


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def instant(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
