"""Several reviewers at once, each on a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from ops_dashboard.people.models import User
from quality import reviews
from quality.models import CalibrationPair, Review
from quality.reviews import NotReviewable, claim, save_draft, submit
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


def test_a_draft_on_its_way_and_its_submission_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last words are still being saved when the reviewer submits: neither locks what the other comes to next."""
    cast, version = make_cast(), save_scorecard()
    quinn, seat = cast.users["quinn"], open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(quinn, now=NOON)
    told, own_draft = {**answers(version)}, reviews._own_draft
    told.popitem()

    def save() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            return save_draft(seat.pk, quinn, told, notes="almost", now=NOON).notes
        finally:
            connection.close()

    def once_the_ticket_is_locked(review_id: int, user: User) -> Review:
        monkeypatch.setattr(reviews, "_own_draft", own_draft)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(save).result() == "almost"
        return own_draft(review_id, user)

    monkeypatch.setattr(reviews, "_own_draft", once_the_ticket_is_locked)
    with pytest.raises(NotReviewable, match="Still to be rated"):
        submit(seat.pk, quinn, told, notes="", now=NOON)
    assert Review.objects.get(pk=seat.pk).notes == "almost"
