"""Canonical event lines: one JSON object a line, plain or gzip.

A line names its ticket (`ticket_id`), `at`, `type`, `seq`, `actor`, `actor_role` and what is so
after it (`status`, `priority`, `group`, `assignee`, `channel`, `language`, `reason`), with `from`
where something changed. `type` is one of the short names of SHORT or of the canonical event types.
Besides: `id` (the source's own id of the event), `public`, `requester`, `to` and `meta`.

`worklog_added` says in `meta` how many `minutes` (more than 0, a day at most) its actor worked on the ticket.

Messages, notes, a creation and a survey's answer may carry what was said as `text`. It is redacted
before anything is stored, and what the desk knows of the requester helps: `requester_known` is an
object of `name`, `email`, `phone` and `handle`, each a text or a list of texts. It is never stored,
and counts for every message of its ticket that comes in the same batch. A `message_redacted` names
in `from` the `id` of the event whose text goes; without it all that was said before goes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson

from tickets.connectors.drafts import NO_VALUE, Draft, Rejected
from tickets.connectors.lines import LONGEST_LINE, BadLine, numbered
from tickets.redaction import KNOWN, NOBODY_KNOWN, Known
from tickets.vocabulary import SPEAKING, ActorKind, EventType

SHORT = {
    "created": EventType.TICKET_CREATED,
    "status": EventType.STATUS_CHANGED,
    "group": EventType.GROUP_CHANGED,
    "assignee": EventType.ASSIGNEE_CHANGED,
    "priority": EventType.PRIORITY_CHANGED,
    "updated": EventType.UPDATED,
}
TYPES = SHORT | {kind.label: kind for kind in EventType}
ROLES = {
    "customer": ActorKind.REQUESTER,
    **{kind.label: kind for kind in ActorKind},
}
MESSAGES = {
    ActorKind.REQUESTER: EventType.REQUESTER_MESSAGE,
    ActorKind.AGENT: EventType.AGENT_REPLY,
    ActorKind.BOT: EventType.BOT_REPLY,
    ActorKind.SYSTEM: EventType.AUTO_REPLY,
}
PUBLIC = frozenset(MESSAGES.values()) | {EventType.PUBLIC_NOTE}
# What each kind of event sets; the line's other values merely repeat what was so before.
ATTRIBUTES = ("status", "priority", "team", "assignee", "channel", "language", "reason")
SETS = {
    EventType.TICKET_CREATED: ATTRIBUTES,
    EventType.STATUS_CHANGED: ("status",),
    EventType.GROUP_CHANGED: ("team",),
    EventType.ASSIGNEE_CHANGED: ("assignee",),
    EventType.PRIORITY_CHANGED: ("priority",),
    EventType.CHANNEL_CHANGED: ("channel",),
    EventType.LANGUAGE_CHANGED: ("language",),
    EventType.REASON_CHANGED: ("reason",),
}
META = frozenset({"rating", "scale", "survey", "minutes", "tags", "queue"})
MOST_KNOWN, LONGEST_KNOWN = 10, 200
KEYS = {"team": "group"}  # where the line's word for it is another


def read(lines: IO[bytes], *, zone: ZoneInfo | None = None) -> Iterator[Draft | Rejected]:
    """A draft or a rejection for every line that is not blank.

    `zone` is for instants written without one; they are rejected where it is None. Raises BadFile
    when the file ends within its packing or is not text.
    """
    for number, line in numbered(lines):
        if line.isspace():
            continue
        if len(line) > LONGEST_LINE:
            yield Rejected(number, "line", f"is longer than {LONGEST_LINE} bytes", line[:4000])
            continue
        try:
            yield _draft(line, number, zone)
        except BadLine as error:
            yield Rejected(number, error.field, str(error), line)


def _draft(line: bytes, number: int, zone: ZoneInfo | None) -> Draft:
    """The draft that a line tells. Raises BadLine."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine("line", f"is not JSON: {error.msg}") from error
    if not isinstance(told, dict):
        raise BadLine("line", "is not a JSON object")
    kind = _actor_kind(told)
    event = _type(told, kind)
    sets = {name: _set(told, name, event) for name in SETS.get(event, ())}
    return Draft(
        ticket_ref=_ticket(told),
        type=event,
        occurred_at=_at(told, zone),
        seq=_seq(told),
        actor_ref=_text(told, "actor"),
        actor_kind=kind,
        is_public=event in PUBLIC and told.get("public") is not False,
        native_id=_text(told, "id"),
        requester_ref=_text(told, "requester") if told.get("requester") not in (True, False) else None,
        from_value=_text(told, "from"),
        to_value=_text(told, "to"),
        meta=_meta(told),
        text=_said(told, event),
        known=_known(told),
        line=number,
        raw=line,
        **sets,
    )


def _ticket(told: Mapping[str, Any]) -> str:
    """The ticket's ref; a whole number counts as its digits."""
    ref = told.get("ticket_id")
    if ref is None:
        raise BadLine("ticket_id", "is missing")
    if isinstance(ref, int) and not isinstance(ref, bool):
        return str(ref)
    if not isinstance(ref, str) or not ref.strip():
        raise BadLine("ticket_id", f"{_shown(ref)} is not a non-empty text")
    return ref


def _type(told: Mapping[str, Any], kind: ActorKind) -> EventType:
    word = told.get("type")
    if word is None:
        raise BadLine("type", "is missing")
    if word == "message":
        return _message(told, kind)
    if not isinstance(word, str) or word not in TYPES:
        raise BadLine("type", f"{_shown(word)} is not an event type")
    return TYPES[word]


def _message(told: Mapping[str, Any], kind: ActorKind) -> EventType:
    public = told.get("public", True)
    if not isinstance(public, bool):
        raise BadLine("public", f"{_shown(public)} is not true or false")
    if kind not in MESSAGES:
        raise BadLine("actor_role", "must say who wrote the message")
    if not public and kind is not ActorKind.REQUESTER:
        return EventType.INTERNAL_NOTE
    return MESSAGES[kind]


def _actor_kind(told: Mapping[str, Any]) -> ActorKind:
    role = told.get("actor_role")
    if role is None:
        return ActorKind.UNKNOWN
    if not isinstance(role, str) or role not in ROLES:
        raise BadLine("actor_role", f"{_shown(role)} is not one of {', '.join(ROLES)}")
    return ROLES[role]


def _at(told: Mapping[str, Any], zone: ZoneInfo | None) -> datetime:
    text = told.get("at")
    if text is None:
        raise BadLine("at", "is missing")
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadLine("at", f"{_shown(text)} is not an ISO-8601 instant") from error
    if at.tzinfo is None and zone is None:
        raise BadLine("at", f"{_shown(text)} has no time zone")
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _seq(told: Mapping[str, Any]) -> int:
    seq = told.get("seq", 0)
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise BadLine("seq", f"{_shown(seq)} is not a whole number")
    return seq


def _set(told: Mapping[str, Any], name: str, event: EventType) -> str | None:
    """What the event sets `name` to: nothing said at creation is nothing set, later it is none."""
    key = KEYS.get(name, name)
    word = _text(told, key)
    if word is not None or event is EventType.TICKET_CREATED:
        return word
    if name == "status":
        raise BadLine("status", "is missing")
    return NO_VALUE


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadLine(key, f"{_shown(value)} is not text")


def _meta(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Those of the line's further facts that may be kept."""
    meta = told.get("meta")
    if meta is None:
        return None
    if not isinstance(meta, dict):
        raise BadLine("meta", f"{_shown(meta)} is not an object")
    return {key: value for key, value in meta.items() if key in META} or None


def _said(told: Mapping[str, Any], event: EventType) -> str | None:
    text = told.get("text")
    if text is None or event not in SPEAKING:
        return None
    if not isinstance(text, str):
        raise BadLine("text", f"{_shown(text)} is not text")
    return text or None


def _known(told: Mapping[str, Any]) -> Known:
    """What the line says of its requester. Its values stand in no message of this."""
    known = told.get("requester_known")
    if known is None:
        return NOBODY_KNOWN
    if not isinstance(known, dict):
        raise BadLine("requester_known", "is not an object")
    for word in KNOWN:
        said = known.get(word)
        words = [] if said is None else said if isinstance(said, list) else [said]
        if len(words) > MOST_KNOWN or not all(isinstance(each, str) and len(each) <= LONGEST_KNOWN for each in words):
            raise BadLine(
                "requester_known", f"{word} is not a text of up to {LONGEST_KNOWN} characters, nor a few of them"
            )
    return Known.of(known)


def _shown(value: object) -> str:
    """A value as it stands in the line, cut short."""
    try:
        text = orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "what is nested that deep"
    return text if len(text) <= 60 else f"{text[:57]}..."
