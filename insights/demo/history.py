"""What the demo's people made of it: insights, asks in every state, programs, a digest a week."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from insights import asks, drafting, issuing, mailbox, reading
from insights.demo.plot import CAPTIONS
from insights.models import Ask, Delivery, Digest, Insight, Mail, Milestone, Program, Receipt, Theme
from insights.weeks import due_weeks
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.people.models import User
from tickets.demo.world import World

WEEK = timedelta(days=7)
DIGEST_WEEKS = 6
REACTIONS = (Receipt.Reaction.USEFUL, Receipt.Reaction.ACT, Receipt.Reaction.USEFUL, "", Receipt.Reaction.NOT_USEFUL)


@dataclass(frozen=True)
class Plan:
    """One insight and its ask; steps as (days ago, step, note), those below zero after the history's end."""

    theme: str
    claim: str
    story: str
    published: int  # days ago; 0: a draft, negative after the history's end
    question: str = ""
    due: int = 7  # days from now, negative before
    steps: tuple[tuple[int, str, str], ...] = ()
    program: str = ""
    told: int | None = None  # users, once it shipped


PLANS = (
    Plan(
        "coins-missing", "Coins that were paid for do not arrive when the store answers late",
        "The store confirms after more than a minute in some countries; the app gives up after thirty seconds and "
        "never asks again. We do not know how many people gave up without writing.",
        100, "Ask the store again until it answers, and credit late confirmations", -60,
        ((95, "accept", "Planned for the next release"), (62, "ship", "Live everywhere")), "Coins that arrive",
        told=1_840,
    ),
    Plan(
        "notifications", "Late notifications make people miss the lives they follow",
        "Half of those who write mention a live. It is worst on one family of devices; the cause is not known.",
        98, "Send notifications of lives ahead of all others", -62,
        ((90, "accept", ""), (70, "ship", "Lives go first now")),
    ),
    Plan(
        "code-not-received", "Login codes by text message do not arrive in two countries",
        "Nine in ten of those who write use one of two carriers. E-mail codes arrive.",
        50, "Offer the code by e-mail where the carrier fails", -26,
        ((46, "accept", "Small change, next sprint"), (28, "ship", "For both countries")),
    ),
    Plan(
        "stream-quality", "Live pictures broke up for hours during the outage",
        "All of it falls into the six hours of the outage and the day after.",
        33, "Keep a live on a second server when the first fails", -10,
        ((29, "decline", "The outage had another cause and is understood; a second server would not have helped"),),
    ),
    Plan(
        "payout-delayed", "Payouts take longer week after week, and creators do not know when theirs comes",
        "Three days in summer, more than ten now. Creators write twice: once to ask, once when the date has passed. "
        "What slows it down is not known to us; finance sees no backlog.",
        21, "Show the date of the payout on the earnings page, and tell when it moves", 12,
        ((17, "accept", "With the payouts program"), (-13, "ship", "The date stands on the page")),
        "Payouts that creators can count on",
    ),
    Plan(
        "upload-fails", "Uploads hang at the last step since the release three weeks ago",
        "It began on the day of the release and fell when the next one came. Only videos above a minute.",
        19, "Keep the uploaded part when the connection breaks", -2,
        ((-4, "accept", "The last part was sent twice; the next release mends it"), (-11, "ship", "Released")),
    ),
    Plan(
        "live-access", "People with enough followers still get no access to live",
        "The help page names a number that the app does not use.",
        60, "Say in the app what is missing for access", -40,
        (
            (55, "accept", ""), (48, "decline", "The rule changes with the new programme, the page goes away"),
            (40, "close", "Agreed"),
        ),
    ),
    Plan(
        "gift-display", "Gifts that viewers send are not shown in the live",
        "Viewers pay and the creator sees nothing; both write. It began six days ago, on one platform only.",
        3, "Roll back the gift animation, or show gifts as text until it is mended", 3,
        ((-1, "accept", "Gifts are shown as text from tomorrow"), (-3, "ship", "As text, on every platform")),
    ),
    Plan(
        CAPTIONS, "Italian creators ask for captions, and Italian is answered last of all languages",
        "More than half of what creators write in Italian asks for captions or for help pages in their language. Few "
        "of us read it: look at first replies on time by language. Whether people go elsewhere we do not know.",
        12, "Captions in Italian; until they come, a help page that says so", 16,
    ),
    Plan(
        "refund", "Refunds are promised within days and take weeks",
        "", 0,
    ),
)  # fmt: skip
# Metric, what it is narrowed to, goal, and in how many days from now.
TARGETS = {
    "Coins that arrive": ("reopen_rate", "reason=coins-missing", 0.08, -6),
    "Payouts that creators can count on": ("one_touch_rate", "reason=payout-delayed", 0.5, 60),
}
PROGRAMS: dict[str, tuple[str, int | None, float, tuple[tuple[str, int], ...]]] = {
    "Coins that arrive": (
        "coins-missing", 62, 4.0,
        (("Ask the store again", 70), ("Credit late confirmations", 64), ("Live everywhere", 62)),
    ),
    "Payouts that creators can count on": (
        "payout-delayed", None, 3.0,
        (("Payout runs twice a week", 4), ("Date on the earnings page", -12), ("Delays in plain words", -30)),
    ),
}  # fmt: skip


def tell(world: World) -> None:
    """Everything in the order in which it happened, so that each digest tells what was known then."""
    people = {user.username: user for user in User.objects.filter(username__startswith="demo-")}
    analyst, partner = people.get("demo-analyst"), people.get("demo-partner")
    if analyst is None or partner is None:
        return
    for area in partner.product_areas:
        reading.subscribe(partner.pk, area)
    reading.subscribe(analyst.pk, "payments")
    made = {title: _program(world, title, analyst, partner) for title in PROGRAMS}
    deeds: list[tuple[datetime, Callable[[datetime], None]]] = []
    for plan in PLANS:
        deeds += _deeds(world, plan, analyst, partner, made.get(plan.program))
    for back in range(DIGEST_WEEKS, 0, -1):
        monday = due_weeks(world.now.date()) - (back - 1) * WEEK
        sent_on = datetime.combine(monday + WEEK, time(9), tzinfo=UTC)
        for place, area in enumerate(partner.product_areas):
            deeds.append((sent_on, _digest(monday, area, analyst, partner, place=back + place, is_last=back == 1)))
    for at, deed in sorted(deeds, key=lambda pair: pair[0]):
        if at >= world.stories.start:
            deed(min(at, world.now))


def _deeds(
    world: World, plan: Plan, analyst: User, partner: User, program: Program | None
) -> list[tuple[datetime, Callable[[datetime], None]]]:
    kept: dict[str, Ask] = {}

    def write(at: datetime) -> None:
        if ask := put(world, plan, analyst=analyst, partner=partner, program=program, at=at):
            kept["ask"] = ask

    def step(name: str, note: str) -> Callable[[datetime], None]:
        def take(at: datetime) -> None:
            if "ask" in kept:
                take_step(kept["ask"], plan, name, note, analyst=analyst, at=at)

        return take

    told = [(moment(world, days), step(name, note)) for days, name, note in plan.steps if days > 0]
    return [(moment(world, plan.published or 1), write), *told]


def moment(world: World, days_ago: int) -> datetime:
    """So many days before the end of the history, or after it."""
    return world.now - timedelta(days=days_ago)


def put(
    world: World, plan: Plan, *, analyst: User, partner: User, at: datetime, program: Program | None = None
) -> Ask | None:
    """Write the insight; publish it and ask, unless it stays a draft."""
    theme = Theme.objects.get(slug=plan.theme)
    insight = drafting.create(
        claim=plan.claim, story=plan.story, area=theme.area, themes=[theme], since=at.date() - 4 * WEEK,
        by=analyst, at=at,
    )  # fmt: skip
    if not plan.published:
        return None
    drafting.publish(insight, by=analyst, at=at)
    _quote(insight, analyst, at)
    return asks.put(
        insight, question=plan.question, due_on=world.now.date() + timedelta(days=plan.due),
        owner=partner if theme.area in partner.product_areas else None, by=analyst, program=program, at=at,
    )  # fmt: skip


def take_step(ask: Ask, plan: Plan, name: str, note: str, *, analyst: User, at: datetime) -> None:
    match name:
        case "accept":
            asks.accept(ask, by=ask.owner, note=note, at=at)
        case "decline":
            asks.decline(ask, by=ask.owner, reason=note, at=at)
        case "ship":
            asks.ship(ask, by=ask.owner, on=day_at(at), note=note, users_told=plan.told, at=at)
        case "close":
            asks.close(ask, by=analyst, note=note, at=at)


def _quote(insight: Insight, analyst: User, at: datetime) -> None:
    """Three that read differently."""
    seen: set[str] = set()
    for said in drafting.quotable(insight, before=at):
        if said.text not in seen and len(seen) < 3 and len(said.text) > 30:
            drafting.quote(insight, said, by=analyst)
            seen.add(said.text)


def _program(world: World, title: str, analyst: User, partner: User) -> Program:
    slug, shipped, goal, milestones = PROGRAMS[title]
    metric, where, value, by = TARGETS[title]
    today = world.now.date()
    theme = Theme.objects.get(slug=slug)
    program = Program.objects.create(
        title=title,
        area=theme.area,
        owner=partner,
        state=Program.State.DONE if shipped else Program.State.RUNNING,
        theme=theme,
        goal=goal,
        shipped_on=today - timedelta(days=shipped) if shipped else None,
        target_metric=metric,
        target_where=where,
        target_value=value,
        target_on=today + timedelta(days=by),
        aim=f"Fewer people have to write about it: {theme.name.lower()}.",
    )
    for name, days_ago in milestones:
        due = today - timedelta(days=days_ago)
        is_done = shipped is not None
        Milestone.objects.create(
            program=program,
            title=name,
            due_on=due,
            state="done" if is_done else "open",
            done_on=due if is_done else None,
        )
    return program


def _digest(
    monday: date, area: str, analyst: User, partner: User, *, place: int, is_last: bool
) -> Callable[[datetime], None]:
    def issue(at: datetime) -> None:
        digest = issuing.draft(area, monday)
        if is_last:
            return
        send(digest, by=analyst, at=at)
        read(digest, partner, at + timedelta(hours=3 + place), REACTIONS[place % len(REACTIONS)])

    return issue


def send(digest: Digest, *, by: User, at: datetime) -> None:
    """Approve a letter and deliver it to the demo's mailbox."""
    issuing.approve(digest, by=by, at=at)
    keep = mailbox.EmailBackend()
    issuing.deliver(send=lambda message: keep.send_messages([message]))
    for delivery in Delivery.objects.filter(digest=digest):
        Delivery.objects.filter(pk=delivery.pk).update(handed_at=at + timedelta(minutes=1))
        Mail.objects.filter(message_id__startswith=delivery.message_id).update(at=at + timedelta(minutes=1))
    Digest.objects.filter(pk=digest.pk).update(made_at=at, sent_at=at + timedelta(minutes=1))


@transaction.atomic
def read(digest: Digest, reader: User, at: datetime, reaction: str) -> None:
    reading.note_view(digest, reader)
    Delivery.objects.filter(digest=digest, user=reader).update(read_at=at)
    Receipt.objects.filter(digest=digest, user=reader).update(
        first_at=at, last_at=at, reaction=reaction, reacted_at=at if reaction else None
    )
