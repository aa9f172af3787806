"""How the loop goes on while somebody watches: an ask a week, answers to asks, letters that are sent and read.

What a visitor has done already stays done: only what the demo's own people asked is answered by them, and a letter
waits for two days for somebody to approve it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from insights import asks, issuing
from insights.demo import history
from insights.demo.history import PLANS, REACTIONS, WEEK, Plan, moment
from insights.models import Ask, AskStep, Digest, Receipt, Theme
from insights.weeks import due_weeks
from ops_dashboard.metrics import rollup
from ops_dashboard.people.models import User
from tickets.demo.world import World

# What is asked about week by week: themes of the areas that the demo's partner answers for.
ROTATION = ("payment-failed", "live-ended", "refund", "stream-quality", "gift-subscription")
FIRST_ASKED, ANSWERED, SHIPPED, DUE = 2, 3, 10, 14  # days after the end of the history, then after the ask
DECLINED_ONE_IN = 3
WAITS = timedelta(days=2)  # a letter, for somebody to approve it
WEEKS_BACK = 4  # of letters that are looked at
DRAFTED, READ_AFTER = time(9), timedelta(hours=3)
OPENED = AskStep.Kind.OPENED
KINDS = {
    "accept": AskStep.Kind.ACCEPTED,
    "decline": AskStep.Kind.DECLINED,
    "ship": AskStep.Kind.SHIPPED,
    "close": AskStep.Kind.CLOSED,
}


@dataclass(frozen=True)
class Deed:
    """A step of an ask that comes after the history; `step` is empty where it is asked."""

    at: datetime
    plan: Plan
    step: str = ""
    note: str = ""

    @property
    def kind(self) -> AskStep.Kind:
        return KINDS[self.step] if self.step else OPENED


def go_on(world: World, *, now: datetime) -> None:
    """Everything that has come due by `now` and nobody has done."""
    people = {user.username: user for user in User.objects.filter(username__in=("demo-analyst", "demo-partner"))}
    if len(people) < 2:
        return
    analyst, partner = people["demo-analyst"], people["demo-partner"]
    _ask_and_answer(world, analyst, partner, now)
    for place, area in enumerate(partner.product_areas):
        _letters(world, area, analyst, partner, now, place=place)


def _ask_and_answer(world: World, analyst: User, partner: User, now: datetime) -> None:
    due = sorted((deed for deed in _deeds(world, now) if deed.at <= now), key=lambda deed: deed.at)
    questions = {deed.plan.question for deed in due}
    steps = AskStep.objects.filter(ask__question__in=questions).values_list("ask__question", "kind")
    done = set(steps)
    left = [deed for deed in due if (deed.plan.question, deed.kind) not in done]
    if left:
        rollup.refill()  # insights and answers keep the size of their theme
    for deed in left:
        _do(world, deed, analyst, partner)


@transaction.atomic
def _do(world: World, deed: Deed, analyst: User, partner: User) -> None:
    """Where a visitor has brought the ask elsewhere, nothing."""
    if not deed.step:
        if Theme.objects.active().leaves().filter(slug=deed.plan.theme).exists():
            history.put(world, deed.plan, analyst=analyst, partner=partner, at=deed.at)
        return
    ask = Ask.objects.filter(question=deed.plan.question, status__in=asks.FROM[deed.kind]).first()
    if ask is not None:
        history.take_step(ask, deed.plan, deed.step, deed.note, analyst=analyst, at=deed.at)


def _deeds(world: World, now: datetime) -> Iterator[Deed]:
    """What is left of the plans of the history, and those of every week since."""
    for plan in (*PLANS, *_weekly(world, now)):
        if plan.published < 0:
            yield Deed(moment(world, plan.published), plan)
        for days, step, note in plan.steps:
            if days < 0:
                yield Deed(moment(world, days), plan, step, note)


def _weekly(world: World, now: datetime) -> Iterator[Plan]:
    """One a week; every third is declined."""
    names = dict(Theme.objects.filter(slug__in=ROTATION).values_list("slug", "name"))
    for number in range((now - world.now) // WEEK + 1):
        slug, day = ROTATION[number % len(ROTATION)], FIRST_ASKED + 7 * number
        if slug not in names:
            continue
        on = f"{world.now + timedelta(days=day):%-d %B %Y}"
        answered, shipped = -(day + ANSWERED), -(day + SHIPPED)
        declined = ((answered, "decline", "We looked into it; nothing is built for it this quarter"),)
        accepted = ((answered, "accept", "Planned"), (shipped, "ship", "Live everywhere"))
        yield Plan(
            slug,
            f"{names[slug]}: what people wrote in the four weeks before {on}",
            "Read what they say: the tags tell how many, not why.",
            -day,
            f"{names[slug]}: what is planned for it? Asked on {on}",
            day + DUE,
            declined if number % DECLINED_ONE_IN == DECLINED_ONE_IN - 1 else accepted,
        )


def _letters(world: World, area: str, analyst: User, partner: User, now: datetime, *, place: int) -> None:
    """Of each week since the last one of the history: drafted on Monday, approved when it has waited, read."""
    last = due_weeks(world.now.date())
    weeks = [due_weeks(now.date()) - back * WEEK for back in range(WEEKS_BACK - 1, -1, -1)]
    there = {digest.week: digest for digest in Digest.objects.filter(area=area, week__in=weeks)}
    seen = set(Receipt.objects.filter(digest__in=there.values(), user=partner).values_list("digest", flat=True))
    for week in weeks:
        drafted = datetime.combine(week + WEEK, DRAFTED, tzinfo=UTC)
        if week < last or drafted > now:
            continue
        approved = max(drafted, world.now) + WAITS
        digest = there.get(week)
        if digest is None or (digest.state == Digest.State.DRAFT and approved <= now):
            rollup.refill()  # what it tells is what has been counted
            digest = digest or issuing.draft(area, week)
        if digest.state == Digest.State.DRAFT and approved <= now:
            history.send(digest, by=analyst, at=approved)
            digest.refresh_from_db()
        if digest.sent_at is None or digest.pk in seen:
            continue
        read_at = digest.sent_at + READ_AFTER + timedelta(hours=place)
        if read_at <= now:
            history.read(digest, partner, read_at, REACTIONS[((week - last) // WEEK + place) % len(REACTIONS)])
