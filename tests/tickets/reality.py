"""The real ticket logs of the reference data, read as events."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.reference_data import DATA
from tickets.states import UNSET, Events, order
from tickets.vocabulary import ActorKind, EventType, Status

LOGS = DATA
TYPES = {
    "created": EventType.TICKET_CREATED,
    "status": EventType.STATUS_CHANGED,
    "group": EventType.GROUP_CHANGED,
    "assignee": EventType.ASSIGNEE_CHANGED,
    "priority": EventType.PRIORITY_CHANGED,
    "updated": EventType.UPDATED,
}
MESSAGES = {"agent": EventType.AGENT_REPLY, "customer": EventType.REQUESTER_MESSAGE}
ROLES = {
    "customer": ActorKind.REQUESTER,
    "agent": ActorKind.AGENT,
    "system": ActorKind.SYSTEM,
    "unknown": ActorKind.UNKNOWN,
}
STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "resolved": Status.SOLVED,
    "closed": Status.CLOSED,
}
SETS = {"group": "team", "assignee": "assignee", "priority": "priority", "channel": "channel"}


@dataclass(frozen=True)
class Log:
    """One log: its events, the row of each ticket reference, the code of each priority."""

    events: Events
    rows: dict[str, int]
    priorities: dict[str, int]


def read_log(name: str) -> Log:
    """The events of one log."""
    rows: dict[str, int] = {}
    codes: dict[str, dict[str, int]] = defaultdict(dict)
    columns: dict[str, list[int]] = defaultdict(list)
    for line in _lines(name):
        line["ticket"] = rows.setdefault(line["ticket_id"], len(rows))
        for column, value in _event(line, codes).items():
            columns[column].append(value)
    wide, narrow = ("ticket", "at", "seq"), ("type", "actor_kind")
    arrays: dict[str, NDArray[Any]] = {
        column: np.array(values, np.int64 if column in wide else np.uint8 if column in narrow else np.int32)
        for column, values in columns.items()
    }
    return Log(order(arrays, seq=arrays.pop("seq")), rows, codes["priority"])


def read_truth(name: str) -> list[dict[str, str]]:
    """The independently computed answers for one log."""
    with gzip.open(LOGS / name / "sla_truth.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_policy(name: str) -> dict[str, Any]:
    """The policy by which the answers were computed."""
    return json.loads((LOGS / name / "sla_truth.json").read_text(encoding="utf-8"))["policy"]


def instant(text: str) -> int:
    """Seconds since the epoch of an ISO instant."""
    return int(datetime.fromisoformat(text).timestamp())


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(LOGS / name / "events.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _event(line: dict[str, Any], codes: dict[str, dict[str, int]]) -> dict[str, int]:
    """One line as the columns of an event; only what the line changes is set."""
    kind, created = line["type"], line["type"] == "created"
    event = dict.fromkeys((*SETS.values(), "status", "language", "reason"), UNSET)
    for name, column in SETS.items():
        if created or kind == name:
            event[column] = _code(codes[column], line[name])
    if created or kind == "status":
        event["status"] = STATUSES[line["status"]]
    return event | {
        "ticket": line["ticket"],
        "at": instant(line["at"]),
        "seq": line["seq"],
        "type": TYPES.get(kind) or MESSAGES[line["actor_role"]],
        "actor": _code(codes["assignee"], line["actor"]),
        "actor_kind": ROLES[line["actor_role"]],
    }


def _code(codes: dict[str, int], value: str | None) -> int:
    return 0 if value is None else codes.setdefault(value, len(codes) + 1)
