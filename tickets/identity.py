"""Who is who without saying so: the keyed numbers of tickets, requesters and events.

A ticket's number is the same on every installation; a requester's depends on the installation's
own secret, so that nobody can test an address against it from outside.
"""

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import orjson

from tickets.connectors.drafts import Draft

_TICKET = b"ops-ticket"
_REQUESTER = b"ops-requester"
_EVENT = b"ops-event"
_SIGN = (1 << 63) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticket_id(source: str, ref: str) -> int:
    """A 63-bit number for the ticket that `source` (its slug) calls `ref`."""
    return _number(b"\0".join((source.encode(), ref.encode())), person=_TICKET)


def requester_id(ref: str, *, key: bytes) -> int:
    """A 63-bit number for a requester; `key` is the installation's secret, up to 64 bytes."""
    return _number(ref.strip().casefold().encode(), person=_REQUESTER, key=key)


def _number(text: bytes, *, person: bytes, key: bytes = b"") -> int:
    digest = blake2b(text, digest_size=8, key=key, person=person).digest()
    return int.from_bytes(digest, "big") & _SIGN


def requester_key(directory: Path) -> bytes:
    """The installation's secret for requesters: a file of `directory`, made at the first call.

    With another key, or none, the same requester would be somebody else: keep it with the backups.
    """
    path = directory / "requester.key"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(secrets.token_bytes(32))
        with suppress(FileExistsError):  # whoever is first decides
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_bytes()


def microseconds(at: datetime) -> int:
    """Microseconds from the Unix epoch to an aware instant."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def dedupe_key(source: str, draft: Draft) -> bytes:
    """16 bytes that two drafts share only if they are the same event."""
    if draft.native_id is not None:
        return native_key(source, draft.native_id)
    return _key(
        source,
        draft.ticket_ref,
        draft.seq,
        draft.type.value,
        microseconds(draft.occurred_at),
        draft.actor_ref,
        draft.from_value,
        draft.to_value,
        draft.status,
        draft.priority,
        draft.team,
        draft.assignee,
        draft.channel,
        draft.language,
        draft.reason,
    )


def native_key(source: str, native_id: str) -> bytes:
    """The key of the event that `source` itself calls `native_id`."""
    return _key(source, native_id)


def _key(*said: object) -> bytes:
    return blake2b(orjson.dumps(said), digest_size=16, person=_EVENT).digest()
