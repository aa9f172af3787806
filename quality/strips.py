"""The figures at the head of the review lists: what asks for something, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.rendering.numbers import NOTHING, plural, shown, span, whole
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Scope
from quality.intervals import pooled_interval, pooled_sd, weighted_mean
from quality.models import Dispute, Review
from quality.models.reviews import ReviewQuerySet
from quality.plans import owed

RECENT = timedelta(days=91)
FEWEST = 5  # reviews that a mean needs to be shown


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
    visible = Review.objects.visible_to(scope)
    if scope.agent_id is not None:
        return _of_agent(visible.filter(published_at__gte=now - RECENT), since=now - RECENT)
    if scope.may_review:
        return _of_reviewer(user, now=now, week=week)
    return _of_reader(visible.filter(published_at__gte=now - RECENT), since=now - RECENT)


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


def _of_agent(recent: ReviewQuerySet, *, since: datetime) -> list[Item]:
    unseen = recent.filter(acknowledgement__isnull=True).count()
    return [
        *_scores(recent, since=since, bare=True),
        Item("Not yet seen", whole(unseen), words="to read and confirm", href="?list=unseen"),
        Item("Open disputes", whole(_open_disputes(recent)), words="waiting for an answer", href="?list=disputed"),
    ]


def _of_reader(recent: ReviewQuerySet, *, since: datetime) -> list[Item]:
    """Of a team's reviews, the ones that count."""
    counting = recent.filter(seat=1)
    open_ = _open_disputes(counting)
    seen = counting.filter(acknowledgement__isnull=False).count()
    total = counting.count()
    share = shown(seen / total, Unit.SHARE) if total else None
    return [
        *_scores(counting, since=since),
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


def _scores(recent: ReviewQuerySet, *, since: datetime, bare: bool = False) -> list[Item]:
    """The mean score with its interval, and the critical errors; `bare` where one person's reviews are few."""
    rows = list(
        recent.filter(seat=1).values_list("score_bp", "sampled__weight", "critical_failed", "version__scorecard")
    )
    scored = [(score / 10_000, weight) for score, weight, *_ in rows if score is not None]
    failed = sum(is_failed for _, _, is_failed, _ in rows)
    errors = Item(
        "Critical errors", whole(failed), words=f"in {plural(len(rows), 'review')}", href="?list=critical",
        tone="worse" if failed else "",
    )  # fmt: skip
    sd = spread_within_agents({row[3] for row in rows}, since=since) if len(scored) >= FEWEST else None
    if sd is None:
        few = f"shown from {FEWEST} reviews on"
        return [Item("Quality score", NOTHING, words=few, quiet=f"n {len(scored)}"), errors]
    scores, weights = (np.array(column) for column in zip(*scored, strict=True))
    found = weighted_mean(scores, np.ones_like(weights) if bare else weights)
    assert found is not None
    held = pooled_interval(*found, sd)
    value = shown(held.mean, Unit.SHARE)
    quiet = f"n {len(scored):,} · {span(held.low, held.high, Unit.SHARE)}"
    return [Item("Quality score", value.number, value.unit, "last 13 weeks", quiet), errors]


def spread_within_agents(scorecards: set[int], *, since: datetime) -> float | None:
    """Pooled over everyone scored against these scorecards: a few reviews cannot tell their own spread."""
    peers = Review.objects.published().filter(
        version__scorecard__in=scorecards, seat=1, score_bp__isnull=False, published_at__gte=since
    )
    rows = np.array(list(peers.values_list("score_bp", "agent")), dtype=np.int64).reshape(-1, 2)
    groups = np.unique(rows[:, 1], return_inverse=True)[1]
    return pooled_sd(rows[:, 0] / 10_000, groups)
