"""Before and after: how often a change without any effect is called a success, and a real one found.

A theme's rate wanders (AR(1) on the log scale, sd 0.25, correlation 0.6 from week to week). Work on it
starts in the first week that stands 50 % above its last 26 weeks, and ships two weeks later. Rules
people use stand beside ours.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from insights.effects import AFTER_WEEKS, BASE_WEEKS, LEFT_OUT, Verdict, effect

SD, CORRELATION = 0.25, 0.6
HISTORY = BASE_WEEKS + LEFT_OUT
CONTACTS = 4000
SPIKE, LEAD_WEEKS = 1.5, 2

Series = NDArray[np.int64]
Rule = Callable[[Series, Series], bool]  # weeks before and after shipping -> success?


def series(rng: np.random.Generator, *, mean: float, ratio: float) -> tuple[Series, Series, Series, Series]:
    """Counts and contacts before (HISTORY weeks) and after shipping, of a theme that was taken up."""
    weeks = HISTORY + AFTER_WEEKS + 120
    while True:
        noise = rng.normal(0, SD * np.sqrt(1 - CORRELATION**2), weeks)
        log_rate = np.zeros(weeks)
        for week in range(1, weeks):
            log_rate[week] = CORRELATION * log_rate[week - 1] + noise[week]
        contacts = rng.poisson(CONTACTS * rng.lognormal(0, 0.1, weeks))
        expected = mean / CONTACTS * contacts * np.exp(log_rate - SD**2 / 2)
        counts = rng.poisson(expected)
        for week in range(HISTORY, weeks - AFTER_WEEKS - LEAD_WEEKS):
            if counts[week] > SPIKE * counts[week - 26 : week].mean():
                shipped = week + LEAD_WEEKS
                after = rng.poisson(expected[shipped : shipped + AFTER_WEEKS] * ratio)
                before = slice(shipped - HISTORY, shipped)
                return counts[before], contacts[before], after, contacts[shipped : shipped + AFTER_WEEKS]


def t_test(before: Series, after: Series) -> bool:
    if not before[-4:].std() + after[:4].std():
        return False  # a t test has nothing to say of eight equal weeks
    found = stats.ttest_ind(before[-4:], after[:4])
    return bool(found.pvalue < 0.05 and after[:4].mean() < before[-4:].mean())


def down_a_fifth(before: Series, after: Series) -> bool:
    return bool(after[0] <= 0.8 * before[-1])


def poisson(before: Series, after: Series) -> bool:
    x, y = int(before[-4:].sum()), int(after[:4].sum())
    return y < x and stats.binomtest(y, x + y).pvalue < 0.05


SIMPLE: dict[str, Rule] = {"t test, 4 weeks": t_test, "down by a fifth": down_a_fifth, "Poisson, 4 weeks": poisson}


def successes(*, mean: float, ratio: float, runs: int, seed: int) -> tuple[dict[str, float], float]:
    """The share of runs that each rule calls a success, and our median estimate of the ratio."""
    rng = np.random.default_rng(seed)
    called = dict.fromkeys([*SIMPLE, "ours"], 0)
    ratios = []
    for _ in range(runs):
        before, before_contacts, after, after_contacts = series(rng, mean=mean, ratio=ratio)
        for name, rule in SIMPLE.items():
            called[name] += rule(before, after)
        got = effect(before[:BASE_WEEKS], before_contacts[:BASE_WEEKS], after, after_contacts)
        called["ours"] += got.verdict == Verdict.BETTER
        ratios.append(got.ratio or 0.0)
    return {name: count / runs for name, count in called.items()}, float(np.median(ratios))


def run() -> None:
    print("a week  true ratio  " + "  ".join(f"{name:>16}" for name in [*SIMPLE, "ours"]) + "  median ratio")
    for mean in (60, 15):
        for ratio in (1.0, 0.7, 0.5):
            called, median = successes(mean=mean, ratio=ratio, runs=1000, seed=2026)
            print(
                f"{mean:>6}  {'x' + str(ratio):>10}  "
                + "  ".join(f"{share:>16.1%}" for share in called.values())
                + f"  {median:>12.2f}"
            )
