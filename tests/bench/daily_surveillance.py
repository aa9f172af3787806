"""The surveillance that runs, day by day: alarms that open though nothing rose, and rises found within seven days.

Each day is looked at, and the seven days that end with it, as `insights/alarms.py` does; an alarm opens where the
last flag is more than two weeks old. Themes and contacts are those of `surveillance.py`, cut into days: volume has
a weekday's rhythm and varies from day to day too, and a theme's share varies with the same dispersion from week to
week and again from day to day. Rises last seven days and begin on any weekday.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from insights.surveillance import DAILY, FEWEST, SEVEN_DAYS, Rule, survey
from tests.bench.surveillance import COMMON_JUMPS, CONTACTS, DISPERSIONS, FACTORS, JUDGED, PAST, THEMES, rises

CALM = 14  # days after which an open alarm is over
WEEKDAYS = np.array([1.15, 1.1, 1.05, 1.05, 1.05, 0.8, 0.8])
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Looks:
    """What one world shows at the looks of every judged day, [theme, day]: q at both, and what rises by how much."""

    means: Floats  # [theme], messages a week
    day: Floats
    week: Floats
    factor: Floats


@dataclass(frozen=True)
class Score:
    """Alarms by theme-week where nothing rose, their share in all alarms, and rises found within seven days."""

    false: float
    share_false: float
    caught: dict[tuple[float, str], float]  # by (factor, size): small is 5 to 30 a week, large above
    days: dict[tuple[float, str], float]  # to the first flag of those caught, the median


def world(rng: np.random.Generator, *, phi: float, sizes: str = "even") -> tuple[Floats, Counts, Counts]:
    """Means by week, counts by day without any rise, and all contacts."""
    weeks = np.arange(PAST + JUDGED)
    by_week = np.exp(0.006 * weeks) * (1 + 0.1 * np.sin(2 * np.pi * weeks / 52)) * rng.lognormal(0, 0.06, len(weeks))
    by_week[list(COMMON_JUMPS)] *= 1.4
    volume = np.outer(by_week, WEEKDAYS).ravel() * rng.lognormal(0, 0.06, 7 * len(weeks)) / 7
    means = rng.uniform(1, 200, THEMES) if sizes == "even" else np.exp(rng.uniform(0, np.log(200), THEMES))
    share = rng.gamma(1 / phi, phi, (THEMES, len(weeks)))
    for theme in rng.choice(THEMES, THEMES // 5, replace=False):
        share[theme, rng.choice(PAST, 2, replace=False)] *= rng.uniform(2, 4)
    expected = means[:, None] * volume * np.repeat(share, 7, axis=1)
    counts = rng.poisson(expected * rng.gamma(1 / phi, phi, expected.shape))
    return means, counts, rng.poisson(means.sum() * CONTACTS * volume)


def looks(*, phi: float, seed: int, worlds: int = 1, sizes: str = "even", weeks: int = JUDGED) -> Iterator[Looks]:
    for nth in range(worlds):
        rng = np.random.default_rng([seed, nth])
        means, counts, contacts = world(rng, phi=phi, sizes=sizes)
        begin = nth % 7  # the weekday that this world's rises begin on
        parts = [
            _seven_days(rng, counts, contacts, 7 * week + begin, rises(week))
            for week in range(PAST, PAST + min(weeks, JUDGED - (begin > 0)))
        ]
        yield Looks(means, *(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))


def _seven_days(
    rng: np.random.Generator, calm: Counts, contacts: Counts, first: int, factor: Floats
) -> tuple[Floats, Floats, Floats]:
    """q of the day and of its week, and the factor, for seven days in which some themes rise; the past is calm."""
    counts = calm[:, : first + 7].copy()
    counts[:, first:] += rng.poisson(counts[:, first:] * (factor[:, None] - 1))
    told = [(counts[:, :end], contacts[:end]) for end in range(first + 1, first + 8)]
    day = [_q(*each, DAILY) for each in told]
    week = [_q(*_in_weeks(*each), SEVEN_DAYS) for each in told]
    return np.stack(day, axis=1), np.stack(week, axis=1), np.repeat(factor[:, None], 7, axis=1)


def _in_weeks(counts: Counts, contacts: Counts) -> tuple[Counts, Counts]:
    days = len(contacts) // 7 * 7
    return counts[:, -days:].reshape(len(counts), -1, 7).sum(axis=2), contacts[-days:].reshape(-1, 7).sum(axis=1)


def _q(counts: Counts, contacts: Counts, rule: Rule) -> Floats:
    """1 where a theme has too few messages for an alarm, whatever its q."""
    found = survey(counts, contacts, rule=rule)
    return np.array([finding.q if finding.observed >= FEWEST else 1.0 for finding in found])


def score(told: list[Looks], *, day: float = DAILY.q, week: float = SEVEN_DAYS.q) -> Score:
    """Were alarms raised at these q, by the look at a day and the one at seven."""
    false, calm, firsts, factors, means = 0, 0, [], [], []
    for one in told:
        flags = (one.day <= day) | (one.week <= week)
        is_calm = one.factor == 1
        false += int(opened(flags & is_calm).sum())
        calm += int(is_calm.sum())
        weeks = flags.reshape(len(flags), -1, 7)
        firsts.append(np.where(weeks.any(axis=2), weeks.argmax(axis=2) + 1, 0))
        factors.append(one.factor[:, ::7])
        means.append(np.broadcast_to(one.means[:, None], firsts[-1].shape))
    first, factor, mean = (np.concatenate([part.ravel() for part in parts]) for parts in (firsts, factors, means))
    bands = {"small": (mean >= 5) & (mean <= 30), "large": mean > 30}
    chosen = {(f, size): first[(factor == f) & band] for f in FACTORS for size, band in bands.items()}
    true = int(((first > 0) & (factor > 1)).sum())
    return Score(
        false=7 * false / calm,
        share_false=false / (false + true),
        caught={key: float((days > 0).mean()) for key, days in chosen.items()},
        days={key: float(np.median(days[days > 0])) for key, days in chosen.items()},
    )


def opened(flags: Flags) -> Flags:
    """The days on which an alarm opens: flagged, and not within CALM days before."""
    so_far = np.cumsum(flags, axis=1)
    before = np.concatenate([np.zeros((len(flags), 1), int), so_far[:, :-1]], axis=1)
    earlier = np.concatenate([np.zeros((len(flags), CALM + 1), int), so_far], axis=1)[:, : flags.shape[1]]
    is_open: Flags = before > earlier
    return flags & ~is_open


def run() -> None:
    heads = [f"x{factor:g} {size}" for factor in FACTORS for size in ("small", "large")]
    print("sizes   phi  false/100  of alarms  " + "  ".join(f"{head:>13}" for head in heads))
    for sizes, phi in product(("even", "small"), DISPERSIONS):
        got = score(list(looks(phi=phi, seed=2026, worlds=7, sizes=sizes)))
        caught = "  ".join(f"{share:>6.0%} day {got.days[key]:.0f}" for key, share in got.caught.items())
        print(f"{sizes:<6} {phi:>4} {100 * got.false:>10.2f} {got.share_false:>10.0%}  {caught}")
