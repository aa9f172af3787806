"""How strict each reviewer is, told from the tickets that two scored blind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ops_dashboard.people.models import User
from quality.models import CalibrationPair, Review
from quality.scorecards import as_share
from quality.severity import Severity, severities

FEWEST_PAIRS = 10  # of a reviewer, before their severity is told


@dataclass(frozen=True)
class Strictness:
    """One reviewer; `shift` is shares of 1 above the others on the same tickets."""

    name: str
    severity: Severity[int]
    given: float  # the plain mean of what they gave, for contrast

    @property
    def is_told(self) -> bool:
        return self.severity.pairs >= FEWEST_PAIRS and self.severity.low is not None


@dataclass(frozen=True)
class Mark:
    """Where a reviewer's interval and shift are drawn, from 0 to 100; those they met stand at 50."""

    low: float
    width: float
    shift: float


def strictness(pairs: Sequence[CalibrationPair]) -> list[Strictness]:
    """Strictest first, by the score before critical failures: severity is about craft."""
    first, second, difference = [], [], []
    given: dict[int, list[float]] = defaultdict(list)
    for pair in pairs:
        one, two = (as_share(review.given_before_critical_bp) for review in (pair.first, pair.second))
        if one is None or two is None:
            continue
        first.append(_reviewer(pair.first))
        second.append(_reviewer(pair.second))
        difference.append(one - two)
        given[first[-1]].append(one)
        given[second[-1]].append(two)
    found = severities(first, second, difference)
    names = {user.pk: user.shown_name for user in User.objects.filter(pk__in=list(given))}
    return [Strictness(names[one.reviewer], one, _mean(given[one.reviewer])) for one in found]


def marks(reviewers: Sequence[Strictness]) -> list[tuple[Strictness, Mark | None]]:
    """Each reviewer with their mark, all on one scale; None where too little is told."""
    ends = [end for one in reviewers if one.is_told for end in (one.severity.low, one.severity.high) if end is not None]
    reach = max((abs(end) for end in ends), default=0.0) or 1.0

    def place(shift: float) -> float:
        return 50 + 50 * shift / reach

    def mark(one: Severity[int]) -> Mark | None:
        if one.low is None or one.high is None:
            return None
        return Mark(place(one.low), place(one.high) - place(one.low), place(one.shift))

    return [(one, mark(one.severity) if one.is_told else None) for one in reviewers]


def _reviewer(review: Review) -> int:
    assert review.reviewer_id is not None, "a submitted review has its author"
    return review.reviewer_id


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
