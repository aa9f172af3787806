"""Whether the intervals of few reviews cover what they say, and whether weighted means are unbiased.

Simulated reviews: five criteria on a scale of five steps and a binary critical one, scored by the
default policy, so that most scores lie high and some are 0. The seed is fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from ops_dashboard.metrics.intervals import Z
from quality.agreement import Level, Ratings, alpha
from quality.sampling import stratified
from tests.bench.simulated_reviews import write

SEED = 42
ROUNDS, AGENTS = 400, 30
MOST = 60_000  # reviews that a size is tried with
DAY = datetime(2026, 3, 30, 12, tzinfo=UTC)
TOLD, UNEVEN = "the quality score's", "the same, uneven weights"
RESAMPLES = 400
SIZES = (5, 10, 20, 50)
CRITICAL = 0.06
TICKETS, REVIEWS, DRAWS = 4000, 200, 600
PASSES, FLIPPED = 0.88, 0.047  # of a binary criterion: raw agreement of 91 %

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]


@dataclass(frozen=True)
class Way:
    """A way to make intervals: how often they held the truth, and half their mean width."""

    name: str
    covered: float
    half: float


def run(sizes: Sequence[int] = SIZES) -> None:
    """Print coverage by reviews per agent, the bias of sampling, and the spread of alpha."""
    print(f"{'reviews per agent':<20}{'interval':<24}{'covers':>9}{'half-width':>13}")
    for size in sizes:
        for way in coverage(size, rounds=min(ROUNDS, MOST // (AGENTS * size))):
            print(f"{size:<20}{way.name:<24}{way.covered:>8.1%}{way.half * 100:>10.1f} pp")
    print()
    print(f"{'sample of ' + str(REVIEWS):<32}{'mean':>9}{'bias':>12}{'sd':>10}")
    for name, means, truth in bias():
        print(f"{name:<32}{means.mean():>8.1%}{(means.mean() - truth) * 100:>+9.2f} pp{means.std() * 100:>7.2f} pp")
    print()
    print(f"{'double-scored units':<24}{'alpha':>9}{'95 % of samples':>20}{'seconds':>10}")
    for units in (20, 50, 80, 300):
        mean, low, high, seconds = spread_of_alpha(units)
        print(f"{units:<24}{mean:>9.2f}{f'{low:.2f} .. {high:.2f}':>20}{seconds:>10.2f}")


def scores(rng: np.random.Generator, skill: Floats, reviews: int) -> Floats:
    """(agents, reviews) scores of agents with these skills."""
    steps = rng.binomial(4, np.broadcast_to(skill[:, None, None], (len(skill), reviews, 5))) / 4
    return np.where(rng.random((len(skill), reviews)) < CRITICAL, 0.0, steps.mean(axis=2))


def coverage(size: int, *, rounds: int = ROUNDS) -> list[Way]:
    """How often each interval holds the agent's true mean, over rounds of AGENTS agents on a scorecard of their own."""
    rng = np.random.default_rng([SEED, size])
    skill = rng.beta(43, 7, rounds * AGENTS)  # mean .86
    truth = ((1 - CRITICAL) * skill).reshape(rounds, AGENTS)
    drawn = scores(rng, skill, size).reshape(rounds, AGENTS, size)
    ways = {**_as_told(rng, drawn), **_of_their_own(rng, drawn)}
    return [
        Way(name, float(((low <= truth) & (truth <= high)).mean()), float((high - low).mean() / 2))
        for name, (low, high) in ways.items()
    ]


def _as_told(rng: np.random.Generator, drawn: Floats) -> dict[str, Bounds]:
    """What the engine answers, from rows of reviews: of equal weight, and of weights that differ up to sixfold."""
    uneven = rng.integers(2, 13, drawn.shape).astype(np.float64)
    size = drawn.shape[2]
    at = DAY - timedelta(days=2 * size)  # each on a day of its own
    return {
        TOLD: write(drawn, np.ones_like(drawn), at=at, name=f"even-{size}").intervals(),
        UNEVEN: write(drawn, uneven, at=at - timedelta(days=1), name=f"uneven-{size}").intervals(),
    }


def _of_their_own(rng: np.random.Generator, drawn: Floats) -> dict[str, Bounds]:
    """Intervals from each agent's own scores, as they are usually made."""
    size = drawn.shape[2]
    mean, error = drawn.mean(axis=2), drawn.std(axis=2, ddof=1) / np.sqrt(size)
    half = student.ppf(0.975, size - 1) * error
    low, high = np.quantile(
        np.stack([drawn[:, :, rng.integers(0, size, size)].mean(axis=2) for _ in range(RESAMPLES)]), [0.025, 0.975],
        axis=0,
    )  # fmt: skip
    return {
        "t": (mean - half, mean + half),
        "percentile bootstrap": (low, high),
        "normal": (mean - Z * error, mean + Z * error),
    }


def bias(*, draws: int = DRAWS) -> list[tuple[str, Floats, float]]:
    """Half of the reviews from the tenth of tickets that ended badly: plain mean, weighted mean; and without risk."""
    rng = np.random.default_rng([SEED, 1])
    units = np.arange(TICKETS, dtype=np.int64)
    is_risky = (rng.random(TICKETS) < 0.1).astype(np.int64)
    skill = np.where(is_risky == 1, 0.68, 0.88)
    whole = scores(rng, skill, 1)[:, 0]
    plain, weighted, random = np.zeros(draws), np.zeros(draws), np.zeros(draws)
    for draw in range(draws):
        risky = stratified(units, is_risky, {0: REVIEWS // 2, 1: REVIEWS // 2}, f"draw {draw}")
        even = stratified(units, np.zeros(TICKETS, dtype=np.int64), {0: REVIEWS}, f"draw {draw}")
        plain[draw], random[draw] = whole[risky.unit].mean(), whole[even.unit].mean()
        weighted[draw] = np.average(whole[risky.unit], weights=risky.weight)
    truth = float(whole.mean())
    return [
        ("half from risk, plain mean", plain, truth),
        ("half from risk, weighted", weighted, truth),
        ("simple random", random, truth),
    ]


def spread_of_alpha(units: int, *, samples: int = 400) -> tuple[float, float, float, float]:
    """Mean and 95 % range of alpha over samples of this size; seconds of one alpha with its bootstrap."""
    rng = np.random.default_rng([SEED, units])
    found = []
    for _ in range(samples):
        truth = rng.random(units) < PASSES
        raters = (truth ^ (rng.random((2, units)) < FLIPPED)).astype(np.float64)
        ratings = Ratings.of([*range(units), *range(units)], [0] * units + [1] * units, raters.ravel().tolist())
        value = alpha(ratings, Level.NOMINAL, replicates=0).value
        if value is not None:
            found.append(value)
    began = perf_counter()
    alpha(ratings, Level.NOMINAL)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(np.mean(found)), float(low), float(high), perf_counter() - began
