"""Drafts as the columns of the event table."""

from collections.abc import Sequence

import numpy as np
import orjson
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import (
    Column,
    Fixed,
    bigint,
    boolean,
    documents,
    integer,
    integers,
    microseconds,
    smallint,
    texts,
    uuids,
)
from tickets.connectors.drafts import Draft
from tickets.identity import microseconds as microseconds_of
from tickets.identity import requester_id, ticket_id
from tickets.models import Source
from tickets.states import UNSET
from tickets.vocabulary import ActorKind, EventType
from tickets.words import Words


def event_columns(
    drafts: Sequence[Draft],
    keys: Sequence[bytes],
    tickets: NDArray[np.int64],
    *,
    source: Source,
    words: Words,
    requester_key: bytes,
) -> dict[str, Column]:
    """Rows to COPY; `keys` and `tickets` run parallel to `drafts`, whose words are all known."""
    people = People(words, key=requester_key)
    return {
        "ticket": bigint(tickets),
        "dedupe_key": uuids(keys),
        "occurred_at": microseconds(np.array([microseconds_of(draft.occurred_at) for draft in drafts], dtype=np.int64)),
        "seq": integer(np.array([draft.seq for draft in drafts])),
        "type": smallint(np.array([draft.type for draft in drafts])),
        "source": smallint(np.full(len(drafts), source.pk)),
        "actor_kind": smallint(np.array([draft.actor_kind for draft in drafts])),
        "actor": _unless_unset([people.actor(draft) for draft in drafts], width=8),
        "requester": _unless_unset([people.requester(draft) for draft in drafts], width=8),
        "other_ticket": _unless_unset([_other_ticket(draft, source) for draft in drafts], width=8),
        "is_public": boolean(np.array([draft.is_public for draft in drafts])),
        "status": _unless_unset([_status(draft, words) for draft in drafts], width=2),
        **{name: _codes(drafts, name, codes.known) for name, codes in words.codes.items()},
        "from_value": texts([draft.from_value for draft in drafts]),
        "to_value": texts([draft.to_value for draft in drafts]),
        "meta": documents([orjson.dumps(d.meta) if d.meta else None for d in drafts]),
    }


class People:
    """The numbers of those who act; requesters are hashed once each."""

    def __init__(self, words: Words, *, key: bytes) -> None:
        self.agents = words.agents.known
        self.key = key
        self.requesters: dict[str, int] = {}

    def actor(self, draft: Draft) -> int:
        """The agent's code or the requester's number; UNSET for anything else."""
        if not draft.actor_ref:
            return UNSET
        if draft.actor_kind is ActorKind.AGENT:
            return self.agents[draft.actor_ref]
        return self._hashed(draft.actor_ref) if _is_requester(draft) else UNSET

    def requester(self, draft: Draft) -> int:
        """Whose ticket the draft says it is, as a number; UNSET where it does not say."""
        ref = draft.requester_ref or (draft.actor_ref if _is_requester(draft) else None)
        return self._hashed(ref) if ref else UNSET

    def _hashed(self, ref: str) -> int:
        if ref not in self.requesters:
            self.requesters[ref] = requester_id(ref, key=self.key)
        return self.requesters[ref]


def _is_requester(draft: Draft) -> bool:
    return draft.actor_kind is ActorKind.REQUESTER


def _other_ticket(draft: Draft, source: Source) -> int:
    """The ticket that a merge or a follow-up names."""
    if draft.type is EventType.TICKET_MERGED and draft.to_value:
        return ticket_id(source.slug, draft.to_value)
    if draft.type is EventType.FOLLOW_UP_CREATED and draft.from_value:
        return ticket_id(source.slug, draft.from_value)
    return UNSET


def _status(draft: Draft, words: Words) -> int:
    if draft.status is None:
        return UNSET
    code = words.statuses.code(draft.status, draft.occurred_at)
    assert code is not None  # checked before
    return code


def _codes(drafts: Sequence[Draft], name: str, known: dict[str, int]) -> Fixed:
    codes = [UNSET if (word := getattr(draft, name)) is None else known[word] for draft in drafts]
    return _unless_unset(codes, width=4)


def _unless_unset(values: list[int], *, width: int) -> Fixed:
    """An integer column, null where UNSET."""
    told = np.array(values, dtype=np.int64)
    return integers(told, width, null=told == UNSET)
