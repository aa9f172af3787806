"""What makes a draft impossible, whichever connector proposed it."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from tickets.connectors.drafts import NO_VALUE, Draft
from tickets.draft_columns import DraftColumns
from tickets.redaction import NOBODY_KNOWN, Known, cleaned, redact
from tickets.words import LONGEST, StatusWords

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=5)  # clocks of other systems may be ahead of ours by this much
SEQ_LIMIT = 2**31
LONGEST_RAW = 2_000
LONGEST_META = 4_000
MOST_KEPT = 60  # values of a rejected line
IDENTITY = '"requester_known"'
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

SHORT_FIELDS = (
    "ticket_ref",
    "actor_ref",
    "native_id",
    "status",
    "priority",
    "team",
    "assignee",
    "channel",
    "language",
    "reason",
    "requester_ref",
    "from_value",
    "to_value",
)
CALLED = {  # as the line has it
    "ticket_ref": "ticket_id",
    "actor_ref": "actor",
    "native_id": "id",
    "team": "group",
    "requester_ref": "requester",
    "from_value": "from",
    "to_value": "to",
}
Problem = tuple[str, str]  # field, reason


def problem_of(draft: Draft, *, statuses: StatusWords, now: datetime) -> Problem | None:
    """The first thing that is wrong with `draft`: which field, and why; None if it may come in."""
    if not draft.ticket_ref:
        return "ticket_id", "is empty"
    at = draft.occurred_at
    if at.tzinfo is None:
        return "at", f"'{at.isoformat()}' has no time zone"
    if not EARLIEST <= at <= now + SKEW:
        era = "in the future" if at > now else "before 1990"
        return "at", f"'{at.isoformat()}' is {era}"
    if not 0 <= draft.seq < SEQ_LIMIT:
        return "seq", f"{draft.seq} is not a whole number from 0 to {SEQ_LIMIT - 1:,}"
    if draft.status and statuses.code(draft.status, at) is None:
        return "status", f"'{draft.status[:80]}' is not mapped to a status category"
    if draft.status == NO_VALUE:
        return "status", "is empty"
    return _bad_text(draft)


def are_plain(columns: DraftColumns, *, statuses: StatusWords, now: datetime) -> bool:
    """Whether `problem_of` finds nothing wrong with any of the drafts; a column at a time, so most pass quickly.

    False only means that they have to be looked at one by one.
    """
    instants, seqs = columns["occurred_at"], columns["seq"]
    try:
        is_plain = all(columns["ticket_ref"]) and min(instants) >= EARLIEST and max(instants) <= now + SKEW
    except TypeError:  # one of them has no time zone
        return False
    return (
        is_plain
        and min(seqs) >= 0
        and max(seqs) < SEQ_LIMIT
        and _are_mapped(columns, statuses)
        and all(_are_plain_texts(columns.distinct(field)) for field in SHORT_FIELDS)
        and not any(map(_bad_meta, filter(None, columns["meta"])))
    )


def _are_mapped(columns: DraftColumns, statuses: StatusWords) -> bool:
    if NO_VALUE in columns["status"]:
        return False
    dated = {word for word in columns.distinct("status") if statuses.meaning(word) is None}
    told = zip(columns["status"], columns["occurred_at"], strict=True) if dated else ()
    return all(statuses.code(word, at) is not None for word, at in told if word in dated)


def _are_plain_texts(texts: Collection[str]) -> bool:
    if not texts:
        return True
    joined = "".join(texts)
    return max(map(len, texts)) <= LONGEST and "\0" not in joined and (joined.isascii() or _is_storable(joined))


def _bad_text(draft: Draft) -> Problem | None:
    for field in SHORT_FIELDS:
        text = getattr(draft, field)
        if text is not None and (reason := _bad_word(text)):
            return CALLED.get(field, field), reason
    if draft.meta and (reason := _bad_meta(draft.meta)):
        return "meta", reason
    return None


def _bad_word(text: str) -> str:
    """Why a word cannot be kept; "" when it can."""
    if len(text) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not text.isascii() and not _is_storable(text):
        return "holds half of a surrogate pair"
    return "holds a NUL character" if "\0" in text else ""


def _bad_meta(meta: Mapping[str, Any]) -> str:
    """Why further facts cannot be kept; "" when they can."""
    try:
        stored = orjson.dumps(meta)
    except orjson.JSONEncodeError:
        return "is nested too deep"
    if len(stored) > LONGEST_META:
        return f"is longer than {LONGEST_META} bytes"
    return "holds a NUL character" if b"\\u0000" in stored else ""


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kept_line(raw: bytes) -> str:
    """A rejected line as it may be kept: redacted, without what it knows of its requester, and cut short.

    What can be read is redacted value by value, so that no escape hides an address and the line can be
    mended; of what cannot, escapes are undone first.
    """
    told = _read(raw)
    if told is None:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw[: 2 * LONGEST_RAW].decode(errors="replace"))
        if (at := text.find(IDENTITY)) >= 0:
            text = f"{text[:at]}{IDENTITY}: ...}}"
        return redact(cleaned(text)).text[:LONGEST_RAW].strip("\r\n")
    identity = told.pop(IDENTITY.strip('"'), None)
    known = Known.of(identity) if isinstance(identity, dict) else NOBODY_KNOWN
    kept = {_kept(name, known): _kept(value, known) for name, value in islice(told.items(), MOST_KEPT)}
    return orjson.dumps(kept).decode()[:LONGEST_RAW]


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


def _kept(value: Any, known: Known) -> Any:
    try:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "nested too deep"
    found = redact(cleaned(text[: 2 * LONGEST_RAW]), known)
    return found.text if isinstance(value, str) or found.detections or len(text) > LONGEST_RAW else value
