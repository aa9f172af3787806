"""What a planner can do to one agent's day, from checked forms to the writer of rosters."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workforce import rosters
from workforce.activities import PLAIN, ensured
from workforce.models import RosterEdit, ShiftTemplate
from workforce.roster_forms import ActivityForm, AddForm, PlaceForm, RemoveForm, TimesForm
from workforce.roster_sheet import Person, Roll
from workforce.shift_changes import BadShift, Segment, Told, moved, resized, with_activity
from workforce.wall_time import BadPattern, Pattern, instant, place


@dataclass(frozen=True)
class Done:
    """What was done, in words, and to whose rows."""

    words: str
    agents: frozenset[int]


Act = Callable[[rosters.Week, Roll, Person, dict[str, Any]], RosterEdit]


def perform(act: str, form: PlaceForm, week: rosters.Week, roll: Roll) -> Done:
    """Do what a valid form asks. BadShift, Stale, NothingToDo."""
    data = form.cleaned_data
    person = find(roll.people, week.team.pk, data["agent"])
    edit = ACTS[act][1](week, roll, person, data)
    return Done(_DONE[act].format(name=person.name, on=f"{data['on']:%a %-d %b}"), touched(edit))


def find(people: Iterable[Person], team: int, slug: str) -> Person:
    """The agent of that slug among the team's. BadShift."""
    for person in people:
        if person.slug == slug and person.team == team:
            return person
    raise BadShift(f"There is no '{slug}' in this team in this week.")


def touched(edit: RosterEdit) -> frozenset[int]:
    """The agents whose days an edit changed."""
    return frozenset(row["agent"] for row in [*edit.before, *edit.after])


def from_template(template: ShiftTemplate, person: Person, on: date) -> Told:
    """The template as a shift of a person's day. BadShift."""
    activities = {slug: activity.pk for slug, activity in ensured().items()}
    try:
        pattern = Pattern.of(template.starts, template.minutes, template.segments)
        stretches = place(pattern, on, ZoneInfo(person.zone), plain=PLAIN)
        segments = tuple(Segment(activities[part.activity], part.start_s, part.end_s) for part in stretches)
    except (BadPattern, KeyError) as error:
        raise BadShift(f"The template {template} needs mending: {error}.") from error
    return Told(str(uuid.uuid4()), person.agent, on, person.zone, segments, template.pk)


def span(on: date, start: time, end: time, zone: str) -> tuple[int, int]:
    """From one time on the clock to another; one that is not later is the next day's."""
    last = on if end > start else on + timedelta(days=1)
    return instant(on, start, ZoneInfo(zone)), instant(last, end, ZoneInfo(zone))


def _add(week: rosters.Week, roll: Roll, person: Person, data: dict[str, Any]) -> RosterEdit:
    if data["template"]:
        shift = from_template(data["template"], person, data["on"])
    else:
        begin, finish = span(data["on"], data["start"], data["end"], person.zone)
        work = Segment(roll.activities[PLAIN].pk, begin, finish)
        shift = Told(str(uuid.uuid4()), person.agent, data["on"], person.zone, (work,))
    return rosters.add(week, [shift])


def _times(week: rosters.Week, roll: Roll, person: Person, data: dict[str, Any]) -> RosterEdit:
    to = find(roll.people, week.team.pk, data["to_agent"])
    plain = roll.activities[PLAIN].pk

    def by(told: Told) -> Told:
        there = moved(told, to=data["to_on"], agent=to.agent, zone=to.zone if to.agent != told.agent else told.zone)
        begin, finish = span(data["to_on"], data["start"], data["end"], there.zone)
        return resized(there, begin, finish, plain=plain)

    return rosters.change(week, str(data["key"]), seen=data["seen"], act="times", by=by)


def _activity(week: rosters.Week, roll: Roll, person: Person, data: dict[str, Any]) -> RosterEdit:
    def by(told: Told) -> Told:
        begin, finish = told.start_s, told.end_s
        if data["start"] is not None and data["end"] is not None:
            begin = _on_the_clock(told, data["start"])
            finish = _on_the_clock(told, data["end"], after=begin)
        return with_activity(told, begin, finish, data["activity"].pk)

    return rosters.change(week, str(data["key"]), seen=data["seen"], act="activity", by=by)


def _on_the_clock(told: Told, at: time, *, after: int | None = None) -> int:
    """When the clock shows `at` during the shift, or next after an instant."""
    zone = ZoneInfo(told.zone)
    first = told.start_s if after is None else after + 1
    for days in (0, 1, 2):
        when = instant(datetime.fromtimestamp(told.start_s, zone).date() + timedelta(days=days), at, zone)
        if when >= first:
            return when
    raise BadShift(f"{at:%H:%M} lies outside the shift.")


def _remove(week: rosters.Week, roll: Roll, person: Person, data: dict[str, Any]) -> RosterEdit:
    return rosters.remove(week, data["shifts"])


ACTS: dict[str, tuple[type[PlaceForm], Act]] = {
    "add": (AddForm, _add),
    "times": (TimesForm, _times),
    "activity": (ActivityForm, _activity),
    "remove": (RemoveForm, _remove),
}
_DONE = {
    "add": "{name} has a new shift on {on}.",
    "times": "The shift of {name} on {on} is changed.",
    "activity": "The shift of {name} on {on} has the new activity.",
    "remove": "{name} is off on {on} now.",
}
