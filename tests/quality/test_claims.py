"""What the bench prints, held to what the product claims. Seeds are fixed, so nothing here is luck."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.roles import SYSTEM
from tests.bench.quality import TOLD, UNEVEN, bias, coverage
from tests.bench.simulated_reviews import write
from tests.cast import make_cast


@pytest.mark.django_db
def test_the_interval_of_five_reviews_covers_what_it_says() -> None:
    """Of 3,000 agents, as the table of the quality score by agent tells it."""
    covered = {way.name: way.covered for way in coverage(5, rounds=100)}
    assert 0.94 <= covered[TOLD] <= 0.96
    assert 0.94 <= covered[UNEVEN] <= 0.96
    assert covered["t"] < 0.9
    assert covered["percentile bootstrap"] < 0.8


@pytest.mark.django_db
def test_one_agent_has_one_interval_however_it_is_asked() -> None:
    """In a table, by a filter, by both, and over HTTP."""
    rng, at = np.random.default_rng(3), datetime(2026, 3, 30, 12, tzinfo=UTC)
    skill = rng.uniform(0.5, 1, (2, 12, 1))  # agents who differ
    given = np.clip(skill + rng.normal(0, [[[0.05]], [[0.15]]], (2, 12, 5)), 0, 1)
    scores = given.astype(np.float64).round(4)
    written = write(scores, np.ones_like(scores), at=at, name="cards")
    (low, high), reader = written.intervals(), Reader(SYSTEM)
    # By hand, on the second scorecard: squares of distances from each agent's own mean, over 12 x 4.
    sd = np.sqrt(((scores[1] - scores[1].mean(axis=1, keepdims=True)) ** 2).sum() / 48)
    half = 1.959963984540054 * sd / np.sqrt(5)
    assert high[1] == pytest.approx(np.minimum(1, scores[1].mean(axis=1) + half))
    assert low[1] == pytest.approx(np.maximum(0, scores[1].mean(axis=1) - half))

    slug, card = written.agents[1][0], written.scorecards[1]
    of_agent, of_card = ("agent", (slug,)), ("scorecard", (card,))
    alone = reader.run(Query("quality_score", written.on, where=(of_agent,))).total
    assert alone.n == 5
    assert alone.low == pytest.approx(low[1, 0])
    assert alone.high == pytest.approx(high[1, 0])
    assert reader.run(Query("quality_score", written.on, where=(of_card, of_agent))).total == alone
    (row,) = reader.run(Query("quality_score", written.on, Grain.TOTAL, ("agent",), (of_agent,))).rows
    assert row.figure == alone
    carol = make_cast().client("carol")
    told = carol.get(f"/api/v1/metrics/quality_score/?period={written.on}&agent={slug}&compare=off").json()
    assert [(row["low"], row["high"]) for row in told["rows"]] == [(alone.low, alone.high)]


def test_weights_take_the_bias_out_of_a_sample_that_favours_trouble() -> None:
    off = {name: float(means.mean()) - truth for name, means, truth in bias(draws=200)}
    assert off["half from risk, plain mean"] < -0.05
    assert abs(off["half from risk, weighted"]) < 0.005
