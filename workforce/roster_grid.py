"""A sheet as the page draws it: groups of rows, cells with their words, the line of heads under each day."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.metrics.rendering.numbers import day as day_words
from ops_dashboard.people.models import Team
from workforce.roster_sheet import Person, Row, Sheet, State
from workforce.rule_words import hours, tone, words
from workforce.shift_rules import Finding

LINE_WIDTH, LINE_HEIGHT = 96, 28
SHORT_FROM = 0.5  # heads below the requirement that are worth a word


class ShiftView(NamedTuple):
    """One shift in a cell."""

    key: str
    revision: int
    text: str
    look: str  # work, night or away


class CellView(NamedTuple):
    """One day of one agent."""

    on: str
    shifts: tuple[ShiftView, ...]
    tone: str
    note: str  # what is broken
    leave: bool
    label: str  # what a screen reader says


@dataclass(frozen=True)
class RowView:
    """One agent's week."""

    person: Person
    cells: tuple[CellView, ...]
    planned: str
    contract: str
    tone: str
    note: str


@dataclass(frozen=True)
class GroupView:
    """A team's rows, and where its week stands."""

    team: Team
    state: State
    rows: tuple[RowView, ...]
    broken: int

    @property
    def state_words(self) -> str:
        if self.state.draft and self.state.published:
            return "Draft over a published week"
        if self.state.draft:
            return "Draft, not published yet"
        return "Published" if self.state.published else "Nothing planned"


@dataclass(frozen=True)
class DayHead:
    """The head of a day: heads at work as a line, against the requirement where there is one."""

    on: date
    title: str
    staffed: str  # points of a polyline
    required: str
    words: str
    is_short: bool


@dataclass(frozen=True)
class GridView:
    sheet: Sheet
    heads: tuple[DayHead, ...]
    groups: tuple[GroupView, ...]


def grid_view(sheet: Sheet, required: NDArray[np.float64], *, agents: Collection[int] | None = None) -> GridView:
    """Everybody's rows, or those of some agents: after an edit nobody else's are looked at."""
    rows, broken = row_views(sheet, agents), _broken(sheet)
    groups = []
    for team in sheet.teams:
        mine = tuple(row for row in rows if row.person.team == team.pk)
        groups.append(GroupView(team, sheet.states[team.pk], mine, broken[team.pk]))
    return GridView(sheet, day_heads(sheet, required), tuple(groups))


def _broken(sheet: Sheet) -> Counter[int]:
    """By team: weeks and days with a rule broken."""
    days = {(sheet.rows[row].person, sheet.rows[row].on) for row in sheet.of_shift}
    return Counter(sheet.people[person].team for person in [*sheet.of_person, *(person for person, _ in days)])


def row_views(sheet: Sheet, agents: Collection[int] | None = None) -> list[RowView]:
    """The rows of everybody, or of some agents, in the order of the sheet's people."""
    by_cell: dict[tuple[int, date], list[int]] = {}
    for number, row in enumerate(sheet.rows):
        by_cell.setdefault((row.person, row.on), []).append(number)
    days = [(on, on.isoformat(), _day(on)) for on in sheet.days]
    return [
        _row(sheet, number, person, by_cell, days)
        for number, person in enumerate(sheet.people)
        if agents is None or person.agent in agents
    ]


Days = list[tuple[date, str, str]]  # each with its name for addresses, and for people


def _row(sheet: Sheet, number: int, person: Person, by_cell: dict[tuple[int, date], list[int]], days: Days) -> RowView:
    findings = sheet.of_person.get(number, [])
    return RowView(
        person=person,
        cells=tuple([_cell(sheet, number, day, by_cell.get((number, day[0]), [])) for day in days]),
        planned=hours(int(sheet.paid_s[number])),
        contract=hours(person.contract_s) if person.contract_s else "",
        tone=tone(findings),
        note=" ".join(map(words, findings)),
    )


def _cell(sheet: Sheet, number: int, day: tuple[date, str, str], rows: list[int]) -> CellView:
    on, name, words_of_day = day
    findings: list[Finding] = [finding for row in rows for finding in sheet.of_shift.get(row, [])]
    shifts = tuple([_shift(sheet.rows[row]) for row in rows])
    has_leave = (number, on) in sheet.leave
    told = ", ".join([shift.text for shift in shifts]) or ("leave" if has_leave else "free")
    note = " ".join(map(words, findings))
    label = f"{sheet.people[number].name}, {words_of_day}: {told}"
    return CellView(name, shifts, tone(findings), note, has_leave, f"{label}. {note}" if note else label)


def _shift(row: Row) -> ShiftView:
    start, end = clock(row.start_s, row.zone), clock(row.end_s, row.zone)
    look = "away" if not row.works else "night" if end <= start else "work"
    return ShiftView(row.key, row.revision, f"{start}\N{EN DASH}{end}", look)


@lru_cache(maxsize=4096)
def clock(at_s: int, zone: str) -> str:
    """The time on the clock."""
    return datetime.fromtimestamp(at_s, _zone(zone)).strftime("%H:%M")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=64)
def _day(on: date) -> str:
    return day_words(on, weekday=True)


def day_heads(sheet: Sheet, required: NDArray[np.float64]) -> tuple[DayHead, ...]:
    """The line of heads of every local day of the grid's zone."""
    starts = sheet.grid.starts
    top = max(1.0, float(sheet.heads.max(initial=0)), float(np.nanmax(required)) if (~np.isnan(required)).any() else 0)
    told = []
    for on in sheet.days:
        begin, end = (
            datetime(day.year, day.month, day.day, tzinfo=sheet.zone).timestamp()
            for day in (on, on + timedelta(days=1))
        )
        slots = np.flatnonzero((starts >= begin) & (starts < end))
        told.append(_head(on, sheet, sheet.heads[slots], required[slots], starts[slots], top))
    return tuple(told)


def _head(
    on: date, sheet: Sheet, heads: NDArray[np.float64], required: NDArray[np.float64], at: NDArray[np.int64], top: float
) -> DayHead:
    gap = required - heads
    known = ~np.isnan(gap)
    if known.any():
        worst = int(np.nanargmax(gap))
        is_short = bool(gap[worst] >= SHORT_FROM)
        when = datetime.fromtimestamp(int(at[worst]), sheet.zone).strftime("%H:%M")
        said = f"{gap[worst]:.0f} short at {when}" if is_short else "covered"
    else:
        most = round(float(heads.max(initial=0)))
        is_short, said = False, f"up to {most} at work" if most else "nobody at work"
    return DayHead(on, _day(on), _points(heads, top), _points(required, top) if known.any() else "", said, is_short)


def _points(values: NDArray[np.float64], top: float) -> str:
    """Steps of a polyline in a box of LINE_WIDTH x LINE_HEIGHT; what is not known is left at the ground."""
    if not len(values):
        return ""
    width = LINE_WIDTH / len(values)
    heights = LINE_HEIGHT - np.nan_to_num(values) / top * (LINE_HEIGHT - 2)
    told: Sequence[str] = [
        f"{x * width:.1f},{y:.1f} {(x + 1) * width:.1f},{y:.1f}" for x, y in enumerate(heights.tolist())
    ]
    return " ".join(told)
