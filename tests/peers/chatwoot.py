"""Chatwoot's reporting specs: what one conversation measures, and how its reports add up.

The events of a conversation are told to our timeline and measured there. The sums of its reports
are taken here, from values that the cases give.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers import told
from tests.peers.outcome import BadCase, Case, Outcome, each, one_of, only
from tickets.business_time import Calendar, Clock, clock
from tickets.states import OPEN_END
from tickets.timeline import Timeline, fold, waits
from tickets.vocabulary import ActorKind, EventType, Status

Input = dict[str, Any]
TO_HUMANS = ("bot_handoff", "opened")
BOUNDS = (("0-1h", 3600), ("1-4h", 4 * 3600), ("4-8h", 8 * 3600), ("8-24h", 24 * 3600))
STATUSES = ("open", "resolved", "pending", "snoozed")
AVERAGES = {
    "avg_resolution_time": "conversation_resolved",
    "avg_first_response_time": "first_response",
    "avg_reply_time": "reply_time",
}


def recognises(document: dict[str, Any]) -> bool:
    """Whether the cases are of kinds that Chatwoot reports on."""
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        return False
    return any(isinstance(case, dict) and case.get("kind") in ANSWERS for case in cases)


def run(document: dict[str, Any]) -> Iterator[Outcome]:
    """One outcome per case, in order."""
    return each(document, _outcome)


def _outcome(case: Case) -> Outcome:
    expected = case["expected"]
    only("options", case.get("options") or {}, ())
    got = one_of("kind", case["kind"], ANSWERS)(case["input"])
    agrees = got == expected
    if case["kind"] == "metric_events":
        got = _worth_telling(got, expected, case.get("check"))
        agrees = _occur(expected, got, case.get("check"))
    return Outcome(case["id"], agrees, expected, got, case.get("title", ""))


# One conversation


def _timeline(given: Input) -> Timeline:
    """A conversation on our timeline."""
    comes_back = any(event["type"] in TO_HUMANS for event in given["events"])
    rows = (row for event in given["events"] for row in _rows(event, comes_back=comes_back))
    return fold(told.events(rows))


def _rows(event: dict[str, Any], *, comes_back: bool) -> Iterator[told.Row]:
    """One event; a bot's last word hands over where nothing else does."""
    at, kind = told.instant(event["at"]), event["type"]
    handed_over = told.Row(at=at, type=EventType.BOT_HANDOFF, actor_kind=ActorKind.BOT)
    if kind == "created":
        yield told.created(at, status=Status.OPEN)
    elif kind == "bot_handoff":
        yield handed_over
    elif kind == "opened":
        yield told.status(at, Status.OPEN)
        yield handed_over
    elif kind == "bot_resolved":
        yield told.status(at, Status.SOLVED, by=ActorKind.BOT)
        if not comes_back:
            yield handed_over
    elif kind == "resolved":
        yield told.status(at, Status.SOLVED)
    elif kind in ("agent_message", "customer_message"):
        yield told.message(at, by_agent=kind == "agent_message")
    else:
        raise BadCase(f"type: nobody knows {kind!r}")


def _metric_events(given: Input) -> list[dict[str, Any]]:
    """Every measurement of the conversation, in wall and in business seconds."""
    hours = clock(Calendar.from_json(given["calendar"])) if given.get("calendar") else None
    return [
        {"name": name, "value": end - start} | _business(hours, start, end)
        for name, start, end in _measured(_timeline(given))
    ]


def _business(hours: Clock | None, start: int, end: int) -> dict[str, int]:
    return {"value_in_business_hours": int(hours.elapsed(start, end))} if hours else {}


def _measured(timeline: Timeline) -> Iterator[tuple[str, int, int]]:
    """(name, start, end) of everything that was measured."""
    created_at = int(timeline.tickets.created_at[0])
    solves = timeline.solves
    for solved_at, reopened_at in zip(solves.solved_at.tolist(), solves.reopened_at.tolist(), strict=True):
        yield "conversation_resolved", created_at, solved_at
        if reopened_at != OPEN_END:
            yield "conversation_opened", solved_at, reopened_at
    replies = waits(timeline.states, first_reply_from="handoff").replies
    for since, replied_at, first in zip(
        replies.waiting_since.tolist(), replies.ended_at.tolist(), replies.first, strict=True
    ):
        yield "first_response" if first else "reply_time", since, replied_at
    events = timeline.states.events
    handoffs = events.at[events.type == EventType.BOT_HANDOFF].tolist()
    if handoffs:
        yield "conversation_bot_handoff", created_at, handoffs[0]


def _worth_telling(
    got: list[dict[str, Any]], expected: list[dict[str, Any]], check: str | None
) -> list[dict[str, Any]]:
    """The measurements that the case is about."""
    names = {event["name"] for event in expected}
    if check and check.startswith("only:"):
        names.add(check.removeprefix("only:"))
    return [event for event in got if event["name"] in names]


def _occur(expected: list[dict[str, Any]], got: list[dict[str, Any]], check: str | None) -> bool:
    """Whether everything expected was measured; under a check, nothing else of that name."""
    left = list(got)
    for event in expected:
        found = next((other for other in left if event.items() <= other.items()), None)
        if found is None:
            return False
        left.remove(found)
    return not (check and left)


def _anchor(given: Input) -> dict[str, str]:
    """The instant from which the first response is measured."""
    first = waits(_timeline(given).states, first_reply_from="handoff")
    return {"start": told.iso(int(first.waiting_since[0]))}


def _bot_resolved(given: Input) -> dict[str, int]:
    """Resolutions to which no human had said a word."""
    alone = _timeline(given).solves.replies == 0
    return {"bot_resolved": int(alone.sum()) if given["inbox_has_bot"] else 0}


def _resolutions(given: Input) -> dict[str, int]:
    """Every entry into resolved counts."""
    rows: list[told.Row] = []
    for number, conversation in enumerate(given["conversations"]):
        rows.append(told.created(0, ticket=number, status=Status.OPEN))
        for time in range(conversation["resolved"]):
            rows.append(told.status(2 * time + 1, Status.SOLVED, ticket=number))
            rows.append(told.status(2 * time + 2, Status.OPEN, ticket=number))
    return {"resolutions_count": len(fold(told.events(rows)).solves) if rows else 0}


# Reports


def _value(event: dict[str, Any], business: bool) -> float:
    return event["value_in_business_hours" if business else "value"] or 0


def _mean(values: Iterable[float]) -> float | None:
    told_values = list(values)
    return sum(told_values) / len(told_values) if told_values else None


def _average_timeseries(given: Input) -> list[dict[str, Any]]:
    """Mean of every bucket of the period, empty ones as nought."""
    zone, grain = ZoneInfo(given["timezone"]), given["group_by"]
    buckets: dict[int, list[float]] = {}
    start = _bucket(datetime.fromisoformat(given["since"]).astimezone(zone), grain)
    while start <= datetime.fromisoformat(given["until"]):
        buckets[int(start.timestamp())] = []
        start = _following(start, grain)
    for event in _inside(given):
        at = datetime.fromisoformat(event["at"]).astimezone(zone)
        buckets[int(_bucket(at, grain).timestamp())].append(_value(event, given["business_hours"]))
    return [
        {"bucket_start": told.iso(start_at), "count": len(values), "value": _mean(values) or 0}
        for start_at, values in buckets.items()
    ]


def _inside(given: Input) -> Iterator[dict[str, Any]]:
    """Events of the period that carry what the filter names."""
    since, until = told.instant(given["since"]), told.instant(given["until"])
    for event in given["events"]:
        kept = not given.get("filter") or given["filter"] in event
        if kept and since <= told.instant(event["at"]) <= until:
            yield event


def _bucket(at: datetime, grain: str) -> datetime:
    """The local start of the bucket that holds `at`; weeks start on Sunday."""
    if grain == "hour":
        return at.replace(minute=0, second=0)
    day = at.replace(hour=0, minute=0, second=0)
    if grain == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    return day.replace(day=1) if grain == "month" else day


def _following(start: datetime, grain: str) -> datetime:
    """The next bucket: an hour later by the clock on no wall, or so many days later on it."""
    if grain == "hour":
        return (start.astimezone(UTC) + timedelta(hours=1)).astimezone(start.tzinfo)
    return _bucket(start + timedelta(days=one_of("group_by", grain, {"day": 1, "week": 7, "month": 31})), grain)


def _average(given: Input) -> dict[str, float | None]:
    return {"value": _mean(_value(event, given["business_hours"]) for event in _inside(given))}


def _group_summary(given: Input) -> list[dict[str, Any]]:
    """A row per group, from the conversations that belong to it."""
    return [_group(given, group) for group in given["groups"]]


def _group(given: Input, group: str) -> dict[str, Any]:
    own = [each["id"] for each in given["conversations"] if each.get(given["group_by"]) == group]
    events = [event for event in given["metric_events"] if event["conversation"] in own]
    means = {
        label: _mean(_value(event, given["business_hours"]) for event in events if event["name"] == name)
        for label, name in AVERAGES.items()
    }
    resolved = sum(event["name"] == "conversation_resolved" for event in events)
    counts = {"conversations_count": len(own), "resolved_conversations_count": resolved}
    return {"id": group} | counts | means


def _response_distribution(given: Input) -> dict[str, dict[str, int]]:
    """Responses by channel and by how long they took."""
    shares: dict[str, dict[str, int]] = {}
    for response in given["responses"]:
        names = [name for name, limit_s in BOUNDS if response["seconds"] < limit_s]
        share = shares.setdefault(response["channel"], dict.fromkeys([*(name for name, _ in BOUNDS), "24h+"], 0))
        share[names[0] if names else "24h+"] += 1
    return shares


def _status_by_channel(given: Input) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for ticket in given["tickets"]:
        count = counts.setdefault(ticket["channel"], dict.fromkeys((*STATUSES, "total"), 0))
        if ticket["status"] not in STATUSES:
            raise BadCase(f"status: {ticket['status']!r} is not one of {', '.join(STATUSES)}")
        count[ticket["status"]] += 1
        count["total"] += 1
    return counts


def _bot_rates(given: Input) -> dict[str, float]:
    whole = given["conversations"]
    parts = {"resolution_rate": given["bot_resolved"], "handoff_rate": given["handoffs"]}
    return {name: 100 * part / whole if whole else 0 for name, part in parts.items()}


def _rollup_date(given: Input) -> dict[str, str]:
    at = datetime.fromisoformat(given["at"]).astimezone(ZoneInfo(given["timezone"]))
    return {"date": at.date().isoformat()}


def _rollup_sum(given: Input) -> dict[str, float]:
    return {
        "count": len(given["events"]),
        "sum_value": sum(_value(event, business=False) for event in given["events"]),
        "sum_value_business_hours": sum(_value(event, business=True) for event in given["events"]),
    }


ANSWERS: dict[str, Callable[[Input], Any]] = {
    "metric_events": _metric_events,
    "first_response_anchor": _anchor,
    "bot_resolved": _bot_resolved,
    "resolutions_count": _resolutions,
    "average_timeseries": _average_timeseries,
    "average": _average,
    "group_summary": _group_summary,
    "response_distribution": _response_distribution,
    "status_by_channel": _status_by_channel,
    "bot_rates": _bot_rates,
    "rollup_date": _rollup_date,
    "rollup_sum": _rollup_sum,
}
