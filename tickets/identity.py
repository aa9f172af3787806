"""Who is who without saying so: the keyed numbers of tickets, requesters and events.

A ticket's number is the same on every installation; a requester's depends on the installation's
own secret, so that nobody can test an address against it from outside.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson

_TICKET = b"ops-ticket"
_REQUESTER = b"ops-requester"
_EVENT = b"ops-event"
_EVENTS = blake2b(digest_size=16, person=_EVENT)
_SIGN = (1 << 63) - 1
_SAID = (
    "ticket_ref",
    "seq",
    "type",
    "micros",
    "actor_ref",
    "from_value",
    "to_value",
    "status",
    "priority",
    "team",
    "assignee",
    "channel",
    "language",
    "reason",
)


def ticket_id(source: str, ref: str) -> int:
    """A 63-bit number for the ticket that `source` (its slug) calls `ref`."""
    return _number(b"\0".join((source.encode(), ref.encode())), person=_TICKET)


def requester_id(ref: str, *, key: bytes) -> int:
    """A 63-bit number for a requester; `key` is the installation's secret, up to 64 bytes."""
    return _number(ref.strip().casefold().encode(), person=_REQUESTER, key=key)


def _number(text: bytes, *, person: bytes, key: bytes = b"") -> int:
    digest = blake2b(text, digest_size=8, key=key, person=person).digest()
    return int.from_bytes(digest, "big") & _SIGN


def requester_key(directory: Path, *, given: str = "") -> bytes:
    """The installation's secret for requesters: `given`, else a file of `directory`, made at the first call.

    With another key, or none, the same requester would be somebody else: keep it with the backups.
    """
    if given:
        return blake2b(given.encode(), digest_size=32, person=_REQUESTER).digest()
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


def dedupe_keys(source: str, drafts: Mapping[str, Sequence[Any]]) -> list[bytes]:
    """16 bytes for each draft, which two drafts share only if they are the same event.

    `drafts` are columns of equal length, as `DraftColumns` gives them.
    """
    said: Iterable[tuple[Any, ...]] = zip(repeat(source), *(drafts[name] for name in _SAID), strict=False)
    natives = drafts["native_id"]
    if natives.count(None) < len(natives):
        said = ((source, native) if native is not None else told for native, told in zip(natives, said, strict=True))
    return [_key(each) for each in said]


def native_key(source: str, native_id: str) -> bytes:
    """The key of the event that `source` itself calls `native_id`."""
    return _key((source, native_id))


def _key(said: tuple[Any, ...]) -> bytes:
    digest = _EVENTS.copy()  # sooner than a new one
    digest.update(orjson.dumps(said))
    return digest.digest()
