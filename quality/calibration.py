"""How far reviewers agree, criterion by criterion, and how strict each is: from tickets that two scored blind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import Count, Max, QuerySet

from quality.agreement import FEWEST_UNITS, RELY_ON, TENTATIVE, Alpha, Level, Ratings, alpha, percent_agreement
from quality.models import CalibrationPair, CriterionScore, Review, Scorecard
from quality.scorecards import BASIS_POINTS
from quality.scoring import Scale
from quality.strictness import Strictness, strictness

REPLICATES = 1000
WIDEST = 12  # pairs listed as the furthest apart


@dataclass(frozen=True)
class Agreement:
    """One criterion. `alpha` is told only for enough units; percent agreement and its n always are."""

    name: str
    level: Level
    units: int
    percent: float | None
    alpha: Alpha | None

    @property
    def is_told(self) -> bool:
        return self.alpha is not None and self.alpha.is_reliable

    @property
    def verdict(self) -> tuple[str, str]:
        """Krippendorff's conventions, and the tone to say it in."""
        if self.alpha is None or self.alpha.value is None:
            return ("nothing varies", "")
        if self.alpha.value >= RELY_ON:
            return ("rely on it", "accent")
        return ("tentative", "warning") if self.alpha.value >= TENTATIVE else ("do not rely on it", "worse")


@dataclass(frozen=True)
class Given:
    """The score that one of a pair gave."""

    review: int
    by: str
    score_bp: int


@dataclass(frozen=True)
class Apart:
    """A pair whose scores differ."""

    given: tuple[Given, Given]

    @property
    def difference(self) -> float:
        first, second = self.given
        return abs(first.score_bp - second.score_bp) / BASIS_POINTS


@dataclass(frozen=True)
class Calibration:
    pairs: int
    waiting: int  # tickets of which two reviews are to be made and not both are in
    criteria: tuple[Agreement, ...]
    reviewers: tuple[Strictness, ...]
    apart: tuple[Apart, ...]


def calibration(scorecard: Scorecard) -> Calibration:
    """Everything of one scorecard, through all its versions; kept until another pair is complete."""
    pairs = CalibrationPair.objects.filter(version__scorecard=scorecard)
    state = pairs.aggregate(n=Count("id"), last=Max("completed_at"))
    waiting = scorecard.plans.filter(samples__tickets__seats=2, samples__tickets__pair__isnull=True).count()
    last = state["last"].timestamp() if state["last"] else 0
    key = f"calibration/{scorecard.pk}/{state['n']}/{last}/{waiting}"
    found: Calibration | None = caches["panels"].get(key)
    if found is None:
        found = _worked_out(pairs, waiting)
        caches["panels"].set(key, found)
    return found


def _worked_out(pairs: QuerySet[CalibrationPair], waiting: int) -> Calibration:
    rows = list(pairs.select_related("first__reviewer", "second__reviewer").order_by("completed_at"))
    return Calibration(
        pairs=len(rows),
        waiting=waiting,
        criteria=tuple(_criteria(rows)),
        reviewers=tuple(strictness(rows)),
        apart=tuple(_apart(rows)),
    )


def _criteria(rows: Sequence[CalibrationPair]) -> list[Agreement]:
    """The whole score first, then each criterion in the order of the newest version."""
    unit = {review: row.pk for row in rows for review in (row.first_id, row.second_id)}
    scores = CriterionScore.objects.filter(review__in=list(unit), step__isnull=False)
    told = scores.order_by("-criterion__version__number", "criterion__position").values_list(
        "criterion__key", "criterion__name", "criterion__scale", "review", "step"
    )
    by_key: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    named: dict[str, tuple[str, str]] = {}
    for key, name, scale, review, step in told:
        named.setdefault(key, (name, scale))
        by_key[key].append((unit[review], review, float(step or 0)))  # never null: filtered
    whole = [
        (row.pk, review.pk, float(review.given_score_bp or 0))
        for row in rows
        for review in (row.first, row.second)
        if review.given_score_bp is not None
    ]
    found = [_agreement("Score", Level.INTERVAL, whole)] if whole else []
    for key, (name, scale) in named.items():
        level = Level.NOMINAL if scale == Scale.BINARY.value else Level.ORDINAL
        found.append(_agreement(name, level, by_key[key]))
    return found


def _agreement(name: str, level: Level, told: list[tuple[int, int, float]]) -> Agreement:
    ratings = Ratings.of(*(list(column) for column in zip(*told, strict=True)))
    units = len(ratings.pairable().counts)
    enough = units >= FEWEST_UNITS
    found = alpha(ratings, level, replicates=REPLICATES) if enough else None
    return Agreement(name, level, units, None if name == "Score" else percent_agreement(ratings), found)


def _apart(rows: Sequence[CalibrationPair]) -> list[Apart]:
    """The pairs that differ most: what a calibration talk is about."""
    scored = [(first, second) for row in rows if (first := _given(row.first)) and (second := _given(row.second))]
    found = [Apart(pair) for pair in scored if pair[0].score_bp != pair[1].score_bp]
    return sorted(found, key=lambda one: (-one.difference, one.given[0].review))[:WIDEST]


def _given(review: Review) -> Given | None:
    if review.given_score_bp is None:
        return None
    assert review.reviewer is not None, "a submitted review has its author"
    return Given(review.pk, review.reviewer.shown_name, review.given_score_bp)
