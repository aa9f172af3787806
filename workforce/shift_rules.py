"""What shifts may not do: rest, length, days running, hours of the contract, breaks, overlaps.

Everybody's shifts are checked at once. Instants are seconds since the epoch, days are ordinals of
local dates. Rules are data: `Terms` are the contract's, `Law` is the same for everyone.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
HOUR_S = 3600


class Rule(StrEnum):
    OVERLAP = "overlap"
    ON_LEAVE = "on_leave"
    REST = "rest"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    LONG_DAY = "long_day"
    DAYS_RUNNING = "days_running"
    NO_BREAK = "no_break"
    MANY_DAYS = "many_days"
    LONG_WEEK = "long_week"
    OVER_CONTRACT = "over_contract"
    UNDER_CONTRACT = "under_contract"


MILD = frozenset({Rule.TOO_SHORT, Rule.OVER_CONTRACT, Rule.UNDER_CONTRACT})  # a matter of money, not of health


@dataclass(frozen=True)
class Law:
    """What no contract changes. After Directive 2003/88/EC unless the installation says otherwise."""

    break_after_s: int = 6 * HOUR_S
    week_s: int = 48 * HOUR_S
    slack_s: int = HOUR_S // 4  # how far from the contract's hours a week may be


class Terms(NamedTuple):
    """The contract of each agent; where there is none, `week_s` is 0 and the hours are not judged."""

    week_s: Ints
    days: Ints
    shortest_s: Ints
    longest_s: Ints
    rest_s: Ints
    days_running: Ints


class Shifts(NamedTuple):
    """One row per shift: those of the week under judgement and those around it.

    `works` is false for a shift that is all absence; `paid_s`, `unbroken_s` (the longest stretch
    without a break) and `leave_s` (work during agreed time off) come from its segments.
    """

    agent: Ints
    day: Ints
    start: Ints
    end: Ints
    works: Flags
    paid_s: Ints
    unbroken_s: Ints
    leave_s: Ints | None = None


@dataclass(frozen=True)
class Finding:
    """A rule broken: by the shift in row `shift`, or by an agent's whole week (-1). Amounts in seconds or days."""

    rule: Rule
    agent: int
    shift: int
    amount: int
    limit: int


def check(
    shifts: Shifts, terms: Terms, *, first_day: int, last_day: int, law: Law, credit_s: Ints | None = None
) -> list[Finding]:
    """Every rule broken on a day from `first_day` to `last_day`; `credit_s` counts towards the contract (leave)."""
    judged = (first_day <= shifts.day) & (shifts.day <= last_day)
    found: list[Finding] = []
    for rule, broken, amount, limit in (*_one_by_one(shifts, terms, law), *_one_after_another(shifts, terms)):
        found += [
            Finding(rule, int(shifts.agent[row]), int(row), int(amount[row]), int(limit[row]))
            for row in np.flatnonzero(broken & judged)
        ]
    return found + list(_weeks(shifts, terms, judged, law, credit_s))


Verdict = tuple[Rule, Flags, Ints, Ints]


def _one_by_one(shifts: Shifts, terms: Terms, law: Law) -> list[Verdict]:
    """What a shift breaks by itself."""
    length, agent = shifts.end - shifts.start, shifts.agent
    longest, shortest = terms.longest_s[agent], terms.shortest_s[agent]
    rested = np.full(len(agent), law.break_after_s, dtype=np.int64)
    none = np.zeros(len(agent), dtype=np.int64)
    on_leave = none if shifts.leave_s is None else shifts.leave_s
    return [
        (Rule.ON_LEAVE, on_leave > 0, on_leave, none),
        (Rule.TOO_LONG, shifts.works & (length > longest), length, longest),
        (Rule.TOO_SHORT, shifts.works & (length < shortest), length, shortest),
        (Rule.NO_BREAK, shifts.works & (shifts.unbroken_s > rested), shifts.unbroken_s, rested),
    ]


def _one_after_another(shifts: Shifts, terms: Terms) -> list[Verdict]:
    """What a shift breaks by those before it."""
    count = len(shifts.agent)
    before, gap = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64)
    overlaps, beyond = _overlaps(shifts)
    order = np.lexsort((shifts.start, shifts.agent))
    order = order[shifts.works[order]]
    agent = shifts.agent[order]
    latest = _latest_end(agent, shifts.end[order])
    has = np.flatnonzero(agent[1:] == agent[:-1]) + 1
    before[order[has]] = True
    gap[order[has]] = shifts.start[order[has]] - latest[has - 1]
    rest = terms.rest_s[shifts.agent]
    running, total = _days_running(shifts), _day_lengths(shifts)
    most, longest = terms.days_running[shifts.agent], terms.longest_s[shifts.agent]
    length = shifts.end - shifts.start
    return [
        (Rule.OVERLAP, overlaps, beyond, np.zeros(count, dtype=np.int64)),
        (Rule.REST, before & (gap >= 0) & (gap < rest) & ~_same_day_as_before(shifts, order, has), gap, rest),
        (Rule.DAYS_RUNNING, shifts.works & (running > most), running, most),
        (Rule.LONG_DAY, shifts.works & (total > longest) & (length < total) & _last_of_day(shifts), total, longest),
    ]


def _overlaps(shifts: Shifts) -> tuple[Flags, Ints]:
    """Which shifts begin before an earlier one of the same agent has ended, and by how much."""
    broken, beyond = np.zeros(len(shifts.agent), dtype=np.bool_), np.zeros(len(shifts.agent), dtype=np.int64)
    order = np.lexsort((shifts.start, shifts.agent))
    agent = shifts.agent[order]
    latest = _latest_end(agent, shifts.end[order])
    has = np.flatnonzero(agent[1:] == agent[:-1]) + 1
    by = latest[has - 1] - shifts.start[order[has]]
    broken[order[has]], beyond[order[has]] = by > 0, by
    return broken, beyond


def _latest_end(agent: Ints, end: Ints) -> Ints:
    """The latest end so far within each agent's run of rows."""
    if not len(end):
        return end
    span = int(end.max() - end.min()) + 1
    lifted = (end - end.min()) + agent * span  # a later agent's ends lie above all of an earlier one's
    told: Ints = np.maximum.accumulate(lifted) - agent * span + end.min()
    return told


def _same_day_as_before(shifts: Shifts, order: Ints, has: Ints) -> Flags:
    """A split shift is one day's work: no night lies between its parts."""
    told = np.zeros(len(shifts.agent), dtype=np.bool_)
    told[order[has]] = shifts.day[order[has]] == shifts.day[order[has - 1]]
    return told


def _days_running(shifts: Shifts) -> Ints:
    """For each shift the number of days in a row that its day is the latest of."""
    told = np.zeros(len(shifts.agent), dtype=np.int64)
    rows = np.flatnonzero(shifts.works)
    if not len(rows):
        return told
    days, back = np.unique(_agent_day(shifts)[rows], return_inverse=True)
    begins = np.concatenate([[True], np.diff(days) != 1])
    places = np.arange(len(days))
    told[rows] = (places - np.maximum.accumulate(np.where(begins, places, 0)) + 1)[back]
    return told


def _day_lengths(shifts: Shifts) -> Ints:
    """For each shift the seconds of all working shifts of its agent and day."""
    _, back = np.unique(_agent_day(shifts), return_inverse=True)
    length = np.where(shifts.works, shifts.end - shifts.start, 0)
    told: Ints = np.bincount(back, weights=length).astype(np.int64)[back] if len(back) else length
    return told


def _last_of_day(shifts: Shifts) -> Flags:
    """The shift of an agent's day that starts last: where what concerns the whole day is told."""
    told = np.zeros(len(shifts.agent), dtype=np.bool_)
    order = np.lexsort((shifts.start, _agent_day(shifts)))
    keys = _agent_day(shifts)[order]
    if len(order):
        told[order[np.concatenate([keys[1:] != keys[:-1], [True]])]] = True
    return told


def _agent_day(shifts: Shifts) -> Ints:
    """One number per agent and day, so that the next day is the next number and agents never touch."""
    base = int(shifts.day.min()) if len(shifts.day) else 0
    span = (int(shifts.day.max()) - base + 2) if len(shifts.day) else 1
    return shifts.agent * span + (shifts.day - base)


def _weeks(shifts: Shifts, terms: Terms, judged: Flags, law: Law, credit_s: Ints | None) -> list[Finding]:
    """What an agent's shifts of the judged days break together."""
    agents = len(terms.week_s)
    rows = np.flatnonzero(judged)
    paid = np.bincount(shifts.agent[rows], weights=shifts.paid_s[rows], minlength=agents).astype(np.int64)
    at_work = np.flatnonzero(judged & shifts.works)
    worked = np.bincount(shifts.agent[at_work], weights=shifts.paid_s[at_work], minlength=agents).astype(np.int64)
    days = _days_worked(shifts, at_work, agents)
    counted = paid if credit_s is None else paid + credit_s
    known = terms.week_s > 0
    weekly = np.full(agents, law.week_s, dtype=np.int64)
    verdicts: list[Verdict] = [
        (Rule.MANY_DAYS, known & (days > terms.days), days, terms.days),
        (Rule.LONG_WEEK, worked > law.week_s, worked, weekly),
        (Rule.OVER_CONTRACT, known & (counted > terms.week_s + law.slack_s), counted, terms.week_s),
        (Rule.UNDER_CONTRACT, known & (counted < terms.week_s - law.slack_s), counted, terms.week_s),
    ]
    return [
        Finding(rule, int(agent), -1, int(amount[agent]), int(limit[agent]))
        for rule, broken, amount, limit in verdicts
        for agent in np.flatnonzero(broken)
    ]


def _days_worked(shifts: Shifts, rows: Ints, agents: int) -> Ints:
    """Different days of each agent among some rows."""
    _, first = np.unique(_agent_day(shifts)[rows], return_index=True)
    return np.bincount(shifts.agent[rows[first]], minlength=agents).astype(np.int64)


def unbroken(shift: Ints, start: Ints, end: Ints, rests: Flags, *, shifts: int) -> Ints:
    """The longest stretch without rest within each shift; segments in the order of (shift, start)."""
    told = np.zeros(shifts, dtype=np.int64)
    if not len(shift):
        return told
    new = np.concatenate([[True], shift[1:] != shift[:-1]])
    run = np.cumsum(new | rests) - 1
    lengths = np.bincount(run, weights=np.where(rests, 0, end - start)).astype(np.int64)
    np.maximum.at(told, shift, lengths[run])
    return told
