"""Zammad's escalation specs: tickets as told in events, with the deadlines and minutes it shows.

How Zammad shows a deadline (hidden once met, hidden while stopped, whole minutes) is put on here;
when it falls due and how long it took is ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.peers import told
from tests.peers.outcome import BadCase, Case, Outcome, each, one_of, only
from tickets.business_time import Calendar, Clock, clock
from tickets.sla import Policy, Promises, Target, promises
from tickets.states import OPEN_END
from tickets.timeline import Timeline, fold
from tickets.vocabulary import EventType, PromiseKind, PromiseState, Status

STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "closed": Status.CLOSED,
    "merged": Status.MERGED,
}
STOPPED = (Status.PENDING, Status.SOLVED, Status.CLOSED, Status.MERGED)
UPDATE_STARTS = {"last_agent_contact_or_created": "creation", "last_contact_any": "contact"}
OPTIONS: dict[str, tuple[Any, ...]] = {
    "boundary": ("close", "next_open"),
    "pause_granularity": ("minute", "second"),
    "hide_met": (True, False),
    "hide_when_stopped": (True, False),
    "next_response_clock": ("first_unanswered_customer_message", *UPDATE_STARTS),
    "next_response_stat": ("longest_exchange", "longest_gap_between_agent_contacts", "created_to_last_contact"),
    "met_deadline_moves_with_later_holds": (False,),  # the other way is not ours
}
BY_AGENT = {"agent": True, "customer": False}
OPS = ("deadline", "minutes", "pauses")
MINUTE = 60
MATCHED, OTHER = 1, 2


def recognises(document: dict[str, Any]) -> bool:
    """Whether the cases tell a ticket, its events and what to expect of it."""
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        return False
    keys = {"ticket", "events", "expect", "options", "calendar"}
    return any(isinstance(case, dict) and keys <= case.keys() for case in cases)


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    return each(document, _outcome, expected="expect")


def _outcome(case: Case) -> Outcome:
    expected = case["expect"]
    _check(case)
    answers = _clock_alone(case) if "op" in case else _shown(Judged.of(case))
    only("expect", expected, answers)
    got = {name: answers[name] for name in expected}
    tolerance_s = case["options"].get("tolerance_s", 0)
    agrees = all(_same(expected[name], got[name], tolerance_s) for name in expected)
    return Outcome(case["id"], agrees, expected, got, case.get("note", ""))


def _check(case: Case) -> None:
    """Raises BadCase where the case asks for what would be passed over in silence."""
    only("options", case["options"], (*OPTIONS, "tolerance_s"))
    for name, value in case["options"].items():
        if value not in OPTIONS.get(name, (value,)):
            raise BadCase(f"option {name}: {value!r} is not one of {', '.join(map(str, OPTIONS[name]))}")
    if case.get("op", OPS[0]) not in OPS:
        raise BadCase(f"op: {case['op']!r} is not one of {', '.join(OPS)}")


def _same(expected: Any, got: Any, tolerance_s: int) -> bool:
    if tolerance_s and isinstance(expected, str) and isinstance(got, str):
        return abs(told.instant(expected) - told.instant(got)) <= tolerance_s
    return expected == got


@dataclass(frozen=True)
class Judged:
    """One case, folded and judged."""

    case: dict[str, Any]
    timeline: Timeline
    clock: Clock
    rows: Promises

    @classmethod
    def of(cls, case: dict[str, Any]) -> "Judged":
        timeline, hours = _timeline(case), _hours(case)
        policies = _policies(case)
        now = int(timeline.tickets.updated_at.max())
        return cls(case, timeline, hours, promises(timeline, policies, [hours], now=now))

    @property
    def options(self) -> dict[str, Any]:
        return self.case["options"]

    @property
    def is_stopped(self) -> bool:
        return bool(np.isin(self.timeline.tickets.status[0], STOPPED))

    def of_kind(self, *kinds: PromiseKind) -> list[int]:
        """Rows of the promises of these kinds that a policy still makes, in order."""
        wanted = np.isin(self.rows.kind, kinds) & (self.rows.state != PromiseState.CANCELLED)
        return np.flatnonzero(wanted).tolist()

    def is_met(self, row: int) -> bool:
        return bool(self.rows.fulfilled_at[row] != OPEN_END)

    def due_at(self, row: int) -> int:
        """The deadline; of a paused promise the one it had when the pause began."""
        if self.rows.due_at[row] != OPEN_END:
            return int(self.rows.due_at[row])
        spans = self.timeline.spans
        stopped = np.isin(spans.status, STOPPED)
        began = int(spans.start_at[1 + np.flatnonzero(~stopped).max(initial=-1)])
        left_s = int(self.rows.target_s[row] - self.rows.business_elapsed_s[row])
        return int(self.clock.due(began, left_s, boundary=self.options["boundary"]))


def _timeline(case: dict[str, Any]) -> Timeline:
    rows = [
        told.created(
            told.instant(case["ticket"]["created_at"]),
            status=one_of("status", case["ticket"]["status"], STATUSES),
            priority=_priority(case, case.get("ticket_priority")),
        )
    ]
    rows += [_row(case, event) for event in case["events"]]
    return fold(told.events(rows))


def _row(case: dict[str, Any], event: dict[str, Any]) -> told.Row:
    at = told.instant(event["at"])
    if event["type"] == "message":
        return told.message(at, by_agent=one_of("by", event["by"], BY_AGENT), public=event["public"])
    if event["type"] == "priority":
        sets = {"priority": _priority(case, event["to"])}
        return told.Row(at=at, type=EventType.PRIORITY_CHANGED, sets=sets)
    if event["type"] != "status":
        raise BadCase(f"type: {event['type']!r} is not one of message, priority, status")
    if case["options"]["pause_granularity"] == "minute":
        at -= at % MINUTE
    return told.status(at, one_of("to", event["to"], STATUSES))


def _priority(case: dict[str, Any], value: str | None) -> int:
    """MATCHED where the policy asks for this very priority, or for none."""
    asked = case.get("sla", {}).get("applies_if", {}).get("priority", value)
    return MATCHED if value == asked else OTHER


def _hours(case: dict[str, Any]) -> Clock:
    return clock(Calendar.from_json(case["calendar"]))


def _policies(case: dict[str, Any]) -> list[Policy]:
    """The one policy, or none where it asks for what no ticket of the case has."""
    conditions = case["sla"].get("applies_if", {})
    if any(case["ticket"].get(name) != value for name, value in conditions.items() if name != "priority"):
        return []
    asked = {"priority": frozenset({MATCHED})} if "priority" in conditions else {}
    return [Policy(id=1, order=1, targets=tuple(_targets(case)), conditions=asked)]


def _targets(case: dict[str, Any]) -> Iterator[Target]:
    options: dict[str, Any] = {
        "calendar": 0,
        "pauses_in": frozenset({Status.PENDING}),
        "boundary": case["options"]["boundary"],
    }
    sla, starts = case["sla"], UPDATE_STARTS.get(case["options"]["next_response_clock"])
    if sla["first_response_min"] is not None:
        seconds = MINUTE * sla["first_response_min"]
        yield Target(kind=PromiseKind.FIRST_REPLY, seconds=seconds, **options)
    if (minutes := _response_min(sla)) is not None and starts is not None:
        options |= {"update_starts": starts}
        yield Target(kind=PromiseKind.PERIODIC_UPDATE, seconds=MINUTE * minutes, **options)
    elif minutes is not None:
        options |= {"next_reply_starts": "any"}
        yield Target(kind=PromiseKind.NEXT_REPLY, seconds=MINUTE * minutes, **options)
    if sla["resolution_min"] is not None:
        seconds = MINUTE * sla["resolution_min"]
        yield Target(kind=PromiseKind.RESOLUTION, seconds=seconds, **options)


def _response_min(sla: dict[str, Any]) -> int | None:
    """A policy has one of the two: an answer to a waiting customer, or regular updates."""
    return sla["update_min"] if sla["next_response_min"] is None else sla["next_response_min"]


def _shown(judged: Judged) -> dict[str, Any]:
    """What Zammad would show of a ticket."""
    first = judged.of_kind(PromiseKind.FIRST_REPLY)
    resolution = judged.of_kind(PromiseKind.RESOLUTION)
    update = judged.of_kind(PromiseKind.NEXT_REPLY, PromiseKind.PERIODIC_UPDATE)
    reply_at = int(judged.timeline.tickets.first_reply_at[0])
    return {
        **_stat("first_response", first, judged, _total(judged, first)),
        **_stat("next_response", update, judged, _response_s(judged, update)),
        **_stat("resolution", resolution, judged, _total(judged, resolution)),
        "first_response_at": None if reply_at == OPEN_END else told.iso(reply_at),
        "next_deadline": _next_deadline(judged, first[-1:] + update[-1:] + resolution[-1:]),
    }


def _stat(name: str, rows: list[int], judged: Judged, taken_s: int | None) -> dict[str, Any]:
    """Deadline, minutes taken and minutes to spare of one target."""
    taken_min = None if taken_s is None else taken_s // MINUTE
    target_min = judged.rows.target_s[rows[-1]] // MINUTE if rows else 0
    return {
        f"{name}_deadline": _deadline(judged, rows[-1:]),
        f"{name}_min": taken_min,
        f"{name}_diff_min": None if taken_min is None else int(target_min) - taken_min,
    }


def _deadline(judged: Judged, rows: list[int]) -> str | None:
    hidden = judged.options["hide_when_stopped"] and judged.is_stopped
    shown = [row for row in rows if not (judged.options["hide_met"] and judged.is_met(row))]
    return told.iso(judged.due_at(shown[0])) if shown and not hidden else None


def _next_deadline(judged: Judged, rows: list[int]) -> str | None:
    """The earliest one not yet met; none while stopped."""
    if judged.is_stopped:
        return None
    return min((told.iso(judged.due_at(row)) for row in rows if not judged.is_met(row)), default=None)


def _total(judged: Judged, rows: list[int]) -> int | None:
    """Business seconds of the promises that were kept."""
    met = [row for row in rows if judged.is_met(row)]
    return int(judged.rows.business_elapsed_s[met].sum()) if met else None


def _response_s(judged: Judged, rows: list[int]) -> int | None:
    """The longest exchange, or under the old rules all the time to the last contact."""
    solved_at = judged.timeline.solves.solved_at
    told_rows = [row for row in rows if judged.rows.fulfilled_at[row] not in solved_at]
    if judged.options["next_response_stat"] == "created_to_last_contact":
        return _total(judged, told_rows)
    return max((_total(judged, [row]) or 0 for row in told_rows if judged.is_met(row)), default=None)


def _clock_alone(case: dict[str, Any]) -> dict[str, Any]:
    """Pauses of the ticket, a deadline around them, or the minutes between them."""
    timeline, given = _timeline(case), case["input"]
    pauses = _pauses(timeline)
    if case["op"] == "pauses":
        return {"result": [[told.iso(start), told.iso(end)] for start, end in pauses]}
    hours = _hours(case)
    start = told.instant(given["start"])
    if case["op"] == "deadline":
        left_s = MINUTE * given["minutes"]
        for pause_start, pause_end in pauses:
            if pause_end > start and hours.elapsed(start, max(start, pause_start)) < left_s:
                left_s -= int(hours.elapsed(start, max(start, pause_start)))
                start = pause_end
        return {"result": told.iso(int(hours.due(start, left_s, boundary=case["options"]["boundary"])))}
    tickets = timeline.tickets
    ended = bool(np.isin(tickets.status[0], STOPPED)) and tickets.status[0] != Status.PENDING
    life = (int(tickets.created_at[0]), int(tickets.last_solved_at[0]) if ended else OPEN_END)
    start, end = max(start, life[0]), min(told.instant(given["end"]), life[1])
    paused_s = sum(
        int(hours.elapsed(min(max(from_, start), end), max(min(to, end), start)))
        for from_, to in pauses
        if to > start and from_ < end
    )
    return {"result": (int(hours.elapsed(start, end)) - paused_s) // MINUTE}


def _pauses(timeline: Timeline) -> list[tuple[int, int]]:
    """Stopped stretches that came to an end."""
    spans = timeline.spans
    stopped = np.flatnonzero(np.isin(spans.status, STOPPED) & (spans.end_at != OPEN_END))
    return list(zip(spans.start_at[stopped].tolist(), spans.end_at[stopped].tolist(), strict=True))
