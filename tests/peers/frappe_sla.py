"""Frappe Helpdesk's service-level tests.

A status answers there: Replied is a reply that also pauses, Resolved one where none came before.
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
from tickets.vocabulary import PromiseKind, PromiseState, Status

STATUSES = {
    "Open": Status.OPEN,
    "Replied": Status.PENDING,
    "Resolved": Status.SOLVED,
    "Closed": Status.CLOSED,
}
STOPPED = (Status.PENDING, Status.SOLVED, Status.CLOSED)
FIRST, RESOLUTION = 0, 1  # rows of the two promises


def recognises(document: dict[str, Any]) -> bool:
    """Whether the cases have a target and the instant at which to evaluate."""
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        return False
    keys = {"target", "events", "evaluate_at", "expected", "calendar"}
    return any(isinstance(case, dict) and keys <= case.keys() for case in cases)


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    return each(document, _outcome)


def _outcome(case: Case) -> Outcome:
    only("options", case.get("options") or {}, ())
    answers = Judged.of(case).shown()
    only("expected", case["expected"], answers)
    got = {name: answers[name] for name in case["expected"]}
    return Outcome(case["id"], got == case["expected"], case["expected"], got, case.get("title", ""))


@dataclass(frozen=True)
class Judged:
    """One case, folded and judged."""

    timeline: Timeline
    clock: Clock
    rows: Promises
    now: int

    @classmethod
    def of(cls, case: dict[str, Any]) -> "Judged":
        now = told.instant(case["evaluate_at"])
        timeline = fold(told.events(_rows(case)))
        hours = clock(Calendar.from_json(case["calendar"]))
        policy = Policy(id=1, order=1, targets=tuple(_targets(case["target"])))
        return cls(timeline, hours, promises(timeline, [policy], [hours], now=now), now)

    @property
    def status(self) -> int:
        return int(self.timeline.tickets.status[0])

    def shown(self) -> dict[str, Any]:
        """What Frappe would show of the ticket."""
        first_reply_at = int(self.timeline.tickets.first_reply_at[0])
        return {
            "response_by": told.iso(self.due_at(FIRST)),
            "resolution_by": told.iso(self.due_at(RESOLUTION)),
            "first_responded_on": told.iso(first_reply_at) if first_reply_at != OPEN_END else None,
            "status": self.agreement(),
            "total_hold_s": self.hold_s(),
            "resolution_time_s": self.taken_s(RESOLUTION),
            "first_response_time_s": self.taken_s(FIRST),
            "first_response_failed_by_s": self.failed_by_s(FIRST),
            "resolution_failed_by_s": self.failed_by_s(RESOLUTION),
            "raised_outside_working_hours": not self.clock.is_open(self.rows.started_at[FIRST]),
        }

    def agreement(self) -> str:
        """The one word; a pause hides a failure, a failure what is still due."""
        if self.status == Status.PENDING:
            return "Paused"
        if (self.rows.state == PromiseState.MISSED).any():
            return "Failed"
        if self.rows.fulfilled_at[FIRST] == OPEN_END:
            return "First Response Due"
        return "Fulfilled" if self.rows.fulfilled_at[RESOLUTION] != OPEN_END else "Resolution Due"

    def due_at(self, row: int) -> int:
        """The deadline; of a paused promise the one it had when the pause began."""
        if self.rows.due_at[row] != OPEN_END:
            return int(self.rows.due_at[row])
        left_s = int(self.rows.target_s[row] - self.rows.business_elapsed_s[row])
        return int(self.clock.due(self.stops()[-1][0], left_s))

    def hold_s(self) -> int:
        """Business seconds of the stops that ended."""
        ended = [(start, end) for start, end in self.stops() if end != OPEN_END]
        return sum(int(self.clock.elapsed(start, end)) for start, end in ended)

    def stops(self) -> list[tuple[int, int]]:
        spans = self.timeline.spans
        stopped = np.isin(spans.status, STOPPED)
        starts, ends = spans.start_at[stopped].tolist(), spans.end_at[stopped].tolist()
        return list(zip(starts, ends, strict=True))

    def taken_s(self, row: int) -> int | None:
        kept = self.rows.fulfilled_at[row] != OPEN_END
        return int(self.rows.business_elapsed_s[row]) if kept else None

    def failed_by_s(self, row: int) -> int | None:
        if self.rows.state[row] != PromiseState.MISSED:
            return None
        return int(self.rows.business_elapsed_s[row] - self.rows.target_s[row])


def _rows(case: dict[str, Any]) -> Iterator[told.Row]:
    yield told.created(told.instant(case["created_at"]), status=Status.NEW)
    answered = False
    for event in case["events"]:
        if event["type"] != "status":
            raise BadCase(f"type: {event['type']!r} is not status")
        at, status = told.instant(event["at"]), one_of("to", event["to"], STATUSES)
        if event["to"] == "Replied" or (event["to"] == "Resolved" and not answered):
            yield told.message(at, by_agent=True)
            answered = True
        yield told.status(at, status)


def _targets(target: dict[str, Any]) -> Iterator[Target]:
    kinds = {
        PromiseKind.FIRST_REPLY: "first_response_s",
        PromiseKind.RESOLUTION: "resolution_s",
    }
    for kind, name in kinds.items():
        yield Target(kind=kind, seconds=target[name], calendar=0, pauses_in=frozenset({Status.PENDING}))
