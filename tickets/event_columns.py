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
from tickets.draft_columns import DraftColumns
from tickets.identity import requester_id, ticket_id
from tickets.models import Source
from tickets.states import UNSET
from tickets.vocabulary import ActorKind, EventType
from tickets.words import Words


def event_columns(
    drafts: DraftColumns,
    keys: Sequence[bytes],
    tickets: NDArray[np.int64],
    *,
    source: Source,
    words: Words,
    requester_key: bytes,
) -> dict[str, Column]:
    """Rows to COPY; `keys` and `tickets` run parallel to `drafts`, whose words are all known."""
    people = People(drafts, words, key=requester_key)
    return {
        "ticket": bigint(tickets),
        "dedupe_key": uuids(keys),
        "occurred_at": microseconds(np.array(drafts["micros"], dtype=np.int64)),
        "seq": integer(np.array(drafts["seq"])),
        "type": smallint(np.array(drafts["type"])),
        "source": smallint(np.full(len(keys), source.pk)),
        "actor_kind": smallint(np.array(drafts["actor_kind"])),
        "actor": _unless_unset(people.actors, width=8),
        "requester": _unless_unset(people.owners, width=8),
        "other_ticket": _unless_unset(_other_tickets(drafts, source), width=8),
        "is_public": boolean(np.array(drafts["is_public"])),
        "status": _unless_unset(_statuses(drafts, words), width=2),
        **{name: _unless_unset(_codes(drafts, name, codes.known), width=4) for name, codes in words.codes.items()},
        "from_value": texts(drafts["from_value"]),
        "to_value": texts(drafts["to_value"]),
        "meta": documents([orjson.dumps(meta) if meta else None for meta in drafts["meta"]]),
    }


class People:
    """The numbers of those who act, `actors`, and of those whose tickets it is, `owners`; UNSET for nobody."""

    def __init__(self, drafts: DraftColumns, words: Words, *, key: bytes) -> None:
        # Members looked up once: their class takes a hundred times longer to give one.
        requester_kind, agent_kind = ActorKind.REQUESTER, ActorKind.AGENT
        requesters = [
            ref if kind is requester_kind and ref else None
            for kind, ref in zip(drafts["actor_kind"], drafts["actor_ref"], strict=True)
        ]
        told = [ref or actor for ref, actor in zip(drafts["requester_ref"], requesters, strict=True)]
        hashed = {ref: requester_id(ref, key=key) for ref in {*requesters, *told} if ref}
        agents = words.agents.known
        self.owners = [hashed.get(ref, UNSET) for ref in told]
        self.actors = [
            agents[ref] if kind is agent_kind and ref else hashed.get(requester, UNSET)
            for kind, ref, requester in zip(drafts["actor_kind"], drafts["actor_ref"], requesters, strict=True)
        ]


def _other_tickets(drafts: DraftColumns, source: Source) -> NDArray[np.int64]:
    """The tickets that merges and follow-ups name."""
    kinds = np.array(drafts["type"])
    told = np.full(len(kinds), UNSET, dtype=np.int64)
    for kind, name in ((EventType.TICKET_MERGED, "to_value"), (EventType.FOLLOW_UP_CREATED, "from_value")):
        for row in np.flatnonzero(kinds == kind).tolist():
            if ref := drafts[name][row]:
                told[row] = ticket_id(source.slug, ref)
    return told


def _statuses(drafts: DraftColumns, words: Words) -> list[int]:
    """What each status word meant on the day."""
    lasting = {word: words.statuses.meaning(word) for word in drafts.distinct("status")}
    told = []
    for word, at in zip(drafts["status"], drafts["occurred_at"], strict=True):
        code = UNSET if word is None else lasting[word] or words.statuses.code(word, at)
        assert code is not None  # checked before
        told.append(code)
    return told


def _codes(drafts: DraftColumns, name: str, known: dict[str, int]) -> NDArray[np.int64] | list[int]:
    told = drafts[name]
    if told.count(None) == len(told):
        return np.full(len(told), UNSET, dtype=np.int64)
    return [UNSET if word is None else known[word] for word in told]


def _unless_unset(values: Sequence[int] | NDArray[np.int64], *, width: int) -> Fixed:
    """An integer column, null where UNSET."""
    told = np.array(values, dtype=np.int64)
    null = told == UNSET
    return integers(told, width, null=null if null.any() else None)
