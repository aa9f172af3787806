"""One look a week at emerging themes, as a letter takes it, against simple rules: false alarms and rises caught.

`daily_surveillance.py` has the looks that open alarms.

300 themes of 1 to 200 messages a week at first, as many small as large ones ("even") or mostly small
ones ("small": even on the log scale). Contacts grow by a third in a year, have a season, vary from week
to week, and rise by 40 % as a whole in two of the weeks judged. One theme in five has two wild weeks in
its past. In each week judged one theme in fifteen rises, by x1.5, x2 or x3; false alarms
are counted over the others. A rule that looks at one week can hardly do better than one that knows each theme's
rate and spread instead of learning them, so that one is shown beside ours, at one false alarm in 100.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from insights.surveillance import WEEKLY, Class, Rule, survey

THEMES, PAST, JUDGED = 300, 30, 18
DISPERSIONS = (0.02, 0.1)
COMMON_JUMPS = (PAST + 5, PAST + 12)
EVERY = 45  # in a week one theme in so many rises by each of the factors
FACTORS = (1.5, 2.0, 3.0)
CONTACTS = 1.6  # for each message of a theme


@dataclass(frozen=True)
class World:
    """Counts without any rise, what they vary around, and all contacts."""

    means: NDArray[np.float64]  # [theme]
    counts: NDArray[np.int64]  # [theme, week]
    contacts: NDArray[np.int64]  # [week]


@dataclass(frozen=True)
class Score:
    """Shares of theme-weeks; rises caught in their first week by (factor, size)."""

    false: float  # alarms where nothing rose
    caught: dict[tuple[float, str], float]  # sizes: small (5 to 30 a week), large (above)
    watched: dict[tuple[float, str], float]  # caught, or on the watch list


Flags = tuple[NDArray[np.bool_], NDArray[np.bool_]]  # alarms, and those with what is only watched
# From counts, contacts, and the means that only the world knows.
Judge = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]], Flags]


def world(rng: np.random.Generator, *, phi: float, themes: int = THEMES, sizes: str = "even") -> World:
    weeks = np.arange(PAST + JUDGED)
    volume = np.exp(0.006 * weeks) * (1 + 0.1 * np.sin(2 * np.pi * weeks / 52)) * rng.lognormal(0, 0.06, len(weeks))
    volume[list(COMMON_JUMPS)] *= 1.4
    means = rng.uniform(1, 200, themes) if sizes == "even" else np.exp(rng.uniform(0, np.log(200), themes))
    expected = means[:, None] * volume
    wild = rng.choice(themes, themes // 5, replace=False)
    for theme in wild:
        expected[theme, rng.choice(PAST, 2, replace=False)] *= rng.uniform(2, 4)
    counts = rng.poisson(expected * rng.gamma(1 / phi, phi, expected.shape))
    contacts = rng.poisson(means.sum() * CONTACTS * volume)
    return World(means, counts, contacts)


def ours(rule: Rule) -> Judge:
    def judge(counts: NDArray[np.int64], contacts: NDArray[np.int64], _: NDArray[np.float64]) -> Flags:
        found = survey(counts, contacts, rule=rule)
        alarms = np.array([finding.status == Class.ALARM for finding in found])
        return alarms, alarms | np.array([finding.status == Class.WATCH for finding in found])

    return judge


def known(phi: float, *, false: float = 0.01) -> Judge:
    """The rule that knows what themes vary around and how much, at so many false alarms."""

    def judge(counts: NDArray[np.int64], contacts: NDArray[np.int64], means: NDArray[np.float64]) -> Flags:
        mean = means * contacts[-1] / (means.sum() * CONTACTS)
        predicted = stats.nbinom(1 / phi, 1 / (1 + phi * mean))
        alarms = predicted.sf(counts[:, -1]) + predicted.pmf(counts[:, -1]) / 2 <= false
        return alarms, alarms

    return judge


def two_sigma(counts: NDArray[np.int64], _contacts: NDArray[np.int64], _: NDArray[np.float64]) -> Flags:
    """Two standard deviations above the last eight weeks, the volume of the week ignored."""
    past = counts[:, -9:-1]
    alarms = counts[:, -1] > past.mean(axis=1) + 2 * past.std(axis=1, ddof=1)
    return alarms, alarms


def score(judge: Judge, *, phi: float, seed: int, worlds: int = 1, sizes: str = "even") -> Score:
    false, caught, watched, factors, means = [], [], [], [], []
    for nth in range(worlds):
        rng = np.random.default_rng([seed, nth])
        calm = world(rng, phi=phi, sizes=sizes)
        for week in range(PAST, PAST + JUDGED):
            factor = rises(week)
            counts = calm.counts[:, : week + 1].copy()
            counts[:, -1] += rng.poisson(counts[:, -1] * (factor - 1))
            alarms, seen = judge(counts, calm.contacts[: week + 1], calm.means)
            false.append(alarms[factor == 1])
            caught.append(alarms)
            watched.append(seen)
            factors.append(factor)
            means.append(calm.means)
    factor, mean = np.concatenate(factors), np.concatenate(means)
    bands = {"small": (mean >= 5) & (mean <= 30), "large": mean > 30}
    chosen = {(f, size): (factor == f) & band for f in FACTORS for size, band in bands.items()}
    return Score(
        false=float(np.concatenate(false).mean()),
        caught={key: float(np.concatenate(caught)[rows].mean()) for key, rows in chosen.items()},
        watched={key: float(np.concatenate(watched)[rows].mean()) for key, rows in chosen.items()},
    )


def rises(week: int) -> NDArray[np.float64]:
    """By how much each theme rises in a week; others in every week."""
    place = (np.arange(THEMES) * 7 + week) % EVERY
    return np.select([place == n for n in range(len(FACTORS))], FACTORS, 1.0)


def run() -> None:
    heads = [f"x{factor:g} {size}" for factor in FACTORS for size in ("small", "large")]
    print(f"{'rule':<22} sizes   phi  false/100  " + "  ".join(f"{head:>10}" for head in heads) + "  x2 small watched")
    rules: tuple[tuple[str, Callable[[float], Judge]], ...] = (
        ("2 sigma, raw counts", lambda _: two_sigma),
        ("one look a week (ours)", lambda _: ours(WEEKLY)),
        ("rates known (bound)", known),
    )
    for (name, rule), sizes, phi in product(rules, ("even", "small"), DISPERSIONS):
        got = score(rule(phi), phi=phi, seed=2026, worlds=10, sizes=sizes)
        shares = "  ".join(f"{share:>10.0%}" for share in got.caught.values())
        print(f"{name:<22} {sizes:<6} {phi:>4} {100 * got.false:>10.2f}  {shares}  {got.watched[2.0, 'small']:>16.0%}")
