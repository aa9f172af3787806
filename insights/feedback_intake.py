"""The only writer of feedback: redacts, stores once by (source, ref), and marks the figures it counts in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights import facts
from insights.models import Feedback, FeedbackSource
from ops_dashboard.metrics.copying import Column, bigint, copy_in, integer, microseconds, smallint, texts
from ops_dashboard.metrics.rollup import mark_changed, snapshot
from tickets.messages import kept
from tickets.models import Channel, Language
from tickets.redaction import NOBODY_KNOWN, Known
from tickets.word_limits import without_room
from tickets.words import NamedCodes

ABOUT = "feedback"
BATCH = 5_000
LONGEST_REF = 120
TABLE = Feedback._meta.db_table
_STAGE = "feedback_told"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One feedback as it is told: `text` as written, `known` what is known of whoever wrote it, and never stored.

    `channel` and `language` are slugs ("" for none) unless codes are given; `masked` counts what was
    masked in a text that is redacted already.
    """

    ref: str
    at: datetime
    text: str
    channel: str = ""
    language: str = ""
    area: str = ""
    rating: int | None = None
    ticket: int | None = None
    team: int = 0
    codes: tuple[int, int] | None = None  # channel and language, where they are known
    known: Known = NOBODY_KNOWN
    masked: int | None = None


@dataclass(frozen=True)
class Stored:
    accepted: int
    duplicate: int


def source_of(
    slug: str,
    *,
    name: str = "",
    kind: FeedbackSource.Kind,
    medium: FeedbackSource.Medium = FeedbackSource.Medium.OTHER,
) -> FeedbackSource:
    """The source called `slug`, made where there is none."""
    told = {"name": name or slug, "kind": kind, "medium": medium}
    found, _ = FeedbackSource.objects.get_or_create(slug=slug, defaults=told)
    return found


def record(source: FeedbackSource, told: Iterable[Told]) -> Stored:
    """Store what is not known yet of `told`; what was told before under its ref stays as it is.

    Each batch is a transaction of its own, so a broken run is completed by running it again.
    """
    accepted = total = 0
    batch: list[Told] = []
    for each in told:
        batch.append(each)
        if len(batch) >= BATCH:
            accepted, total, batch = accepted + _record(source, batch), total + len(batch), []
    accepted, total = accepted + _record(source, batch), total + len(batch)
    return Stored(accepted, total - accepted)


def _record(source: FeedbackSource, told: Sequence[Told]) -> int:
    if not told:
        return 0
    columns = _columns(source, told)
    with transaction.atomic(), connection.cursor() as cursor:
        names = ", ".join(columns)
        cursor.execute(f"DROP TABLE IF EXISTS {_STAGE}")
        cursor.execute(f"CREATE TEMP TABLE {_STAGE} ON COMMIT DROP AS SELECT {names} FROM {TABLE} WITH NO DATA")
        copy_in(cursor, _STAGE, columns)
        cursor.execute(
            f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM {_STAGE} ORDER BY occurred_at "
            "ON CONFLICT (source, ref) DO NOTHING RETURNING id"
        )
        fresh = [row[0] for row in cursor.fetchall()]
        mark_changed(cursor, fresh, had_facts=False, about=ABOUT)
    return len(fresh)


def _columns(source: FeedbackSource, told: Sequence[Told]) -> dict[str, Column]:
    channel, language = _codes(told)
    redacted = [(each.text, each.masked) if each.masked is not None else _redacted(each) for each in told]
    ticket = np.array([each.ticket or 0 for each in told], dtype=np.int64)
    rating = np.array([each.rating or 0 for each in told])
    return {
        "source": texts([source.slug] * len(told)),
        "ref": texts([each.ref for each in told]),
        "occurred_at": microseconds(np.array([_micros(each.at) for each in told], dtype=np.int64)),
        "ticket": bigint(ticket, null=np.array([each.ticket is None for each in told])),
        "team": integer(np.array([each.team for each in told])),
        "channel": integer(np.array(channel)),
        "language": integer(np.array(language)),
        "area": texts([each.area for each in told]),
        "rating": smallint(rating, null=np.array([each.rating is None for each in told])),
        "text": texts([text for text, _ in redacted]),
        "detections": integer(np.array([masked for _, masked in redacted])),
    }


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _redacted(told: Told) -> tuple[str, int]:
    redacted = kept(told.text, told.known)
    return redacted.text, len(redacted.detections)


def _codes(told: Sequence[Told]) -> tuple[list[int], list[int]]:
    """Codes of channels and languages; words that are new get a row, as long as there is room for them."""
    named = [each for each in told if each.codes is None]
    channels = _learned("channel", NamedCodes(Channel), {each.channel for each in named if each.channel})
    languages = _learned("language", NamedCodes(Language), {each.language for each in named if each.language})
    pairs = [each.codes or (channels.get(each.channel, 0), languages.get(each.language, 0)) for each in told]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _learned(cut: str, codes: NamedCodes, words: set[str]) -> dict[str, int]:
    codes.learn(words - without_room(cut, codes, words))
    return codes.known


def wipe(cursor: CursorWrapper, source: FeedbackSource, refs: Sequence[str]) -> int:
    """Empty the words of these feedbacks, which were withdrawn; they still count. Returns how many had words."""
    cursor.execute(
        f"SELECT id FROM {TABLE} WHERE source = %s AND ref = ANY(%s) AND text <> ''", [source.slug, list(refs)]
    )
    ids = [row[0] for row in cursor.fetchall()]
    if ids:
        snapshot(cursor, ids, about=ABOUT)
        cursor.execute(f"UPDATE {TABLE} SET text = '', detections = 0 WHERE id = ANY(%s)", [ids])
        mark_changed(cursor, ids, had_facts=True, about=ABOUT)
    return len(ids)


def remove(feedback: Sequence[int]) -> None:
    """Take these feedbacks away with their tags, theme facts and quotes; the figures they counted in are marked."""
    for first in range(0, len(feedback), BATCH):
        _remove(list(feedback[first : first + BATCH]))


@transaction.atomic
def _remove(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        snapshot(cursor, ids, about=ABOUT)
        facts.drop(cursor, ids)
        Feedback.objects.filter(id__in=ids).delete()
        mark_changed(cursor, ids, had_facts=True, about=ABOUT)
