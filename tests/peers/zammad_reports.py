"""Zammad's report specs: counts over a fixed set of tickets, and the waits of a day's messages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from tests.peers import told
from tests.peers.outcome import Case, Outcome, each, one_of, only
from tickets.states import OPEN_END
from tickets.timeline import Timeline, fold, waits
from tickets.vocabulary import ActorKind, EventType, Status

STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "closed": Status.CLOSED,
    "merged": Status.MERGED,
}
SELECT = ("group", "created_before", "priority", "tags")
BUCKETS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=1), "month": timedelta(days=31)}
SOON_S = 15 * 60  # a ticket closed sooner than this was solved at the first contact
Moments = list[tuple[int, int]]  # (ticket row, instant)


def recognises(document: dict[str, Any]) -> bool:
    """Whether the cases ask for metrics over tickets that the document tells."""
    cases = document.get("cases")
    if not isinstance(cases, list) or not isinstance(document.get("tickets"), list):
        return False
    return any(isinstance(case, dict) and "metric" in case for case in cases)


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    return each(document, partial(_outcome, House.of(document["tickets"])))


def _outcome(house: "House", case: Case) -> Outcome:
    waited = case["metric"] == "average_wait_today"
    got = {"seconds": _average_wait(case)} if waited else _answer(house, case)
    return Outcome(case["id"], got == case["expected"], case["expected"], got)


@dataclass(frozen=True)
class House:
    """The tickets of the document, folded."""

    tickets: list[dict[str, Any]]
    timeline: Timeline
    teams: Mapping[str, int]

    @classmethod
    def of(cls, tickets: list[dict[str, Any]]) -> "House":
        names = [ticket["group"] for ticket in tickets]
        names += [event["to"] for ticket in tickets for event in _changes(ticket, "group")]
        teams = {name: code for code, name in enumerate(sorted(set(names)), start=1)}
        rows = [row for at, each in enumerate(tickets) for row in _rows(at, each, teams)]
        return cls(tickets, fold(told.events(rows)), teams)

    def created(self) -> Moments:
        """Every ticket but merged ones, newest number first."""
        created_at = self.timeline.tickets.created_at
        there = self.timeline.tickets.status != Status.MERGED
        return [(row, int(created_at[row])) for row in np.flatnonzero(there)[::-1].tolist()]

    def solved_at_first_contact(self) -> Moments:
        """Tickets closed soon after creation, by the moment they were."""
        tickets = self.timeline.tickets
        there = (tickets.status != Status.MERGED) & (tickets.last_solved_at != OPEN_END)
        soon = there & (tickets.last_solved_at - tickets.created_at < SOON_S)
        return [(row, int(tickets.last_solved_at[row])) for row in np.flatnonzero(soon).tolist()]

    def reopened(self) -> Moments:
        solves = self.timeline.solves
        rows = np.flatnonzero(solves.reopened_at != OPEN_END)
        return list(zip(solves.ticket[rows].tolist(), solves.reopened_at[rows].tolist(), strict=True))

    def moved(self, team: str, *, into: bool) -> Moments:
        """Transfers to or away from a team."""
        spans = self.timeline.spans
        rows = np.flatnonzero(spans.transferred)
        holder = spans.team[rows if into else rows - 1]
        rows = rows[holder == self.teams.get(team, -1)]
        return list(zip(spans.ticket[rows].tolist(), spans.start_at[rows].tolist(), strict=True))


def _changes(ticket: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event for event in ticket["events"] if event["type"] == kind]


def _rows(number: int, ticket: dict[str, Any], teams: Mapping[str, int]) -> Iterator[told.Row]:
    """A ticket; one that was reopened must have been closed before, at the latest just then."""
    created_at = told.instant(ticket["created_at"])
    back = _changes(ticket, "status")
    born = Status.CLOSED if back else Status.NEW
    yield told.created(created_at, ticket=number, status=born, team=teams[ticket["group"]])
    for event in back:
        yield told.status(told.instant(event["at"]), one_of("to", event["to"], STATUSES), ticket=number)
    for event in _changes(ticket, "group"):
        yield told.Row(
            at=told.instant(event["at"]),
            type=EventType.GROUP_CHANGED,
            ticket=number,
            actor_kind=ActorKind.AGENT,
            sets={"team": teams[event["to"]]},
        )
    if "close_at" in ticket:
        closed_at = told.instant(ticket["close_at"])
        yield told.status(closed_at, one_of("status", ticket["status"], STATUSES), ticket=number)


def _answer(house: House, case: dict[str, Any]) -> dict[str, list[int]]:
    """Ids, or counts a bucket, of what the case asks for."""
    since, until = told.instant(case["since"]), told.instant(case["until"])
    moments = [
        (row, at)
        for row, at in _moments(house, case)
        if since <= at <= until and _selected(house.tickets[row], case["select"])
    ]
    if case["interval"] is None:
        return {"ticket_ids": [house.tickets[row]["id"] for row, _ in moments]}
    starts = _starts(case["since"], case["until"], case["interval"])
    places = np.searchsorted(starts, [at for _, at in moments], "right") - 1
    return {"buckets": np.bincount(places, minlength=len(starts)).tolist()}


def _moments(house: House, case: dict[str, Any]) -> Moments:
    metric = case["metric"]
    if metric in ("moved_in", "moved_out"):
        return house.moved(case["select"]["group"], into=metric == "moved_in")
    asked = {
        "created": house.created,
        "first_solution": house.solved_at_first_contact,
        "reopened": house.reopened,
    }
    return one_of("metric", metric, asked)()


def _selected(ticket: dict[str, Any], select: dict[str, Any]) -> bool:
    """Whether the ticket is among those selected; a move asks for its team by itself."""
    only("select", select, SELECT)
    before = select.get("created_before")
    if before and told.instant(ticket["created_at"]) >= told.instant(before):
        return False
    if "priority" in select:
        how, value = select["priority"]
        if (ticket["priority"] == value) != one_of("priority", how, {"is": True, "is_not": False}):
            return False
    return "tags" not in select or _tagged(set(ticket["tags"]), *select["tags"])


def _tagged(carried: set[str], how: str, tags: list[str]) -> bool:
    asked = set(tags)
    answers = {
        "all": asked <= carried,
        "not_all": not asked <= carried,
        "any": bool(asked & carried),
        "none_of": not asked & carried,
    }
    return one_of("tags", how, answers)


def _starts(since: str, until: str, interval: str) -> list[int]:
    """The first instant of every bucket; a week is shown as its days."""
    start, end = (datetime.fromisoformat(text).astimezone(UTC) for text in (since, until))
    starts, length = [], one_of("interval", interval, BUCKETS)
    while start <= end:
        starts.append(int(start.timestamp()))
        start = (start.replace(day=1) + length).replace(day=1) if interval == "month" else start + length
    return starts


def _average_wait(case: dict[str, Any]) -> float:
    """Mean wait of the messages since the day began; 0 where nobody waited."""
    since = told.instant(case["day_start"])
    messages = [each for each in case["messages"] if told.instant(each["at"]) >= since]
    rows = [told.created(since)]
    rows += [
        told.message(told.instant(each["at"]), by_agent=each["by"] == "agent", public=not each["internal"])
        for each in messages
    ]
    timeline = fold(told.events(rows))
    answered = waits(timeline.states, next_reply_starts="any").replies
    waited_s = (answered.ended_at - answered.waiting_since)[~answered.first]
    return float(waited_s.mean()) if len(waited_s) else 0
