"""How far facts spread by chance, where a metric says within what they do: by agent, on one scorecard. Pure.

Five scores do not tell their own spread: an interval made of it holds 75 to 87 %, not 95 %. And the spread of
everything in an answer is no better: of one agent's five it is their own, of many agents' it holds what the agents
differ by. So it is the spread within agents, pooled over everybody on the scorecard in the weeks that end with the
period, whatever the question filters or cuts. One figure has one interval wherever it is read, and a mean over
several scorecards has the variances of each.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from ops_dashboard.metrics.definitions import Ratio
from ops_dashboard.metrics.groups import Groups, recoded
from ops_dashboard.metrics.intervals import squares_within
from ops_dashboard.metrics.periods import Period

LEAST_DAYS = 91  # that spread is taken from: a day or a week tells little of it
FREEDOM = 40  # degrees of freedom from which on 1.96 holds 94 %; at 24 it holds 91, at 12 it holds 83


@dataclass(frozen=True)
class Spread:
    """The variance of one fact: of each value (code) of `spread_by` that tells its own, and of any other. NaN: unknown.

    `column` holds those codes, `weight_squares` names the measure that sums w^2.
    """

    column: str
    weight_squares: str
    known: dict[int, float]
    otherwise: float

    def told_apart(self, groups: Groups) -> Groups:
        """Amounts whose last cut is `column`, without that cut and with their noise."""
        squares = groups.sums[self.weight_squares]
        variance = np.array([self.known.get(codes[-1], self.otherwise) for _, codes in groups.keys])
        noise = np.where(squares > 0, squares * variance, 0.0)
        return recoded(replace(groups, noise=noise), lambda codes: codes[:-1])


def days_of_spread(period: Period) -> Period:
    """The period, or as long before its end as it takes."""
    return Period(min(period.start, period.end - timedelta(days=LEAST_DAYS - 1)), period.end)


def spread_of(metric: Ratio, groups: Groups, *, column: str) -> Spread:
    """From amounts cut by `spread_by` and, where the metric has one, by `spread_within`.

    What has too few facts to tell its spread takes that of all together.
    """
    weight_squares = metric.weight_squares or metric.whole
    amounts = (groups.sums[slug] for slug in (metric.part, metric.whole, metric.squares, weight_squares))
    squares, freedom = squares_within(*(each.astype(np.float64) for each in amounts))
    codes, place = np.unique(np.array([codes[0] for _, codes in groups.keys], np.int64), return_inverse=True)
    by_code = np.bincount(place, squares, len(codes)), np.bincount(place, freedom, len(codes))
    known = {
        code: square / free for code, square, free in zip(codes.tolist(), *by_code, strict=True) if free >= FREEDOM
    }
    whole = float(freedom.sum())
    otherwise = float(squares.sum()) / whole if whole >= FREEDOM else np.nan
    return Spread(column, weight_squares, known, otherwise)
