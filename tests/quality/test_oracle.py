"""Every metric of quality twice: counted naively over reviews, and asked of the engine, across a change of clocks."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.test import override_settings

from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.rollup import refill
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM, Role
from quality.disputes import acknowledge, decide, raise_dispute
from quality.metrics import METRICS
from quality.models import Dispute, Review
from quality.strips import FEWEST
from tests.cast import Cast, make_cast
from tests.quality.building import open_seats, reviewed, reviewer, save_scorecard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
ZONE = "Europe/London"  # clocks change on 29 March 2026
PERIOD = Period(date(2026, 3, 23), date(2026, 4, 5))
START = datetime(2026, 3, 22, 21, 30, tzinfo=UTC)
TICKETS = 40
Amounts = Iterator[tuple[datetime, float, float]]  # when, part, whole


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
            yield _at(review), weight * score / 10_000, weight


def _share(told: Told, is_part: Callable[[Review], bool]) -> Amounts:
    return ((_at(review), float(is_part(review)), 1.0) for review in told.reviews)


def _agreements(told: Told) -> Amounts:
    """From the steps that both gave, as they stand in the tables; to the hundredth of a per cent."""
    for review in told.reviews:
        for other in Review.objects.published().filter(sampled=review.sampled, seat=2):
            ours, theirs = ({s.criterion_id: s.step for s in r.scores.all() if s.step} for r in (review, other))
            both = [ours[criterion] == theirs[criterion] for criterion in ours.keys() & theirs.keys()]
            if both:
                yield _at(review), round(10_000 * sum(both) / len(both)) / 10_000, 1.0


def _at(review: Review) -> datetime:
    assert review.published_at is not None
    return review.published_at


ORACLES: dict[str, Callable[[Told], Amounts]] = {
    "quality_score": lambda told: _weighted(told, "score_bp"),
    "quality_score_before_critical": lambda told: _weighted(told, "score_before_critical_bp"),
    "critical_error_rate": lambda told: _share(told, lambda r: r.critical_failed),
    "reviews_published": lambda told: ((_at(r), 1.0, 0.0) for r in told.reviews),
    "review_acknowledgement_rate": lambda told: _share(told, lambda r: hasattr(r, "acknowledgement")),
    "dispute_rate": lambda told: _share(told, lambda r: r.disputes.exists()),
    "agreement": lambda told: _agreements(told),
    "dispute_overturn_rate": lambda told: (
        (d.decided_at, float(d.state in ("accepted", "partly")), 1.0) for d in told.disputes if d.decided_at
    ),
    "review_coverage": lambda told: ((r.sampled.solved_at, 1.0, 0.0) for r in told.reviews),  # its part
}


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    """Reviews of alice and dave around the change of clocks: pairs, failures, N/A, disputes, confirmations."""
    cast, rng = make_cast(), np.random.default_rng(5)
    version, rita = save_scorecard(), reviewer("rita")
    User.objects.create(username="lead", role=Role.TEAM_LEAD)
    for ticket in range(TICKETS):
        name = ("alice", "dave")[ticket % 2]
        at = START + timedelta(hours=8.3 * ticket)
        seats = open_seats(
            version, cast.agents[name], cast.teams["team-a" if name == "alice" else "team-b"], ticket=ticket,
            seats=1 + (ticket % 7 == 0), weight=float(1 + rng.integers(0, 30)), solved_at=at - timedelta(hours=30),
        )  # fmt: skip
        for seat, user in zip(seats, (cast.users["quinn"], rita), strict=False):
            tone = None if rng.random() < 0.2 else int(rng.integers(1, 6))
            privacy = 1 + int(rng.random() > 0.15)
            done = reviewed(seat, user, at=at, privacy=privacy, tone=tone, solution=int(rng.integers(1, 6)))
        done = Review.objects.get(pk=seats[0].pk)
        if ticket % 3:
            acknowledge(done, cast.users[name], now=at)
        if ticket % 4 == 0:
            _dispute(done, cast, name, at, is_granted=bool(ticket % 8))
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
    counting = Review.objects.published().filter(seat=1).select_related("sampled", "acknowledgement")
    return Told(list(counting), list(Dispute.objects.select_related("review")))


def days_of(amounts: Amounts, zone: str) -> dict[date, tuple[float, float, int]]:
    found: dict[date, tuple[float, float, int]] = {}
    for at, part, whole in amounts:
        day = at.astimezone(ZoneInfo(zone)).date()
        before = found.get(day, (0.0, 0.0, 0))
        found[day] = before[0] + part, before[1] + whole, before[2] + 1
    return found


def test_every_metric_of_quality_has_an_oracle() -> None:
    assert {metric.slug for metric in METRICS} == set(ORACLES)


@override_settings(REPORTING_ZONE=ZONE)
def test_the_engine_counts_what_the_oracle_counts_day_by_day(cast: Cast) -> None:
    refill()
    rows = told()
    for slug, amounts in ORACLES.items():
        if slug == "review_coverage":
            continue  # its whole is another app's; its part is compared below
        expected = days_of(amounts(rows), ZONE)
        result = Reader(SYSTEM).run(Query(slug, PERIOD, Grain.DAY))
        minimum = registry.metric(slug).minimum_n
        for row in result.rows:
            assert row.start is not None
            part, whole, n = expected.get(row.start, (0.0, 0.0, 0))
            if slug == "reviews_published":
                assert row.figure.value == part, (slug, row.start)
            elif row.figure.value is None:
                assert not whole or n < minimum, (slug, row.start)
            else:
                assert row.figure.value == pytest.approx(part / whole, abs=1e-9), (slug, row.start)
        total = [amount for day, amount in expected.items() if PERIOD.start <= day <= PERIOD.end]
        if slug != "reviews_published":
            part, whole = sum(t[0] for t in total), sum(t[1] for t in total)
            assert result.total.value == pytest.approx(part / whole, abs=1e-9), slug
            assert result.total.n == sum(t[2] for t in total), slug


@override_settings(REPORTING_ZONE=ZONE)
def test_cuts_by_team_reviewer_and_scorecard_add_up(cast: Cast) -> None:
    refill()
    for by in ("team", "reviewer", "scorecard", "agent"):
        result = Reader(SYSTEM).run(Query("reviews_published", PERIOD, Grain.TOTAL, (by,)))
        assert sum(row.figure.value or 0 for row in result.rows) == result.total.value


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
