"""The audit trail: who did or saw what sensitive thing, append-only, chained by hash.

Each entry's hash covers its content and the hash before it, so a changed, removed or inserted row
breaks the chain from there on. The database refuses UPDATE and DELETE on the table (migration
0002). Cutting off the newest entries leaves a whole chain behind: keep the head that
`manage.py verify_audit` prints somewhere else.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from django.db import connection, transaction
from django.utils import timezone

from ops_dashboard.people.models import AuditEntry

Detail = str | int | bool | None | list["Detail"] | dict[str, "Detail"]

FIRST = "0" * 64  # stands before the first entry
ACTION = re.compile(r"[a-z]+(_[a-z]+)*")  # `token_made`: what, then what became of it
CHAIN_LOCK = 0x0A0D17  # advisory lock: one writer at a time holds the end of the chain

_waiting: ContextVar[list[AuditEntry] | None] = ContextVar("waiting", default=None)


@dataclass(frozen=True)
class Verdict:
    """`head` is the hash of the last sound entry; `broken_at` the id of the first unsound one."""

    entries: int
    head: str
    broken_at: int | None = None

    @property
    def is_intact(self) -> bool:
        return self.broken_at is None


def record(actor: str, action: str, subject: str, **detail: Detail) -> AuditEntry:
    """Append one entry in the caller's transaction, so that the deed and its trace stand or fall together.

    Other writers of the trail wait until that transaction ends: record last, and briefly, or see
    `recording_last`. `action` is spelt as ACTION. Detail carries ids, counts and choices, never text of a
    conversation; floats are refused because the database does not keep their spelling. ValueError, TypeError.
    """
    if not ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is not spelt like 'token_made'")
    content = json.loads(json.dumps(detail, allow_nan=False, default=_refuse))
    if _has_float(content):
        raise TypeError(f"{action}: write numbers of an audit detail as integers or text")
    entry = AuditEntry(at=timezone.now(), actor=actor[:150], action=action, subject=subject[:200], detail=content)
    waiting = _waiting.get()
    if waiting is None:
        _append([entry])
    else:
        waiting.append(entry)
    return entry


@contextmanager
def recording_last() -> Iterator[None]:
    """What a long transaction records within is appended at the end: signing in, too, waits for the end of the chain.

    Enter it within the transaction, so that deeds and traces still stand or fall together.
    """
    entries: list[AuditEntry] = []
    token = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(token)
    _append(entries)


def _append(entries: Sequence[AuditEntry]) -> None:
    """Chain them to the last one, one after the other."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or FIRST
        for entry in entries:
            entry.previous_hash = previous
            entry.hash = previous = fingerprint(entry)
            entry.save(force_insert=True)


def fingerprint(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it, as 64 hex digits."""
    content = [entry.previous_hash, _instant(entry.at), entry.actor, entry.action, entry.subject, entry.detail]
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verify() -> Verdict:
    """Walk the whole chain, oldest first, in flat memory."""
    previous, count = FIRST, 0
    for entry in _oldest_first():
        if entry.previous_hash != previous or entry.hash != fingerprint(entry):
            return Verdict(count, previous, broken_at=entry.id)
        previous, count = entry.hash, count + 1
    return Verdict(count, previous)


def _oldest_first() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("id").iterator(chunk_size=2000)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _refuse(value: object) -> Detail:
    raise TypeError(f"{value!r} does not belong in an audit detail")


def _has_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    return isinstance(value, float) or (isinstance(value, list) and any(map(_has_float, value)))
