"""The only writer of messages: words come in redacted with their events, and go when an event says so."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import orjson
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from ops_dashboard.metrics.copying import (
    Column,
    bigint,
    boolean,
    copy_in,
    documents,
    microseconds,
    smallint,
    texts,
    uuids,
)
from tickets.connectors.drafts import Draft
from tickets.draft_columns import DraftColumns
from tickets.identity import native_key
from tickets.models import Message, Source
from tickets.partitions import TABLE as EVENTS
from tickets.redaction import NOBODY_KNOWN, VERSION, Known, Redacted, cleaned, redact
from tickets.vocabulary import SPEAKING, EventType

TABLE = Message._meta.db_table
LONGEST = 20_000  # characters of one message; the rest of a longer one is not kept
SLACK = 400  # a cut is moved back to a space within so many characters, so that it parts no address
KEPT = "kept"  # the words of drafts as they may be stored, where they are known
WIPING = (EventType.MESSAGE_REDACTED, EventType.TICKET_DELETED)


def kept(text: str, known: Known = NOBODY_KNOWN) -> Redacted:
    """Words as they may be stored: storable, not too long, and without what is personal."""
    return redact(shortened(cleaned(text)), known)


def shortened(text: str) -> str:
    """At most LONGEST characters, cut at a space where there is one near, and marked as cut."""
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 2]
    space = max(head.rfind(" ", len(head) - SLACK), head.rfind("\n", len(head) - SLACK))
    return (head[:space] if space > 0 else head) + " …"


def record(
    cursor: CursorWrapper, drafts: DraftColumns, keys: Sequence[bytes], tickets: NDArray[np.int64], *, source: Source
) -> int:
    """Store what these drafts say; returns how many say something.

    Call it in the transaction of their events, after `take_turns`. What a draft knows of a requester
    is masked in every message of that ticket in this batch.
    """
    told_by_all: list[Redacted | None] = drafts.get(KEPT) or kept_words(drafts)
    rows = [row for row, each in enumerate(told_by_all) if each is not None]
    if not rows:
        return 0
    spoken = [drafts.drafts[row] for row in rows]
    told = [each for each in told_by_all if each is not None]
    columns: dict[str, Column] = {
        "ticket": bigint(tickets[rows]),
        "event": uuids([keys[row] for row in rows]),
        "source": smallint(np.full(len(rows), source.pk)),
        "occurred_at": microseconds(np.array(drafts["micros"], dtype=np.int64)[rows]),
        "type": smallint(np.array([draft.type for draft in spoken])),
        "author": smallint(np.array([draft.actor_kind for draft in spoken])),
        "is_public": boolean(np.array([_is_public(draft) for draft in spoken])),
        "text": texts([each.text for each in told]),
        "detections": documents([orjson.dumps(each.counts()) if each.detections else b"{}" for each in told]),
        "redactor_version": smallint(np.full(len(rows), VERSION)),
        "is_wiped": boolean(np.zeros(len(rows))),
    }
    return copy_in(cursor, TABLE, columns)


def kept_words(drafts: DraftColumns) -> list[Redacted | None]:
    """What each draft says as it may be stored; None where it says nothing."""
    if not any(drafts["text"]):
        return [None] * len(drafts.drafts)
    known = _known_of(drafts)
    return [
        kept(text, known.get(ref, NOBODY_KNOWN)) if text and kind in SPEAKING else None
        for text, kind, ref in zip(drafts["text"], drafts["type"], drafts["ticket_ref"], strict=True)
    ]


# The requester's first words stand on the creation itself, and a survey's comment on its answer.
_TOLD_TO_US = frozenset({EventType.TICKET_CREATED, EventType.SURVEY_ANSWERED})


def _is_public(draft: Draft) -> bool:
    return draft.is_public or draft.type in _TOLD_TO_US


def _known_of(drafts: DraftColumns) -> dict[str, Known]:
    """What is known of the requester of each ticket, from every draft of it."""
    told: dict[str, set[Known]] = defaultdict(set)
    for ref, known in zip(drafts["ticket_ref"], drafts["known"], strict=True):
        if known is not NOBODY_KNOWN:
            told[ref].add(known)
    return {ref: Known.together(every) if len(every) > 1 else every.pop() for ref, every in told.items()}


def wipe(cursor: CursorWrapper, tickets: Iterable[int], *, source: Source) -> int:
    """Empty what events of these tickets withdrew; returns how many messages lost their words.

    `ticket_deleted` withdraws all that was said up to then, `message_redacted` the message that its
    `from` names by its event's own id, and all up to then where it names none.
    """
    cursor.execute(
        f"SELECT ticket, type, occurred_at, from_value FROM {EVENTS} WHERE ticket = ANY(%s) AND type = ANY(%s)",
        [list(tickets), [kind.value for kind in WIPING]],
    )
    emptied: Counter[str] = Counter()
    for ticket, kind, occurred_at, named in cursor.fetchall():
        is_one = kind == EventType.MESSAGE_REDACTED and named
        which, value = (
            ("event = %s", native_key(source.slug, named).hex()) if is_one else ("occurred_at <= %s", occurred_at)
        )
        cursor.execute(
            f"UPDATE {TABLE} SET text = '', detections = '{{}}', is_wiped = true, changed_at = clock_timestamp() "
            f"WHERE ticket = %s AND NOT is_wiped AND {which}",
            [ticket, value],
        )
        emptied["messages"] += cursor.rowcount
    return emptied["messages"]


def forget(cursor: CursorWrapper, tickets: Sequence[int]) -> None:
    """Remove every message of these tickets."""
    cursor.execute(f"DELETE FROM {TABLE} WHERE ticket = ANY(%s)", [list(tickets)])
