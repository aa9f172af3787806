"""One agent's day as the editor shows it."""

from dataclasses import dataclass
from datetime import date, timedelta

from ops_dashboard.metrics.rendering.numbers import day as day_words
from workforce.models import Activity, Shift, ShiftSegment
from workforce.roster_grid import clock
from workforce.roster_rows import seconds
from workforce.roster_sheet import Person, Sheet
from workforce.rule_words import words


@dataclass(frozen=True)
class PartView:
    start: str
    end: str
    activity: str
    kind: str


@dataclass(frozen=True)
class ShiftDay:
    """One shift with its parts and what it breaks."""

    key: str
    revision: int
    start: str
    end: str
    parts: tuple[PartView, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class DayView:
    person: Person
    on: date
    title: str
    shifts: tuple[ShiftDay, ...]
    week_problems: tuple[str, ...]
    days: tuple[tuple[str, str], ...]  # of the week, to move a shift to
    activities: tuple[Activity, ...]
    leave: bool

    @property
    def all_shifts(self) -> str:
        """Every shift of the day with its revision, as the form that removes them sends it."""
        return ",".join(f"{shift.key}:{shift.revision}" for shift in self.shifts)


def day_view(sheet: Sheet, person: Person, on: date) -> DayView:
    """The day of a person of the sheet."""
    number = sheet.people.index(person)
    rows = [place for place, row in enumerate(sheet.rows) if row.person == number and row.on == on]
    parts = _parts(sheet, person)
    shifts = tuple(
        ShiftDay(
            key=sheet.rows[row].key,
            revision=sheet.rows[row].revision,
            start=clock(sheet.rows[row].start_s, sheet.rows[row].zone),
            end=clock(sheet.rows[row].end_s, sheet.rows[row].zone),
            parts=parts.get(sheet.rows[row].key, ()),
            problems=tuple(map(words, sheet.of_shift.get(row, []))),
        )
        for row in rows
    )
    return DayView(
        person=person,
        on=on,
        title=f"{person.name}, {day_words(on, weekday=True)}",
        shifts=shifts,
        week_problems=tuple(map(words, sheet.of_person.get(number, []))),
        days=tuple((day.isoformat(), day_words(day, weekday=True)) for day in sheet.days),
        activities=tuple(sorted(sheet.activities.values(), key=lambda activity: activity.name)),
        leave=(number, on) in sheet.leave,
    )


def _parts(sheet: Sheet, person: Person) -> dict[str, tuple[PartView, ...]]:
    """The segments of the agent's shifts in the shown version, by key."""
    version = sheet.states[person.team].shown
    shifts = Shift.objects.filter(
        version=version, agent=person.agent, on__gte=sheet.monday, on__lte=sheet.monday + timedelta(days=6)
    )
    told: dict[str, list[PartView]] = {}
    segments = ShiftSegment.objects.filter(shift__in=shifts).select_related("activity", "shift").order_by("start_at")
    for segment in segments:
        zone = segment.shift.zone
        told.setdefault(str(segment.shift.key), []).append(
            PartView(
                clock(seconds(segment.start_at), zone),
                clock(seconds(segment.end_at), zone),
                segment.activity.name,
                segment.activity.kind,
            )
        )
    return {key: tuple(parts) for key, parts in told.items()}
