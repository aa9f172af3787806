"""Several reviewers at once, each on a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from ops_dashboard.people.models import User
from quality.models import CalibrationPair, Review
from quality.reviews import claim, submit
from tests.cast import make_cast
from tests.quality.building import NOON, answers, open_seats, reviewer, save_scorecard

pytestmark = pytest.mark.django_db(transaction=True)
REVIEWERS = 6
T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Run the calls in threads that start together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        try:
            barrier.wait(timeout=20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def claims(user: User) -> Callable[[], int | None]:
    def call() -> int | None:
        taken = claim(user, now=NOON)
        return taken.pk if taken else None

    return call


def test_reviewers_who_claim_together_never_get_one_seat() -> None:
    cast, version = make_cast(), save_scorecard()
    seats = [
        open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=n)[0].pk for n in range(REVIEWERS - 1)
    ]
    found = at_once(*(claims(reviewer(f"r{n}")) for n in range(REVIEWERS)))
    assert sorted(pk for pk in found if pk) == seats
    assert found.count(None) == 1


def test_one_reviewer_in_two_windows_gets_one_seat() -> None:
    cast, version = make_cast(), save_scorecard()
    open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    found = at_once(*(claims(cast.users["quinn"]) for _ in range(4)))
    assert len(set(found)) == 1
    assert Review.objects.filter(state=Review.State.DRAFT).count() == 1


def test_a_pair_submitted_together_is_published_once() -> None:
    cast, version = make_cast(), save_scorecard()
    open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    pair = [cast.users["quinn"], reviewer("rita")]
    held = [claim(user, now=NOON) for user in pair]
    given = answers(version)

    def submits(user: User, review: Review | None) -> Callable[[], int]:
        assert review is not None
        return lambda: submit(review.pk, user, given, notes="", now=NOON).pk

    at_once(*(submits(user, review) for user, review in zip(pair, held, strict=True)))
    assert Review.objects.published().count() == 2
    assert CalibrationPair.objects.count() == 1
