"""The writer of digests and their deliveries: drafted, edited, approved by a person, sent once to every reader.

The outbox is the Delivery table. A worker takes one row under a lock (skip locked), hands the message
to the mail server, and commits "handed over" with the lock still held. Whatever kills the worker ends
its transaction, the row is free again and the next worker sends it.

One window remains and cannot be closed from here: between the mail server's acceptance and our commit,
it is at least once with one Message-ID. A worker that dies there has the message handed over a second
time, with the same Message-ID and the same bytes, by which mail stores (Exchange, Gmail, Dovecot, Cyrus)
tell a duplicate. The other choice, to commit first and never try again, would lose the letter in the
same window; a reader who misses one stops trusting all of them.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import blake2b

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from insights import digests
from insights.mailing import message_for
from insights.marking import mark_new
from insights.models import Delivery, Digest, Subscription
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import scope_for

logger = logging.getLogger("ops.digests")

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=1)  # doubled with every failure: the last try comes after two hours


class NotApproved(ValueError):
    """A step that the digest's state does not allow."""


def draft(area: str, week: date) -> Digest:
    """The digest of that week, with a fresh snapshot while nobody has approved it; may be repeated."""
    digest, _ = Digest.objects.get_or_create(week=week, area=area)
    if digest.state == Digest.State.DRAFT:
        digest.snapshot = digests.build(area, week)
        Digest.objects.filter(pk=digest.pk, state=Digest.State.DRAFT).update(snapshot=digest.snapshot)
    return digest


@transaction.atomic
def edit(digest: Digest, *, headline: str, narrative: str, by: User) -> None:
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    if locked.state != Digest.State.DRAFT:
        raise NotApproved("It has been approved; what readers were sent stays as it was.")
    locked.headline, locked.narrative, locked.edited_by = headline, narrative, by
    locked.save(update_fields=["headline", "narrative", "edited_by"])


@transaction.atomic
def approve(digest: Digest, *, by: User, at: datetime | None = None, seen: str | None = None) -> int:
    """Freeze what it says and put it in the outbox of everyone subscribed; returns how many they are.

    `seen` is the stamp of the letter that the person read: where it has changed since, they read it again.
    """
    now = at or timezone.now()
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    if locked.state != Digest.State.DRAFT:
        raise NotApproved("It has been approved already.")
    if locked.week > day_at(now):
        raise NotApproved("Its week has not begun: there is nothing to tell of it yet.")
    locked.snapshot = digests.build(locked.area, locked.week)
    if seen is not None and seen != digests.stamp(locked.snapshot):
        raise NotApproved(
            "Figures, an insight, a quote or an ask in it have changed since you opened it; read it again."
        )
    locked.state, locked.approved_by, locked.approved_at = Digest.State.APPROVED, by, now
    locked.save(update_fields=["snapshot", "state", "approved_by", "approved_at"])
    readers = [user for user in subscribers(locked.area) if may_read(user, locked.area)]
    Delivery.objects.bulk_create(
        (Delivery(digest=locked, user=user, area=locked.area, message_id=message_id(locked, user)) for user in readers),
        ignore_conflicts=True,
    )
    audit.record(by.username, "digest_approved", str(locked), readers=len(readers))
    _close_when_done(locked.pk, at=now)
    digest.refresh_from_db()
    return len(readers)


@transaction.atomic
def approve_week(area: str, week: date, *, by: User, seen: str) -> int:
    """The same of a week that nobody may have drafted yet."""
    digest, _ = Digest.objects.get_or_create(week=week, area=area)
    return approve(digest, by=by, seen=seen)


def deliver(*, send: Callable[[EmailMultiAlternatives], object] | None = None) -> int:
    """Hand over what waits, one row at a time, until nothing is due; returns how many went out."""
    handed = 0
    while (done := _deliver_one(send or EmailMultiAlternatives.send)) is not None:
        handed += done
    return handed


def subscribers(area: str) -> list[User]:
    subscriptions = Subscription.objects.filter(area=area, is_active=True, user__is_active=True)
    return [subscription.user for subscription in subscriptions.select_related("user").order_by("user_id")]


def may_read(user: User, area: str) -> bool:
    """A subscription opens nothing that the role does not."""
    return scope_for(user).sees_area(area)


def message_id(digest: Digest, user: User) -> str:
    """The same for every try: it is made of the digest and the reader alone."""
    mark = blake2b(
        f"{digest.pk}/{user.pk}/{digest.week}".encode(), key=settings.SECRET_KEY[:64].encode(), digest_size=8
    )
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<digest.{digest.pk}.{user.pk}.{mark.hexdigest()}@{host}>"


@transaction.atomic
def _deliver_one(send: Callable[[EmailMultiAlternatives], object]) -> int | None:
    """None when nothing is due; 1 for a message handed over, 0 for one that failed."""
    now = timezone.now()
    waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("digest", "user")
    row = waiting.filter(state=Delivery.State.WAITING, next_at__lte=now).order_by("id").first()
    if row is None:
        return None
    row.attempts += 1
    try:
        if not _wants(row):
            raise _Undeliverable("left the list, no longer a reader, or without an address")
        with transaction.atomic():  # so that a question which fails here leaves the row its transaction
            send(message_for(row))
    except _Undeliverable as refusal:
        row.state, row.error = Delivery.State.FAILED, str(refusal)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001  (a server that is away, a letter that cannot be built: the row tells)
        row.error = f"{type(error).__name__}: {error}"[:200]
        row.next_at = now + FIRST_PAUSE * 2 ** (row.attempts - 1)
        row.state = Delivery.State.FAILED if row.attempts >= MOST_ATTEMPTS else Delivery.State.WAITING
        logger.warning(
            "digest not handed over delivery=%s attempt=%s error=%s", row.pk, row.attempts, type(error).__name__
        )
    else:
        row.state, row.handed_at, row.error = Delivery.State.HANDED, timezone.now(), ""
    row.save(update_fields=["attempts", "state", "handed_at", "error", "next_at"])
    if row.state == Delivery.State.HANDED:
        mark_new("delivery", row.pk)
    _close_when_done(row.digest_id, at=timezone.now())
    return int(row.state == Delivery.State.HANDED)


def _wants(row: Delivery) -> bool:
    """Whether the reader still gets it: a row may wait for hours, and many things happen meanwhile."""
    subscribed = Subscription.objects.filter(user=row.user, area=row.area, is_active=True)
    return row.user.is_active and may_read(row.user, row.area) and bool(row.user.email) and subscribed.exists()


def _close_when_done(pk: int, *, at: datetime) -> None:
    """Under the digest's lock, so that of two workers with its last two letters the second sees the first one's."""
    digest = Digest.objects.select_for_update().get(pk=pk)
    waiting = digest.deliveries.filter(state=Delivery.State.WAITING)
    if digest.state == Digest.State.APPROVED and not waiting.exists():
        digest.state, digest.sent_at = Digest.State.SENT, at
        digest.save(update_fields=["state", "sent_at"])


class _Undeliverable(Exception):
    """This reader does not get it, whatever is tried."""
