"""What the demo's reviewers give, and when: worked out from the seat alone, so that it comes out the same again."""

from datetime import datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from quality.demo import cards, people
from quality.models import Criterion, Review, ScorecardVersion
from quality.review_batches import Submission, submit_many
from quality.reviews import Answer
from quality.sampling import ranks
from quality.scorecards import Card
from quality.scoring import Critical
from tickets.demo.world import World

FIRST_DAYS, SPREAD_DAYS = 1.5, 11.0  # after the week has ended
KEPT_ASIDE = 0.1  # seats that wait for a person
WAITING_WEEKS = 3  # older weeks are finished
SLIDING, RISING = "creators-dublin", "safety-manila"
RISES_FROM = 0.66  # of the history
NOT_APPLICABLE = 0.05
SPREAD = {"tone": 1.0, "language": 0.8, "process": 0.7}  # of what two raters make of one thing, in steps of five
NOTES = (
    "Good grasp of what was asked; say next time when the answer will come.",
    "Kind and clear. The macro could have been shortened.",
    "The second reply repeats the first. Look at the history before writing.",
    "Right answer, right away.",
    "The reason field does not fit what was asked.",
)

Floats = NDArray[np.float64]


def submit_due(world: World, *, now: datetime) -> int:
    """Submit every seat of the demo whose time has come; returns how many."""
    open_ = Review.objects.filter(state=Review.State.OPEN, version__scorecard__in=cards.scorecards())
    seats = list(open_.select_related("sampled__sample", "team", "agent").order_by("id"))
    if not seats:
        return 0
    due = due_at(seats, world, now=now)
    ready = [place for place, at in enumerate(due) if at is not None and at <= now]
    versions = {seat.version_id for seat in seats}
    stood = ScorecardVersion.objects.filter(id__in=versions).prefetch_related("groups", "criteria")
    found = {version.pk: Card.of(version) for version in stood}
    raters = people.ids()
    who = rater_of(seats, world)
    submissions = [
        Submission(
            review=seats[place],
            reviewer_id=raters[who[place]],
            answers=answers_of(seats[place], found[seats[place].version_id], int(who[place]), world),
            at=due[place] or now,
            notes=_note(seats[place], world),
        )
        for place in ready
    ]
    submit_many(submissions, found)
    return len(submissions)


def due_at(seats: list[Review], world: World, *, now: datetime) -> list[datetime | None]:
    """When each seat is submitted; None where it is kept for a person."""
    late, aside = (_chance(seats, f"{world.seed}/{word}") for word in ("delay", "aside"))
    recent = (now - timedelta(weeks=WAITING_WEEKS)).date()
    midnight = world.now.replace(hour=0, minute=0, second=0)
    found: list[datetime | None] = []
    for seat, delay, kept in zip(seats, late.tolist(), aside.tolist(), strict=True):
        sample = seat.sampled.sample
        ended = midnight + timedelta(days=(sample.end_on - midnight.date()).days + 1)
        at = ended + timedelta(days=FIRST_DAYS + SPREAD_DAYS * delay)
        found.append(None if kept < KEPT_ASIDE and sample.end_on >= recent else at)
    return found


def rater_of(seats: list[Review], world: World) -> NDArray[np.int64]:
    """Which of RATERS takes each seat; the two seats of a ticket go to two of them."""
    edges = np.cumsum([rater.share for rater in people.RATERS])
    tickets = np.array([seat.ticket for seat in seats], dtype=np.int64)
    first = np.searchsorted(edges, _uniform(tickets, f"{world.seed}/first") * edges[-1], side="right")
    step = 1 + (_uniform(tickets, f"{world.seed}/second") * (len(edges) - 1)).astype(np.int64)
    is_second = np.array([seat.seat == 2 for seat in seats])
    return np.where(is_second, (first + step) % len(edges), first)


def answers_of(seat: Review, card: Card, rater: int, world: World) -> dict[int, Answer]:
    """The ticket has its truth, which both of a pair see through their own eyes."""
    weeks_ago = (world.now - seat.sampled.solved_at) / (world.now - world.stories.start)
    truth = np.random.default_rng([world.seed, 41, seat.ticket & 0xFFFFFFFF])
    eye = np.random.default_rng([world.seed, 42, seat.ticket & 0xFFFFFFFF, seat.seat])
    skill = 0.88 + 0.04 * np.random.default_rng([world.seed, 43, crc32(seat.agent.slug.encode())]).standard_normal()
    if seat.team.slug == SLIDING:
        skill -= 0.1 * max(0.0, 0.55 - weeks_ago)
    skill += people.RATERS[rater].shift
    level = truth.normal(0, 0.1)
    return {
        criterion.pk: _answer(criterion, skill + level, truth, eye, _risk(seat, 1 - weeks_ago))
        for criterion in card.criteria
    }


def _risk(seat: Review, passed: float) -> float:
    """How likely a critical criterion fails, `passed` through the history."""
    if seat.team.slug == RISING and passed > RISES_FROM:
        return 0.03 + 0.14 * (passed - RISES_FROM) / (1 - RISES_FROM)
    return 0.016


def _answer(
    criterion: Criterion, skill: float, truth: np.random.Generator, eye: np.random.Generator, risk: float
) -> Answer:
    draws, mood = truth.random(2), eye.random(3)
    noise = truth.normal(0, 0.16) + eye.normal(0, 0.13 * SPREAD.get(criterion.key, 0.15))
    if criterion.critical != Critical.NO.value:
        failed = (draws[0] < risk) != (mood[0] < 0.006)
        return _with_reason(criterion, 1 if failed else 2, mood[1])
    if criterion.allows_na and draws[1] < NOT_APPLICABLE:
        return Answer(None)
    share = min(max(skill + noise, 0.0), 1.0)
    return _with_reason(criterion, 1 + round(share * (criterion.steps - 1)), mood[1])


def _with_reason(criterion: Criterion, step: int, mood: float) -> Answer:
    if step == criterion.steps or not criterion.reasons:
        return Answer(step)
    return Answer(step, (criterion.reasons[int(mood * len(criterion.reasons))],))


def _note(seat: Review, world: World) -> str:
    draw = np.random.default_rng([world.seed, 44, seat.ticket & 0xFFFFFFFF, seat.seat]).random()
    return NOTES[int(draw * 10)] if draw < 0.5 else ""


def _chance(seats: list[Review], key: str) -> Floats:
    """A number between 0 and 1 for each seat."""
    tickets = np.array([seat.ticket for seat in seats], dtype=np.int64)
    is_second = np.array([seat.seat == 2 for seat in seats])
    return np.where(is_second, _uniform(tickets, f"{key}/2"), _uniform(tickets, f"{key}/1"))


def _uniform(units: NDArray[np.int64], key: str) -> Floats:
    return np.asarray(ranks(units, key) / np.float64(2**64))
