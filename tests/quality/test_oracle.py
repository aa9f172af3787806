"""Every metric of quality twice: counted naively over reviews, and asked of the engine, across a change of clocks."""

from collections.abc import Callable, Hashable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.test import override_settings

from ops_dashboard.metrics.definitions import Ratio, registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.rollup import refill
from ops_dashboard.metrics.spreads import FREEDOM
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM, Role
from quality.disputes import acknowledge, decide, raise_dispute
from quality.metrics import FEWEST, METRICS
from quality.models import Dispute, Review
from tests.cast import Cast, make_cast
from tests.quality.building import open_seats, reviewed, reviewer, save_scorecard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
ZONE = "Europe/London"  # clocks change on 29 March 2026
PERIOD = Period(date(2026, 3, 23), date(2026, 4, 5))
START = datetime(2026, 3, 22, 21, 30, tzinfo=UTC)
TICKETS, EVERY = 60, timedelta(hours=4.7)
Amounts = Iterator[tuple[datetime, float, float, Review]]  # when, part, whole, of which review
Summed = tuple[float, float, int]  # part, whole, how many
CUTS: dict[str, Callable[[Review], str]] = {
    "team": lambda review: review.team.slug,
    "agent": lambda review: review.agent.slug,
    "reviewer": lambda review: "" if review.reviewer is None else review.reviewer.username,
    "scorecard": lambda review: review.scorecard.slug,
}
COVERAGE = "review_coverage"  # of two sources, one of them of another app: test_coverage_oracle.py has it


@dataclass(frozen=True)
class Told:
    """What stands in the tables, row by row."""

    reviews: list[Review]
    disputes: list[Dispute]


def _weighted(told: Told, column: str) -> Amounts:
    for review in told.reviews:
        score = getattr(review, column)
        if score is not None:
            weight = review.sampled.weight
            yield _at(review), weight * score / 10_000, weight, review


def _share(told: Told, is_part: Callable[[Review], bool]) -> Amounts:
    return ((_at(review), float(is_part(review)), 1.0, review) for review in told.reviews)


def _agreements(told: Told) -> Amounts:
    """From the steps that both gave, as they stand in the tables; to the hundredth of a per cent."""
    for review in told.reviews:
        for other in Review.objects.published().filter(sampled=review.sampled, seat=2):
            ours, theirs = ({s.criterion_id: s.step for s in r.scores.all() if s.step} for r in (review, other))
            both = [ours[criterion] == theirs[criterion] for criterion in ours.keys() & theirs.keys()]
            if both:
                yield _at(review), round(10_000 * sum(both) / len(both)) / 10_000, 1.0, review


def _at(review: Review) -> datetime:
    assert review.published_at is not None
    return review.published_at


ORACLES: dict[str, Callable[[Told], Amounts]] = {
    "quality_score": lambda told: _weighted(told, "score_bp"),
    "quality_score_before_critical": lambda told: _weighted(told, "score_before_critical_bp"),
    "critical_error_rate": lambda told: _share(told, lambda r: r.critical_failed),
    "reviews_published": lambda told: ((_at(r), 1.0, 0.0, r) for r in told.reviews),
    "review_acknowledgement_rate": lambda told: _share(told, lambda r: hasattr(r, "acknowledgement")),
    "dispute_rate": lambda told: _share(told, lambda r: r.disputes.exists()),
    "agreement": lambda told: _agreements(told),
    "dispute_overturn_rate": lambda told: (
        (d.decided_at, float(d.state in ("accepted", "partly")), 1.0, d.review) for d in told.disputes if d.decided_at
    ),
}


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    """Reviews of alice and dave on two scorecards: pairs, failures, N/A, disputes, confirmations."""
    cast, rng = make_cast(), np.random.default_rng(5)
    versions, rita = (save_scorecard(), save_scorecard("Payments")), reviewer("rita")
    User.objects.create(username="lead", role=Role.TEAM_LEAD)
    for ticket in range(TICKETS):
        name = ("alice", "dave")[ticket % 2]
        at = START + EVERY * ticket
        seats = open_seats(
            versions[ticket % 5 < 2], cast.agents[name], cast.teams["team-a" if name == "alice" else "team-b"],
            ticket=ticket, seats=1 + (ticket % 7 in (0, 3)), weight=float(8 + rng.integers(0, 12)),
            solved_at=at - timedelta(hours=30),
        )  # fmt: skip
        users = (cast.users["quinn"], rita) if ticket % 4 < 2 else (rita, cast.users["quinn"])
        for seat, user in zip(seats, users, strict=False):
            tone = None if rng.random() < 0.2 else int(rng.integers(1, 6))
            privacy = 1 + int(rng.random() > 0.15)
            done = reviewed(seat, user, at=at, privacy=privacy, tone=tone, solution=int(rng.integers(1, 6)))
        done = Review.objects.get(pk=seats[0].pk)
        if ticket % 3:
            acknowledge(done, cast.users[name], now=at)
        if ticket % 3 == 0:
            _dispute(done, cast, name, at, is_granted=bool(ticket % 4))
    return cast


@pytest.fixture
def cast(stage: Cast) -> Cast:
    return deepcopy(stage)


def _dispute(review: Review, cast: Cast, name: str, at: datetime, *, is_granted: bool) -> None:
    score = review.scores.get(criterion__key="privacy")
    other = 3 - (score.step or 1)
    dispute = raise_dispute(review, cast.users[name], {score.criterion_id: other}, reason="See it again", now=at)
    lead = User.objects.get(username="lead")
    decide(dispute, lead, {score.criterion_id: is_granted}, answer="Read", now=at + timedelta(hours=9))


def told() -> Told:
    with_all = ("sampled", "acknowledgement", "team", "agent", "reviewer", "scorecard")
    counting = Review.objects.published().filter(seat=1).select_related(*with_all)
    return Told(list(counting), list(Dispute.objects.select_related("review")))


def day_of(at: datetime) -> date:
    return at.astimezone(ZoneInfo(ZONE)).date()


def within(amounts: Amounts) -> Amounts:
    return (each for each in amounts if PERIOD.start <= day_of(each[0]) <= PERIOD.end)


def summed(amounts: Amounts, by: Callable[[datetime, Review], Hashable]) -> dict[Hashable, Summed]:
    found: dict[Hashable, Summed] = {}
    for at, part, whole, review in amounts:
        before = found.get(by(at, review), (0.0, 0.0, 0))
        found[by(at, review)] = before[0] + part, before[1] + whole, before[2] + 1
    return found


def same(slug: str, figure: Figure, expected: Summed) -> None:
    """A figure is what was summed: its value and its n, or a gap where nothing is to be told."""
    part, whole, n = expected
    if slug == "reviews_published":
        assert (figure.value, figure.n) == (part, n), slug
        return
    metric = registry.metric(slug)
    assert isinstance(metric, Ratio)
    assert figure.n == n, slug
    if not whole or (metric.squares and n < metric.minimum_n):
        assert figure.value is None, slug
    else:
        assert figure.value == pytest.approx(part / whole, abs=1e-9), slug


def test_every_metric_of_quality_has_an_oracle() -> None:
    assert {metric.slug for metric in METRICS} == {*ORACLES, COVERAGE}


@override_settings(REPORTING_ZONE=ZONE)
def test_the_engine_counts_what_the_oracle_counts_day_by_day(cast: Cast) -> None:
    refill()
    rows = told()
    for slug, amounts in ORACLES.items():
        days = summed(within(amounts(rows)), lambda at, review: day_of(at))
        result = Reader(SYSTEM).run(Query(slug, PERIOD, Grain.DAY))
        for row in result.rows:
            same(slug, row.figure, days.get(row.start, (0.0, 0.0, 0)))
        assert any(row.figure.value is not None for row in result.rows) or slug == "agreement", slug
        (total,) = summed(within(amounts(rows)), lambda at, review: None).values()
        same(slug, result.total, total)


@override_settings(REPORTING_ZONE=ZONE)
@pytest.mark.parametrize("by", CUTS)
def test_the_engine_counts_what_the_oracle_counts_cut_by_cut(cast: Cast, by: str) -> None:
    """In a table by the cut, and with a filter on each of its values: the same figure, its interval too."""
    refill()
    rows = told()
    for slug, amounts in ORACLES.items():
        expected = summed(within(amounts(rows)), lambda at, review: CUTS[by](review))
        figures = {row.keys[0]: row.figure for row in Reader(SYSTEM).run(Query(slug, PERIOD, by=(by,))).rows}
        assert len(expected) == 2 and expected.keys() <= figures.keys(), slug
        for key, figure in figures.items():
            same(slug, figure, expected.get(key, (0.0, 0.0, 0)))
            assert Reader(SYSTEM).run(Query(slug, PERIOD, where=((by, (key,)),))).total == figure, slug


@override_settings(REPORTING_ZONE=ZONE)
@pytest.mark.parametrize(
    ("slug", "column"),
    [("quality_score", "score_bp"), ("quality_score_before_critical", "score_before_critical_bp")],
)
@pytest.mark.parametrize("by", CUTS)
def test_the_interval_of_a_score_is_that_of_the_spread_within_agents(
    cast: Cast, by: str, slug: str, column: str
) -> None:
    """Of both scorecards together: neither has enough reviews to tell a spread of its own."""
    refill()
    scored = [review for review in told().reviews if getattr(review, column) is not None]
    groups: dict[tuple[str, str], list[Review]] = {}
    for review in scored:
        groups.setdefault((review.agent.slug, review.scorecard.slug), []).append(review)
    squares = freedom = 0.0
    for group in groups.values():
        xs, ws = (np.array([f(r) for r in group]) for f in (lambda r: getattr(r, column), lambda r: r.sampled.weight))
        effective = ws.sum() ** 2 / (ws**2).sum()
        squares += effective * float(np.average((xs - np.average(xs, weights=ws)) ** 2, weights=ws))
        freedom += effective - 1
    assert FREEDOM <= freedom < 2 * FREEDOM
    sd = np.sqrt(squares / freedom) / 10_000
    for row in Reader(SYSTEM).run(Query(slug, PERIOD, by=(by,))).rows:
        mine = [r for r in scored if CUTS[by](r) == row.keys[0] and PERIOD.start <= day_of(_at(r)) <= PERIOD.end]
        weights = np.array([r.sampled.weight for r in mine])
        half = 1.959963984540054 * sd * np.sqrt((weights**2).sum()) / weights.sum()
        value, low, high = row.figure.value, row.figure.low, row.figure.high
        assert value is not None
        assert low == pytest.approx(max(0, value - half))
        assert high == pytest.approx(min(1, value + half))


def test_what_a_dispute_changes_reaches_the_figures(cast: Cast) -> None:
    """Refilled before and after: marks alone bring the change in."""
    refill()
    whole = Period(date(2026, 3, 1), date(2026, 4, 30))
    before = Reader(SYSTEM).run(Query("critical_error_rate", whole)).total
    failed = Review.objects.published().filter(seat=1, critical_failed=True).exclude(disputes__state="open")
    review = next(r for r in failed if not r.disputes.exists())
    name = review.agent.slug
    _dispute(review, cast, name, START + timedelta(days=12), is_granted=True)
    refill()
    after = Reader(SYSTEM).run(Query("critical_error_rate", whole)).total
    assert before.n == after.n
    assert round((before.value or 0) * before.n) - round((after.value or 0) * after.n) == 1


def test_half_a_pair_is_in_no_figure(cast: Cast) -> None:
    version = save_scorecard()
    refill()
    whole = Period(date(2026, 3, 1), date(2026, 4, 30))
    figures = ("reviews_published", "quality_score", "critical_error_rate")
    before = [Reader(SYSTEM).run(Query(slug, whole)).total for slug in figures]
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=999, seats=2)
    at = START + timedelta(days=14)
    reviewed(one, cast.users["quinn"], at=at, privacy=1)
    refill()
    assert [Reader(SYSTEM).run(Query(slug, whole)).total for slug in figures] == before
    reviewed(two, User.objects.get(username="rita"), at=at)
    refill()
    after = Reader(SYSTEM).run(Query("reviews_published", whole)).total
    assert after.value == (before[0].value or 0) + 1


def test_a_score_of_few_reviews_is_not_told(cast: Cast) -> None:
    refill()
    result = Reader(SYSTEM).run(Query("quality_score", PERIOD, Grain.DAY))
    few = [row.figure for row in result.rows if 0 < row.figure.n < FEWEST]
    assert few
    assert all(figure.value is None for figure in few)
