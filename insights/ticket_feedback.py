"""Conversations as feedback: what each requester wrote first, and what they wrote under a rating.

Incremental by when messages changed. The instant up to which is read is taken while holding the
turn of the source's writer, so every row up to it stands; what is read again is known by its ref.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.text import slugify

from insights.feedback_intake import Told, record, remove, source_of, wipe
from insights.models import Feedback, FeedbackSource, TicketsRead
from ops_dashboard.people.models import Team
from tickets.facts import take_turns
from tickets.models import Message, Source, Ticket
from tickets.partitions import TABLE as EVENTS
from tickets.vocabulary import ActorKind, EventType, Status

OPENINGS, RATINGS = "conversations", "ratings"  # the sources of feedback
SLICE = 5_000  # tickets at a time
OVERLAP = timedelta(minutes=2)  # in case the database's clock was set back
MESSAGES, TICKETS = Message._meta.db_table, Ticket._meta.db_table

_CHANGED = f"""
SELECT DISTINCT ticket FROM {MESSAGES}
 WHERE source = %(source)s AND changed_at > %(since)s AND changed_at <= %(until)s
   AND author = {ActorKind.REQUESTER.value} AND ticket > %(after)s ORDER BY ticket LIMIT {SLICE}
"""
_MASKED = "(SELECT coalesce(sum(n::int), 0)::int FROM jsonb_each_text(m.detections) AS kind (name, n))"
_OPENINGS = f"""
SELECT DISTINCT ON (m.ticket) m.ticket, m.event, m.occurred_at, m.text, m.is_wiped, {_MASKED},
       t.created_team, t.channel, t.language, NULL::int AS rating
  FROM {MESSAGES} m JOIN {TICKETS} t ON t.id = m.ticket
 WHERE m.ticket = ANY(%(tickets)s) AND m.author = {ActorKind.REQUESTER.value} AND t.status <> {Status.SPAM.value}
   AND m.type IN ({EventType.TICKET_CREATED.value}, {EventType.REQUESTER_MESSAGE.value})
 ORDER BY m.ticket, m.occurred_at, m.type, m.event
"""
_RATINGS = f"""
SELECT m.ticket, m.event, m.occurred_at, m.text, m.is_wiped, {_MASKED},
       t.team, t.channel, t.language, e.meta ->> 'rating' AS rating
  FROM {MESSAGES} m JOIN {TICKETS} t ON t.id = m.ticket
  LEFT JOIN {EVENTS} e ON e.ticket = m.ticket AND e.dedupe_key = m.event AND e.occurred_at = m.occurred_at
 WHERE m.ticket = ANY(%(tickets)s) AND m.type = {EventType.SURVEY_ANSWERED.value} AND t.status <> {Status.SPAM.value}
"""
_PLACES = (
    (OPENINGS, "Conversations", FeedbackSource.Medium.CONVERSATION, _OPENINGS),
    (RATINGS, "Ratings", FeedbackSource.Medium.SURVEY, _RATINGS),
)
_STRAYS = f"""
SELECT f.id FROM {Feedback._meta.db_table} f LEFT JOIN {TICKETS} t ON t.id = f.ticket
 WHERE f.ticket IS NOT NULL AND (t.id IS NULL OR t.status = {Status.SPAM.value})
"""


def read_all() -> int:
    """Read what is new in every source of tickets; returns how many feedbacks came in."""
    return sum(read(source) for source in Source.objects.order_by("pk"))


def read(source: Source) -> int:
    """Read what has changed in the messages of `source` since the last time. May be broken off and repeated."""
    until = _standing(source)
    mark, _ = TicketsRead.objects.get_or_create(source=source.pk, defaults={"read_to": _long_ago()})
    areas = {team.pk: area_of(team.support_function) for team in Team.objects.all()}
    came = 0
    for tickets in _changed(source, since=mark.read_to - OVERLAP, until=until):
        for slug, name, medium, select in _PLACES:
            place = source_of(slug, name=name, kind=FeedbackSource.Kind.TICKETS, medium=medium)
            came += _take(place, _rows(select, tickets), areas)
    TicketsRead.objects.filter(pk=mark.pk, read_to__lt=until).update(read_to=until)
    FeedbackSource.objects.filter(slug__in=(OPENINGS, RATINGS)).update(last_success_at=until)
    return came


def forget(source: Source) -> int:
    """Take away the feedback of a source whose tickets are about to be forgotten; returns how many."""
    mark = TicketsRead.objects.filter(source=source.pk)
    tickets = Ticket.objects.filter(source=source.pk).values("id")
    ids = list(Feedback.objects.filter(source__in=(OPENINGS, RATINGS), ticket__in=tickets).values_list("id", flat=True))
    remove(ids)
    mark.delete()
    return len(ids)


def area_of(support_function: str) -> str:
    """The product area of a support function: its first word, `Payments & gifts` is `payments`."""
    return slugify(support_function).split("-")[0][:40]


def _long_ago() -> datetime:
    return datetime.fromisoformat("1990-01-01T00:00:00+00:00")


def _standing(source: Source) -> datetime:
    """An instant up to which every message of `source` stands."""
    with transaction.atomic(), connection.cursor() as cursor:
        take_turns(cursor, [source.pk])
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _changed(source: Source, *, since: datetime, until: datetime) -> Iterator[list[int]]:
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGED, {"source": source.pk, "since": since, "until": until, "after": after})
            tickets = [row[0] for row in cursor.fetchall()]
        if not tickets:
            return
        yield tickets
        after = tickets[-1]


def _rows(select: str, tickets: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(select, {"tickets": list(tickets)})
        return cursor.fetchall()


def _take(source: FeedbackSource, rows: Sequence[tuple[Any, ...]], areas: dict[int, str]) -> int:
    """Store what the rows say, and empty what they say was withdrawn; returns how many are new."""
    told, withdrawn = [], []
    for ticket, event, at, text, is_wiped, masked, team, channel, language, rating in rows:
        ref = ref_of(ticket, event if source.slug == RATINGS else None)
        if is_wiped:
            withdrawn.append(ref)
        told.append(
            Told(
                ref=ref, at=at, text=text, ticket=ticket, team=team, codes=(channel, language),
                area=areas.get(team, ""), rating=_rating(rating), masked=masked,
            )
        )  # fmt: skip
    accepted = record(source, told).accepted
    if withdrawn:
        with transaction.atomic(), connection.cursor() as cursor:
            wipe(cursor, source, withdrawn)
    return accepted


def ref_of(ticket: int, event: UUID | None = None) -> str:
    """A ticket has one opening, and a comment for each rating."""
    return f"{ticket:016x}" if event is None else f"{ticket:016x}-{event.hex}"


def _rating(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdigit() and int(said) < 1000 else None


def sweep() -> int:
    """Take away the feedback of tickets that have turned out to be spam, or are gone; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_STRAYS)
        strays = [row[0] for row in cursor.fetchall()]
    remove(strays)
    return len(strays)
