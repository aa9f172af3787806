"""What agents and leads of the demo answer: most confirm, some object, leads grant about half."""

from datetime import datetime, timedelta

import numpy as np

from ops_dashboard.people.demo_users import DEMO_USERS
from ops_dashboard.people.models import User
from quality import disputes
from quality.demo import cards, people
from quality.models import Dispute, Review
from quality.models.reviews import ReviewQuerySet
from quality.sampling import ranks
from quality.scorecards import Card
from tickets.demo.world import World

CONFIRMED = 0.82
OBJECTED, WORST = 0.15, 7_000  # of those scored below, in basis points
ANSWERED_AFTER = timedelta(days=4)
GRANTED, PARTLY = 0.38, 0.55
REASONS = (
    "The requester had shown it was their account earlier in the thread.",
    "The answer was given in the first reply; the second only confirms it.",
    "This is how the guide told us to answer until last week.",
    "The transfer was asked for by the requester.",
)
ANSWERS = (
    "The guide changed on that day; the rating stands.",
    "I read it again with the reviewer. You are right about the first point.",
    "The point is fair, the rating is about the note that was missing.",
)


def speak(world: World, *, now: datetime) -> None:
    """Confirm, object and settle up to `now`; what was said already stays said."""
    mine = Review.objects.published().filter(version__scorecard__in=cards.scorecards(), seat=1)
    _confirm(world, mine.filter(acknowledgement__isnull=True), now=now)
    _object(world, mine.filter(disputes__isnull=True, score_bp__lt=WORST), now=now)
    _settle(world, now=now)


def _confirm(world: World, silent: ReviewQuerySet, *, now: datetime) -> None:
    rows = list(silent.values_list("pk", "ticket", "published_at"))
    chance = _uniform([ticket for _, ticket, _ in rows], f"{world.seed}/seen")
    seen = {
        pk: at + timedelta(hours=8 + 60 * draw)
        for (pk, _, at), draw in zip(rows, chance.tolist(), strict=True)
        if at and draw < CONFIRMED and at + timedelta(hours=8 + 60 * draw) <= now
    }
    if seen:
        disputes.acknowledge_many(seen)


def _object(world: World, low: ReviewQuerySet, *, now: datetime) -> None:
    rows = list(low.select_related("version"))
    chance = _uniform([review.ticket for review in rows], f"{world.seed}/object")
    for review, draw in zip(rows, chance.tolist(), strict=True):
        at = (review.published_at or now) + timedelta(days=1 + 2 * draw)
        if draw < OBJECTED and at <= now:
            disputes.place(review, _proposed(review), reason=REASONS[int(draw * 1000) % len(REASONS)], now=at)


def _proposed(review: Review) -> dict[int, int | None]:
    """The best step for what was rated worst: at most two criteria."""
    criteria = Card.of(review.version).by_id
    steps = {key: step for key, step in disputes.steps_in_force(review).items() if step is not None}
    worst = sorted(steps, key=lambda key: (steps[key] or 0) / criteria[key].steps)[:2]
    return {key: criteria[key].steps for key in worst if steps[key] != criteria[key].steps}


def _settle(world: World, *, now: datetime) -> None:
    """Leads decide what they have had for some days; the demo's own lead leaves theirs open."""
    theirs = next(user.teams for user in DEMO_USERS if user.username == "demo-lead")
    due = Dispute.objects.filter(state=Dispute.State.OPEN, raised_at__lt=now - ANSWERED_AFTER)
    due = due.filter(review__version__scorecard__in=cards.scorecards())
    left = due.filter(review__team__slug__in=theirs).order_by("-raised_at").values("pk")[:4]
    rows = list(due.exclude(pk__in=list(left.values_list("pk", flat=True))).select_related("review"))
    lead = User.objects.get(username=people.LEAD)
    chance = _uniform([dispute.review.ticket for dispute in rows], f"{world.seed}/settle")
    for dispute, draw in zip(rows, chance.tolist(), strict=True):
        keys = list(dispute.criteria.values_list("criterion", flat=True))
        granted = dict.fromkeys(keys, draw < GRANTED)
        if GRANTED <= draw < PARTLY:
            granted[keys[0]] = True
        answer = ANSWERS[int(draw * 1000) % len(ANSWERS)]
        disputes.settle(dispute, lead, granted, answer=answer, now=dispute.raised_at + ANSWERED_AFTER)


def _uniform(tickets: list[int], key: str) -> np.ndarray:
    return np.asarray(ranks(np.array(tickets, dtype=np.int64), key) / np.float64(2**64))
