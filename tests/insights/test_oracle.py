"""The metrics of insights, counted naively over rows and asked of the engine, across a change of clocks."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from pytest_django.fixtures import Settings

from insights import facts, metrics
from insights.models import (
    Area,
    Ask,
    AskStep,
    Delivery,
    Digest,
    Feedback,
    FeedbackTheme,
    Insight,
    TaxonomyVersion,
    Theme,
)
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import SYSTEM
from tests.insights.building import make_themes
from tests.tickets.rows import ticket_row
from tickets.models import Source, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]
ZONE = "America/St_Johns"
PERIOD = Period(date(2026, 2, 28), date(2026, 3, 17))  # clocks go forward on 8 March
OURS = ("feedback", "themed", "insights", "ask_steps", "deliveries")
Said = tuple[datetime | None, dict[str, str]]  # one fact: its instant, and the slugs by which it is cut
Told = Counter[tuple[date, str]]  # by local day and slug
Amounts = tuple[list[Said], list[Said] | None]  # part (or total), whole


@pytest.fixture(scope="module")
def stage(on_stage: None) -> None:
    """A few hundred of everything at random instants, most of them near midnight in St. John's."""
    with override_settings(REPORTING_ZONE=ZONE):
        _everything()


@pytest.fixture
def rows(stage: None, settings: Settings) -> None:
    settings.REPORTING_ZONE = ZONE


def _everything() -> None:
    rng, themes = Random(7), make_themes()
    user = User.objects.create(username="reader", role="partner")
    teams = [Team.objects.create(slug=slug, name=slug.capitalize()) for slug in ("billing", "orders")]

    def instant() -> datetime:
        return datetime(2026, 3, 1, 3, tzinfo=UTC) + timedelta(
            hours=24 * rng.randrange(15), seconds=rng.randrange(9000)
        )

    _feedback(rng, list(themes.values()), [0, *(team.pk for team in teams)], instant)
    desk = Source.objects.create(slug="desk", kind="events")
    Ticket.objects.bulk_create(
        ticket_row(desk, f"t{n}", at=instant(), created_team=rng.choice(teams).pk if n % 3 else 0) for n in range(600)
    )
    _asks(rng, instant)
    for n in range(40):
        digest = Digest.objects.create(
            week=date(2026, 3, 2) + timedelta(weeks=n), area=rng.choice(("live", "payments"))
        )
        handed = instant() if n % 4 else None
        Delivery.objects.create(
            digest=digest, user=user, area=digest.area, message_id=f"<{n}>", handed_at=handed,
            state="handed" if handed else "waiting", read_at=handed if n % 3 == 0 else None,
        )  # fmt: skip
    for slug in (*OURS, "created"):
        rollup.refill_all(registry.source(slug))


def _feedback(rng: Random, themes: list[Theme], teams: list[int], instant: Callable[[], datetime]) -> None:
    version = TaxonomyVersion.objects.latest("number")
    for n in range(200):
        one = Feedback.objects.create(
            source="reviews", ref=str(n), occurred_at=instant(), area=rng.choice(("live", "payments", "")), text="x",
            rating=rng.choice((None, 1, 2, 3, 4, 5, 9)), detections=rng.choice((0, 0, 3)), team=rng.choice(teams),
        )  # fmt: skip
        for theme in rng.sample(themes, rng.randrange(3)):
            state = rng.choice(FeedbackTheme.State.values)
            FeedbackTheme.objects.create(
                feedback=one, theme=theme, version=version, by="model", rule="m", state=state,
                confidence=rng.choice((0.5, 0.95)),
            )  # fmt: skip
    facts.rebuild(Feedback.objects.values_list("id", flat=True))


def _asks(rng: Random, instant: Callable[[], datetime]) -> None:
    Area.objects.get_or_create(slug="ads", defaults={"name": "Ads"})
    for n in range(60):
        area, at = rng.choice(("live", "payments", "ads")), instant()
        state = Insight.State.PUBLISHED if n % 3 else Insight.State.DRAFT
        insight = Insight.objects.create(
            claim=str(n), area=area, since=at.date(), state=state, published_at=at if n % 3 else None
        )
        ask = Ask.objects.create(insight=insight, area=area, question="?", due_on=at.date(), opened_at=at)
        AskStep.objects.create(ask=ask, kind="opened", at=at, area=area)
        if n % 2:
            later = instant()
            kind = rng.choice(("accepted", "declined"))
            AskStep.objects.create(
                ask=ask, kind=kind, at=later, area=area, note="so", answer_s=abs(int((later - at).total_seconds()))
            )
            if kind == "accepted":
                AskStep.objects.create(ask=ask, kind="shipped", at=later + timedelta(minutes=5), area=area)


def count(found: Iterable[Said], cut: str) -> Told:
    zone = ZoneInfo(ZONE)
    return Counter((at.astimezone(zone).date(), cuts[cut] or "none") for at, cuts in found if at)


def themes_of(one: Feedback) -> set[Theme]:
    """Straight from the definition: accepted, or surely suggested and rejected by nobody."""
    tags = list(one.tags.all())
    refused = {tag.theme_id for tag in tags if tag.state == "rejected"}
    return {
        tag.theme
        for tag in tags
        if tag.state == "accepted"
        or (tag.state == "suggested" and (tag.confidence or 0) >= 0.9 and tag.theme_id not in refused)
    }


def themed(*, first_only: bool = False, is_counted: Callable[[Feedback], bool] = lambda one: True) -> list[Said]:
    found: list[Said] = []
    teams = dict(Team.objects.values_list("id", "slug"))
    for one in filter(is_counted, Feedback.objects.prefetch_related("tags__theme__parent")):
        chosen = sorted(themes_of(one), key=lambda theme: theme.pk)[: 1 if first_only else None]
        for theme in chosen:
            group = (theme.parent or theme).slug
            cuts = {"area": theme.area, "team": teams.get(one.team, ""), "theme": theme.slug, "parent": group}
            found.append((one.occurred_at, cuts))
    return found


def given(is_counted: Callable[[Feedback], bool] = lambda one: True) -> list[Said]:
    teams = dict(Team.objects.values_list("id", "slug"))
    found = filter(is_counted, Feedback.objects.all())
    return [(one.occurred_at, {"area": one.area, "team": teams.get(one.team, "")}) for one in found]


def created() -> list[Said]:
    teams = dict(Team.objects.values_list("id", "slug"))
    return [(t.created_at, {"team": teams.get(t.created_team, "")}) for t in Ticket.objects.all()]


def is_rated(one: Feedback) -> bool:
    return one.rating in (1, 2, 3, 4, 5)


def is_satisfied(one: Feedback) -> bool:
    return one.rating in (4, 5)


def has_theme(one: Feedback) -> bool:
    return bool(themes_of(one))


def steps(*kinds: str, answers: bool = False) -> list[Said]:
    found = AskStep.objects.filter(kind__in=kinds)
    return [(s.at, {"area": s.area}) for s in found if not answers or s.answer_s is not None]


def handed(is_counted: Callable[[Delivery], bool] = lambda one: True) -> list[Said]:
    return [(d.handed_at, {"area": d.area}) for d in Delivery.objects.all() if is_counted(d)]


ORACLES: dict[str, Callable[[], Amounts]] = {
    "feedback": lambda: (given(), None),
    "feedback_per_1000_tickets": lambda: (given(), created()),
    "themed": lambda: (themed(), None),
    "tagged": lambda: (themed(first_only=True), None),
    "themed_share": lambda: (given(has_theme), given()),
    "masked_share": lambda: (given(lambda one: one.detections > 0), given()),
    "feedback_satisfied": lambda: (given(is_satisfied), given(is_rated)),
    "theme_satisfied": lambda: (themed(is_counted=is_satisfied), themed(is_counted=is_rated)),
    "insights_published": lambda: ([(i.published_at, {"area": i.area}) for i in Insight.objects.all()], None),
    "asks_opened": lambda: (steps("opened"), None),
    "asks_answered": lambda: (steps("accepted", "declined", answers=True), None),
    "asks_shipped": lambda: (steps("shipped"), None),
    "ask_acceptance": lambda: (
        steps("accepted", answers=True),
        steps("accepted", "declined", answers=True),
    ),
    "digests_handed": lambda: (handed(), None),
    "digest_read_share": lambda: (handed(lambda one: one.read_at is not None), handed()),
}
CUTS = {
    "feedback": ("area", "team"),
    "themed": ("area", "team", "theme", "parent"),
    "insights": ("area",),
    "ask_steps": ("area",),
    "deliveries": ("area",),
}
COUNTS_PART = ("feedback_per_1000_tickets",)  # of these n is the part
CASES = [
    (slug, cut)
    for slug in ORACLES
    for cut in CUTS[registry.metric(slug).sources[0]]
    if (slug, cut) != ("feedback_per_1000_tickets", "area")  # tickets have none
]


def test_every_metric_of_insights_has_an_oracle() -> None:
    """Whatever reads one of our sources, alone or beside another app's."""
    ours = {metric.slug for metric in registry.metrics() if set(metric.sources) & set(OURS)}
    assert ours == {metric.slug for metric in (*metrics.FEEDBACK, *metrics.LOOP)}
    assert ours == {*ORACLES, "ask_answer_median", "feedback_rating"}


@pytest.mark.parametrize(("slug", "cut"), CASES)
def test_every_figure_equals_the_naive_count(slug: str, cut: str) -> None:
    said, of = ORACLES[slug]()
    part = count(said, cut)
    assert part
    result = Reader(SYSTEM).run(Query(slug, PERIOD, Grain.DAY, by=(cut,)))
    told = {(row.start, row.keys[0]): (row.figure.value, row.figure.n) for row in result.rows if row.figure.n}
    if of is None:
        expected = {key: (float(n), n) for key, n in part.items()}
    else:
        whole, scale = count(of, cut), getattr(registry.metric(slug), "scale", 1.0)
        expected = {
            key: (scale * part[key] / n, part[key] if slug in COUNTS_PART else n)
            for key, n in whole.items()
            if part[key] or slug not in COUNTS_PART
        }
    assert told.keys() == expected.keys()
    assert all(told[key] == pytest.approx(expected[key]) for key in expected)


def test_the_mean_rating_is_that_of_the_rows_and_told_from_ten_on() -> None:
    ratings = [f.rating for f in Feedback.objects.all() if f.rating in (1, 2, 3, 4, 5)]
    found = Reader(SYSTEM).run(Query("feedback_rating", PERIOD)).total
    assert found.n == len(ratings)
    assert found.value == pytest.approx(fmean(ratings))
    assert found.low is not None and found.high is not None
    assert found.low < fmean(ratings) < found.high
    days = Reader(SYSTEM).run(Query("feedback_rating", PERIOD, Grain.DAY, by=("area",))).rows
    assert {row.figure.value for row in days if 0 < row.figure.n < 10} == {None}


def test_the_median_answer_is_that_of_the_rows() -> None:
    seconds = sorted(step.answer_s for step in AskStep.objects.all() if step.answer_s is not None)
    found = Reader(SYSTEM).run(Query("ask_answer_median", PERIOD, exact=True)).total
    assert found.n == len(seconds)
    assert seconds[len(seconds) // 2 - 1] <= (found.value or 0) <= seconds[len(seconds) // 2]
