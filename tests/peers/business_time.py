"""Peers' business-time facts: cases/business_time.json and files like it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from typing import Any

from tests.peers.exact_clock import ExactClock, Instant, Period, WallClock, local_time
from tests.peers.instants import number, parse, render
from tests.peers.outcome import BadCase, Outcome, each, only
from tickets.business_time import Boundary, Calendar
from tickets.open_intervals import utc_of

KEYS = {"id", "op", "calendar", "input", "expected"}
OPTIONS = {
    "dst_duration": ("absolute", "wall"),
    "boundary": ("close", "next_open"),
    "round": ("none", "nearest_second", "half_away"),
    "reversed": ("negative", "zero"),
}  # the first of each is the default
HOURS = (*(field.name for field in fields(Calendar)), "name")
FARTHEST_DAYS = 4000


@dataclass(frozen=True)
class Case:
    """One case: what is asked of which calendar under which options."""

    calendar: Calendar
    asked: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def clock(self) -> ExactClock:
        return ExactClock(self.calendar)

    @property
    def durations(self) -> ExactClock | WallClock:
        """The clock that counts durations the way the peer does."""
        wall = self.option("dst_duration") == "wall"
        return WallClock(self.calendar) if wall else self.clock

    @property
    def boundary(self) -> Boundary:
        if self.option("boundary") == "close":
            return "close"
        return "next_open"

    @property
    def at(self) -> Instant:
        return parse(self.asked["at"])

    def option(self, name: str) -> str:
        """An option's value, by default the first known one."""
        known = OPTIONS[name]
        value = self.options.get(name, known[0])
        if value not in known:
            raise BadCase(f"option {name}: {value!r} is not one of {', '.join(known)}")
        return str(value)

    def rounded(self, value: Fraction) -> Fraction:
        """Half a second goes away from zero, where the peer rounds at all."""
        if self.option("round") == "none":
            return value
        half_up = floor(abs(value) + Fraction(1, 2))
        return Fraction(half_up if value >= 0 else -half_up)


Answer = bool | Fraction | list[Period] | None


def between(case: Case) -> Fraction:
    start, end = parse(case.asked["start"]), parse(case.asked["end"])
    seconds = case.rounded(case.durations.between(start, end))
    zero = case.option("reversed") == "zero"
    return max(seconds, Fraction(0)) if zero else seconds


def add(case: Case) -> Instant | None:
    seconds, direction = number(case.asked["seconds"]), case.asked.get("direction", "forward")
    if direction not in ("forward", "backward") or seconds < 0:
        raise BadCase(f"add: cannot move {seconds} s {direction!r}")
    if direction == "forward":
        landed = case.durations.forward(case.at, seconds, case.boundary)
    else:
        landed = case.durations.backward(case.at, seconds)
    return None if landed is None else case.rounded(landed)


def add_days(case: Case) -> Instant | None:
    """The same time of day on the n-th later (or earlier) date with opening hours."""
    days = int(case.asked["days"])
    if not days:
        return case.clock.next_open(case.at)
    zone, step = case.calendar.zone, timedelta(days=1 if days > 0 else -1)
    local = local_time(zone, case.at)
    later = (local + step * number for number in range(1, FARTHEST_DAYS))
    open_days = (moment for moment in later if case.calendar.spans_on(moment.date()))
    moved = next(islice(open_days, abs(days) - 1, None), None)
    if moved is None:
        return None
    at = utc_of(zone, moved) + case.at % 1
    return case.clock.next_open(at) if days > 0 else case.clock.roll_back(at)


def on_break(case: Case) -> bool:
    """Half-open, as the hours are."""
    breaks = Calendar(case.calendar.timezone, overrides=case.calendar.breaks)
    return ExactClock(breaks).is_open(case.at)


def on_holiday(case: Case) -> bool:
    return local_time(case.calendar.zone, case.at).date() in case.calendar.holidays


def next_close(case: Case) -> Instant | None:
    return next((end for _, end in case.clock.periods_after(case.at)), None)


def following_open(case: Case) -> Instant | None:
    periods = case.clock.periods_after(Fraction(floor(case.at) - 1))
    return next((start for start, _ in periods if start > case.at), None)


def opening_at_or_after(case: Case) -> Instant | None:
    periods = case.clock.periods_after(Fraction(ceil(case.at) - 1))
    return next((start for start, _ in periods if start >= case.at), None)


def opening_at_or_before(case: Case) -> Instant | None:
    periods = case.clock.periods_before(Fraction(floor(case.at) + 1))
    return next((start for start, _ in periods if start <= case.at), None)


def local_to_utc(case: Case) -> Instant:
    wall = datetime.fromisoformat(f"{date.fromisoformat(case.asked['date'])}T{case.asked['time']}")
    return utc_of(case.calendar.zone, wall) + Fraction(wall.microsecond, 1_000_000)


OPERATIONS: dict[str, Callable[[Case], Answer]] = {
    "between": between,
    "add": add,
    "add_days": add_days,
    "is_open": lambda case: case.clock.is_open(case.at),
    "is_open_closed": lambda case: case.clock.is_open_closed(case.at),
    "on_break": on_break,
    "on_holiday": on_holiday,
    "next_open": lambda case: case.clock.next_open(case.at),
    "roll_back": lambda case: case.clock.roll_back(case.at),
    "next_close": next_close,
    "following_open": following_open,
    "periods_after": lambda case: list(islice(case.clock.periods_after(case.at), case.asked["count"])),
    "periods_before": lambda case: list(islice(case.clock.periods_before(case.at), case.asked["count"])),
    "local_to_utc": local_to_utc,
    "pandas_next_opening": opening_at_or_after,
    "pandas_prev_opening": opening_at_or_before,
}


def recognises(document: dict[str, Any]) -> bool:
    """Whether there are cases that ask an operation of a calendar."""
    cases = document.get("cases")
    return isinstance(cases, list) and any(
        isinstance(case, dict) and case.keys() >= KEYS and "events" not in case for case in cases
    )


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    return each(document, _outcome)


def _outcome(case: Mapping[str, Any]) -> Outcome:
    if missing := sorted(KEYS - case.keys()):
        raise BadCase(f"{missing[0]!r} is missing")
    op, options = case["op"], case.get("options") or {}
    if op not in OPERATIONS:
        raise BadCase(f"op: {op!r} is not one of {', '.join(OPERATIONS)}")
    if not isinstance(options, dict) or not isinstance(case["input"], dict):
        raise BadCase("input and options are objects")
    only("options", options, (*OPTIONS, "tolerance_s"))
    only("calendar", case["calendar"], HOURS)
    asked = Case(Calendar.from_json(case["calendar"]), case["input"], options)
    for name in OPTIONS:
        asked.option(name)
    answer = OPERATIONS[op](asked)
    agrees = _agrees(case["expected"], answer, number(options.get("tolerance_s", 0)))
    told = _told(answer, is_duration=op == "between")
    return Outcome(case["id"], agrees, case["expected"], told, case.get("note") or "")


def _agrees(expected: Any, answer: Any, tolerance: Fraction) -> bool:
    if isinstance(expected, list) and isinstance(answer, list | tuple):
        return len(expected) == len(answer) and all(
            _agrees(each, ours, tolerance) for each, ours in zip(expected, answer, strict=True)
        )
    if isinstance(answer, list | bool) or answer is None or isinstance(expected, bool | None):
        return expected is answer
    wanted = parse(expected) if isinstance(expected, str) else number(expected)
    return bool(abs(wanted - answer) <= tolerance)


def _told(answer: Answer, *, is_duration: bool) -> Any:
    if isinstance(answer, list):
        return [[render(start), render(end)] for start, end in answer]
    if not isinstance(answer, Fraction | int) or isinstance(answer, bool):
        return answer
    if is_duration:
        return int(answer) if answer == int(answer) else float(answer)
    return render(answer)
