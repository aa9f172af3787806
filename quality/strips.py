"""The figures at the head of the review lists: what asks for something, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from ops_dashboard.metrics.asking import BeingRecounted
from ops_dashboard.metrics.definitions import Unit, registry
from ops_dashboard.metrics.local_days import begin_of, day_at
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.rendering.numbers import NOTHING, plural, shown, span, whole
from ops_dashboard.metrics.result import Figure
from ops_dashboard.people.models import Agent, User
from ops_dashboard.people.roles import SYSTEM, Scope
from quality.listing import reviews_of
from quality.metrics import FEWEST
from quality.models import Dispute, Review
from quality.models.reviews import ReviewQuerySet
from quality.plans import owed

SCORE = "quality_score"
RECENT = timedelta(days=90)  # before today

Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Item:
    """One figure."""

    label: str
    number: str
    unit: str = ""
    words: str = ""
    quiet: str = ""
    href: str = ""
    tone: str = ""


def strip_of(scope: Scope, user: User, *, now: datetime, week: tuple[datetime, datetime]) -> list[Item]:
    if scope.may_review and scope.agent_id is None:
        return _of_reviewer(user, now=now, week=week)
    days = Period(day_at(now) - RECENT, day_at(now))
    recent = Review.objects.visible_to(scope).filter(published_at__gte=begin_of(days.start))
    if scope.agent_id is None:
        return _of_reader(recent, _told(scope, (), days))
    # An agent's own reviews are theirs to see, of whatever team they worked for.
    slug = Agent.objects.values_list("slug", flat=True).get(pk=scope.agent_id)
    unseen = reviews_of("unseen", scope).count()
    return _of_agent(recent, _told(SYSTEM, (("agent", (slug,)),), days), unseen=unseen)


def _of_reviewer(user: User, *, now: datetime, week: tuple[datetime, datetime]) -> list[Item]:
    waiting = Review.objects.claimable_by(user, now=now)
    mine = Review.objects.filter(reviewer=user, state=Review.State.SUBMITTED)
    done = mine.filter(submitted_at__gte=week[0], submitted_at__lt=week[1]).count()
    due = sum(owed().values())
    blind = mine.filter(published_at__isnull=True).count()
    disputed = Dispute.objects.filter(review__reviewer=user, state=Dispute.State.OPEN).count()
    return [
        Item("Waiting for you", whole(waiting.count()), words="to claim, oldest first"),
        Item("This week", whole(done), words=f"of {due} owed" if due else "submitted"),
        Item("Not yet shown", whole(blind), words="wait for a second reviewer", href="?list=mine"),
        Item("Open disputes", whole(disputed), words="of your reviews", href="?list=disputed"),
    ]


def _of_agent(recent: ReviewQuerySet, told: Figure | None, *, unseen: int) -> list[Item]:
    """`unseen` as its list and the rail count them: of any age."""
    return [
        *_scores(recent, told),
        Item("Not yet seen", whole(unseen), words="to read and confirm", href="?list=unseen"),
        Item("Open disputes", whole(_open_disputes(recent)), words="waiting for an answer", href="?list=disputed"),
    ]


def _of_reader(recent: ReviewQuerySet, told: Figure | None) -> list[Item]:
    """Of a team's reviews, the ones that count."""
    counting = recent.filter(seat=1)
    open_ = _open_disputes(counting)
    seen = counting.filter(acknowledgement__isnull=False).count()
    total = counting.count()
    share = shown(seen / total, Unit.SHARE) if total else None
    return [
        *_scores(counting, told),
        Item("To decide", whole(open_), words="open disputes", href="?list=open", tone="worse" if open_ else ""),
        Item(
            "Seen by the agent",
            share.number if share else NOTHING,
            share.unit if share else "",
            f"{whole(seen)} of {whole(total)}",
        ),
    ]


def _open_disputes(found: ReviewQuerySet) -> int:
    return Dispute.objects.filter(review__in=found, state=Dispute.State.OPEN).count()


def _scores(recent: ReviewQuerySet, told: Figure | None) -> list[Item]:
    """The mean score with its interval, as every page of figures tells it, and the critical errors."""
    counts = recent.aggregate(total=Count("id"), failed=Count("id", filter=Q(critical_failed=True)))
    errors = Item(
        "Critical errors", whole(counts["failed"]), words=f"in {plural(counts['total'], 'review')} of 13 weeks",
        href="?list=critical", tone="worse" if counts["failed"] else "",
    )  # fmt: skip
    return [_score(told), errors]


def _score(told: Figure | None) -> Item:
    label = registry.metric(SCORE).label
    if told is None:
        return Item(label, NOTHING, words="is being counted anew")
    if told.value is None:
        return Item(label, NOTHING, words=f"shown from {FEWEST} reviews on", quiet=f"n {told.n}")
    value, interval = shown(told.value, Unit.SHARE), ""
    if told.low is not None and told.high is not None:
        interval = f" · {span(told.low, told.high, Unit.SHARE)}"
    return Item(label, value.number, value.unit, "last 13 weeks, whatever is chosen", f"n {told.n:,}{interval}")


def _told(scope: Scope, where: Filters, days: Period) -> Figure | None:
    """None while the reviews are being counted anew."""
    try:
        return Reader(scope).run(Query(SCORE, days, where=where)).total
    except BeingRecounted:
        return None
