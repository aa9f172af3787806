"""Tickets told as stories.

`ticket("Mon 09:00 opened by user · 09:20 reply by alice · 11:00 solved")`: sentences parted by `·`,
each begun by a time of day, after a weekday where the day changes: the next such day, or today;
`next Mon` skips a week. TIME_ZERO is the Monday before clocks go forward in Europe. Times are local
to the zone of the story.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tickets.states import UNSET, Events, order
from tickets.timeline import Timeline, fold
from tickets.vocabulary import ActorKind, EventType, Status

TIME_ZERO = datetime(2026, 3, 23)  # noqa: DTZ001 - local to whichever zone the story is told in
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CAST = {name: code for code, name in enumerate(
    ("alice", "bob", "carol", "dave", "erin", "pat", "quinn", "eve"), start=1
)}  # fmt: skip
TEAMS = {"A": 1, "B": 2, "C": 3}
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
CHANNELS = {"email": 1, "chat": 2, "phone": 3, "web": 4}
LANGUAGES = {"english": 1, "german": 2, "french": 3}
REASONS = {"billing": 1, "bug": 2, "login": 3}
ACTORS = {"user": ActorKind.REQUESTER, "bot": ActorKind.BOT, "system": ActorKind.SYSTEM}
CODES: Mapping[str, Mapping[str, int]] = {
    "priority": PRIORITIES,
    "team": TEAMS,
    "assignee": CAST,
    "channel": CHANNELS,
    "language": LANGUAGES,
    "reason": REASONS,
}
NOBODY = {"nobody": 0, "none": 0}
SENTENCE = re.compile(
    r"(?:(?P<skip>next )?(?P<day>Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?"
    r"(?P<time>\d\d:\d\d(?::\d\d)?) (?P<words>.+?)(?: by (?P<actor>\w+))?"
)
MESSAGES = {
    "message": (EventType.REQUESTER_MESSAGE, "user"),
    "reply": (EventType.AGENT_REPLY, "alice"),
    "note": (EventType.INTERNAL_NOTE, "alice"),
    "public note": (EventType.PUBLIC_NOTE, "alice"),
    "bot reply": (EventType.BOT_REPLY, "bot"),
    "auto-reply": (EventType.AUTO_REPLY, "system"),
    "handed over": (EventType.BOT_HANDOFF, "bot"),
    "touched": (EventType.UPDATED, "alice"),
    "merged": (EventType.TICKET_MERGED, "alice"),
    "deleted": (EventType.TICKET_DELETED, "alice"),
    "marked spam": (EventType.MARKED_SPAM, "alice"),
    "restored": (EventType.TICKET_RESTORED, "alice"),
}
STATUSES = {
    "reopened": Status.OPEN,
    "pending": Status.PENDING,
    "on hold": Status.HOLD,
    "taken": Status.OPEN,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
}
CHANGES = {
    "assigned to": (EventType.ASSIGNEE_CHANGED, "assignee"),
    "moved to": (EventType.GROUP_CHANGED, "team"),
    "priority": (EventType.PRIORITY_CHANGED, "priority"),
    "channel": (EventType.CHANNEL_CHANGED, "channel"),
    "language": (EventType.LANGUAGE_CHANGED, "language"),
    "reason": (EventType.REASON_CHANGED, "reason"),
}
OPENING = re.compile(r"(?P<word>as|in|for|via|about) (?P<value>\w+)")
OPENING_SETS = {"in": "team", "for": "assignee", "via": "channel", "about": "reason"}


class BadStory(ValueError):
    """A sentence that nobody can read; the message quotes it."""


@dataclass(frozen=True)
class Story:
    """Some tickets, and the zone in which their times were told."""

    events: Events
    zone: str

    @property
    def timeline(self) -> Timeline:
        return fold(self.events)

    def at(self, moment: str) -> int:
        """Seconds since the epoch of `Tue 09:00`, counted from TIME_ZERO."""
        return seconds(moment, zone=self.zone)


def ticket(*texts: str, zone: str = "UTC") -> Story:
    """One ticket for each text."""
    rows = [row for number, text in enumerate(texts) for row in _rows(number, text, zone)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    kinds = {"type": np.uint8, "actor_kind": np.uint8, "ticket": np.int64, "at": np.int64}
    typed = {name: column.astype(kinds.get(name, np.int32)) for name, column in columns.items()}
    return Story(order(typed, seq=np.arange(len(rows))), zone)


def seconds(moment: str, *, zone: str = "UTC") -> int:
    """Seconds since the epoch of a moment such as `next Tue 09:00`."""
    instant, _ = _read(f"{moment} touched", TIME_ZERO)
    return _utc(instant, zone)


def _rows(number: int, text: str, zone: str) -> list[dict[str, int]]:
    """The events of one ticket, in the order told."""
    now, rows = TIME_ZERO, []
    for sentence in text.split("·"):
        now, said = _read(sentence.strip(), now)
        meaning = _meaning(said["words"], said["actor"])
        rows.append({"ticket": number, "at": _utc(now, zone)} | _blank() | meaning)
    return rows


def _read(sentence: str, now: datetime) -> tuple[datetime, dict[str, str]]:
    """When a sentence happens, and its words."""
    said = SENTENCE.fullmatch(sentence)
    if said is None:
        raise BadStory(f"no time in '{sentence}'")
    day = now.replace(hour=0, minute=0, second=0)
    if said["day"]:
        day += timedelta(days=(DAYS.index(said["day"]) - day.weekday()) % 7)
        day += timedelta(days=7 if said["skip"] else 0)
    hour, minute, *second = (int(part) for part in said["time"].split(":"))
    return day + timedelta(hours=hour, minutes=minute, seconds=sum(second)), said.groupdict()


def _meaning(words: str, actor: str | None) -> dict[str, int]:
    """What the words set."""
    if words.startswith("opened"):
        return _opening(words) | _actor(actor or "user")
    if words in MESSAGES:
        kind, usual = MESSAGES[words]
        return {"type": kind} | _actor(actor or usual)
    if words in STATUSES:
        change = {"type": EventType.STATUS_CHANGED, "status": STATUSES[words]}
        return change | _actor(actor or "alice")
    for phrase, (kind, name) in CHANGES.items():
        if words.startswith(phrase + " "):
            code = _code(name, words.removeprefix(phrase + " "))
            return {"type": kind, name: code} | _actor(actor or "system")
    raise BadStory(f"nobody knows what '{words}' means")


def _opening(words: str) -> dict[str, int]:
    """What an opening sets: `opened as pending in A for alice via email about billing`.

    `as` names a status or a priority.
    """
    told: dict[str, int] = {"type": EventType.TICKET_CREATED}
    for part in OPENING.finditer(words):
        word, value = part["word"], part["value"]
        if word == "as" and value.upper() in Status.__members__:
            told["status"] = Status[value.upper()]
        else:
            name = OPENING_SETS.get(word, "priority")
            told[name] = _code(name, value)
    return told


def _actor(name: str) -> dict[str, int]:
    if name in ACTORS:
        return {"actor": 0, "actor_kind": ACTORS[name]}
    return {"actor": CAST[name], "actor_kind": ActorKind.AGENT}


def _code(name: str, value: str) -> int:
    codes = {**CODES[name], **NOBODY}
    if value not in codes:
        raise BadStory(f"there is no {name} '{value}'")
    return codes[value]


def _blank() -> dict[str, int]:
    return {"status": UNSET} | dict.fromkeys(CODES, UNSET)


def _utc(instant: datetime, zone: str) -> int:
    return int(instant.replace(tzinfo=ZoneInfo(zone)).timestamp())
