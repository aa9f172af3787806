"""Stretches of a ticket in which nothing changed hands: the spans of the timeline."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.states import ATTRIBUTES, OPEN_END, Codes, Flags, Instants, Rows, States, among
from tickets.vocabulary import DONE, GONE, UNSOLVED, Status, Step

LEAVING = {
    Status.SOLVED: Step.SOLVED,
    Status.CLOSED: Step.SOLVED,
    Status.MERGED: Step.MERGED,
    Status.DELETED: Step.DELETED,
    Status.SPAM: Step.SPAM,
}
MOVING = {Step.MOVED_IN: Step.MOVED_OUT, Step.RECLASSIFIED_IN: Step.RECLASSIFIED_OUT}
CUTS = ("priority", "channel", "language", "reason")
BACKLOG_SIDE = np.array([0] + [1 if s in UNSOLVED else 2 if s in DONE else 3 for s in Status])


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Parallel columns ordered by (ticket, start_at); spans of a ticket follow without gap.

    `end_at` of a ticket's last span is OPEN_END. `entered` says how the ticket came into the
    backlog of its team and cuts at `start_at`, `left` how it went out of it at `end_at`, so that
    entered minus left is the backlog of every team, priority, channel, language and reason at every
    instant. `reassigned` and `transferred` mark an assignee or a team that gave the ticket on at
    `start_at`. A span lasts 0 s where one instant holds more changes than one span can carry.
    """

    ticket: Rows
    start_at: Instants
    end_at: Instants
    status: NDArray[np.uint8]
    team: Codes
    assignee: Codes
    priority: Codes
    channel: Codes
    language: Codes
    reason: Codes
    entered: NDArray[np.uint8]
    left: NDArray[np.uint8]
    reassigned: Flags
    transferred: Flags

    def __len__(self) -> int:
        return len(self.ticket)

    @property
    def first(self) -> Rows:
        """Each ticket's first span."""
        return np.flatnonzero(np.diff(self.ticket, prepend=-1))


def spans(states: States) -> Spans:
    """The spans of every ticket."""
    columns = _with_arrivals(states, _boundaries(states))
    ticket, status, team = columns["ticket"], columns["status"], columns["team"]
    is_first = np.diff(ticket, prepend=-1) > 0
    is_last = np.diff(ticket, append=-1) != 0
    end_at = np.append(columns["start_at"][1:], OPEN_END)
    end_at[is_last] = OPEN_END
    entered = _entered(columns, is_first)
    return Spans(
        **columns,
        end_at=end_at,
        entered=entered,
        left=_left(status, is_last, entered=entered),
        reassigned=gave_on(columns["assignee"], ~is_first, to_none=True),
        transferred=gave_on(team, ~is_first),
    )


def gave_on(holder: Codes, has_previous: Flags, *, to_none: bool = False) -> Flags:
    """Rows at which the ticket went from one holder to another (or to nobody, if `to_none`)."""
    previous = _previous(holder)
    gave: Flags = has_previous & (previous != 0) & (holder != previous)
    return gave if to_none else gave & (holder != 0)


def _boundaries(states: States) -> Rows:
    """Event rows after which a new state lasts; a ticket's first row is always one."""
    changed = np.zeros(len(states.at), dtype=bool)
    for flags in states.changed.values():
        changed |= flags
    changed[states.first] = True
    rows = np.flatnonzero(changed)
    ticket, at = states.events.ticket[rows], states.at[rows]
    same = (ticket[1:] == ticket[:-1]) & (at[1:] == at[:-1])
    if not same.any():
        return rows
    instant = np.concatenate(([0], np.cumsum(~same)))
    crowded = _crowded(states, rows, instant)
    return rows[np.append(~same, True) | crowded[instant]]


def _crowded(states: States, rows: Rows, instant: Rows) -> Flags:
    """Instants that one span cannot tell: two moves of a kind, or a step and a transfer."""
    crossed = BACKLOG_SIDE[states.before] != BACKLOG_SIDE[states.status]
    team, assignee = (states.changed[name].copy() for name in ("team", "assignee"))
    team[states.first] = states.team[states.first] != 0
    assignee[states.first] = states.assignee[states.first] != 0
    steps, transfers, reassignments = (np.bincount(instant, weights=flags[rows]) for flags in (crossed, team, assignee))
    return (steps + transfers > 1) | (reassignments > 1)


def _with_arrivals(states: States, rows: Rows) -> dict[str, NDArray[Any]]:
    """Columns of the states at `rows`, after a span of 0 s as NEW for each ticket born solved."""
    columns = {name: getattr(states, name)[rows] for name in ATTRIBUTES}
    columns |= {"ticket": states.events.ticket[rows], "start_at": states.at[rows]}
    is_first = np.diff(columns["ticket"], prepend=-1) > 0
    born = np.flatnonzero(is_first & ~among(UNSOLVED, columns["status"]))
    if not len(born):
        return columns
    columns = {name: np.insert(column, born, column[born]) for name, column in columns.items()}
    columns["status"][born + np.arange(len(born))] = Status.NEW
    return columns


def _entered(columns: dict[str, NDArray[Any]], is_first: Flags) -> NDArray[np.uint8]:
    """Step by which each span came into the backlog of its team and cuts."""
    inside = among(UNSOLVED, columns["status"])
    before = _previous(columns["status"])
    moved = columns["team"] != _previous(columns["team"])
    reclassified = np.logical_or.reduce([columns[name] != _previous(columns[name]) for name in CUTS])
    entered = np.select(
        [is_first, among(DONE, before), among(GONE, before), moved, reclassified],
        [Step.CREATED, Step.REOPENED, Step.RESTORED, Step.MOVED_IN, Step.RECLASSIFIED_IN],
        Step.NONE,
    )
    return np.where(inside, entered, Step.NONE).astype(np.uint8)


def _left(status: NDArray[Any], is_last: Flags, *, entered: NDArray[Any]) -> NDArray[np.uint8]:
    """Step by which each span went out of the backlog of its team and cuts."""
    step_of = np.zeros(len(Status) + 1, dtype=np.uint8)
    for to_status, step in LEAVING.items():
        step_of[to_status] = step
    left = step_of[np.append(status[1:], status[-1:])]
    for step_in, step_out in MOVING.items():
        left[np.append(entered[1:] == step_in, False)] = step_out
    return np.where(among(UNSOLVED, status) & ~is_last, left, Step.NONE).astype(np.uint8)


def _previous(column: NDArray[Any]) -> NDArray[Any]:
    """`column` one row down; the first value is its own predecessor."""
    return np.concatenate((column[:1], column[:-1]))
