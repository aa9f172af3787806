"""Reviews submitted by the thousand stand as if claimed and submitted one by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ops_dashboard.metrics.models import StaleCell
from quality.models import CalibrationPair, Review
from quality.review_batches import Submission, submit_many
from quality.reviews import Answer, Answers
from quality.scorecards import Card
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, answers, open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
UNLIKE = ("id", "sampled_id", "ticket")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def row(review: Review) -> dict[str, Any]:
    """Every column that does not name the row itself."""
    found = Review.objects.filter(pk=review.pk).values().get()
    return {name: value for name, value in found.items() if name not in UNLIKE}


def scores(review: Review) -> list[tuple[Any, ...]]:
    return list(review.scores.order_by("criterion__position").values_list("criterion", "step", "reasons", "note"))


def given(review: Review) -> Answers:
    """A wrong solution with its reason and a note; process does not apply."""
    found = dict(answers(review.version, solution=3, process=None))
    solution = review.version.criteria.get(key="solution").pk
    found[solution] = Answer(3, ("Half an answer",), "Ask j@example.test")
    return found


def test_a_batch_leaves_what_single_submits_leave(cast: Cast) -> None:
    version, quinn, rita = save_scorecard(), cast.users["quinn"], reviewer("rita")
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=1, seats=2)
    reviewed(one, quinn, notes="Good", solution=3, process=None)
    reviewed(two, rita, at=LATER, privacy=1)
    batch = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=2, seats=2)
    submit_many(
        [
            Submission(batch[0], quinn.pk, answers(version, solution=3, process=None), NOON, "Good"),
            Submission(batch[1], rita.pk, answers(version, privacy=1), LATER),
        ],
        {version.pk: Card.of(version)},
    )
    for single, many in zip((one, two), batch, strict=True):
        assert row(many) == row(single)
        assert scores(many) == scores(single)
    first, second = CalibrationPair.objects.order_by("sampled").values("version", "completed_at")
    assert first == second == {"version": version.pk, "completed_at": LATER}
    # (0.5 * 50 + 30) / 80 of the first; the second failed what is critical.
    assert [(r["score_bp"], r["critical_failed"]) for r in map(row, batch)] == [(6875, False), (0, True)]


def test_half_a_pair_stays_unpublished_and_a_whole_ticket_marks_its_cells(cast: Cast) -> None:
    version, quinn = save_scorecard(), cast.users["quinn"]
    cards = {version.pk: Card.of(version)}
    half = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=1, seats=2)
    whole = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=2)[0]
    StaleCell.objects.all().delete()
    submit_many([Submission(half[0], quinn.pk, answers(version), NOON)], cards)
    assert row(half[0])["published_at"] is None
    assert not StaleCell.objects.exists()
    submit_many([Submission(whole, quinn.pk, answers(version), NOON)], cards)
    assert row(whole)["published_at"] == NOON
    assert StaleCell.objects.exists()


def test_words_are_redacted_and_reasons_kept(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    words = "Write to j@example.test"
    submit_many([Submission(seat, cast.users["quinn"].pk, given(seat), NOON, words)], {version.pk: Card.of(version)})
    assert "@" not in row(seat)["notes"]
    solution = scores(seat)[0]
    assert solution[1:3] == (3, ["Half an answer"])
    assert "@" not in solution[3]


def test_a_seat_that_is_not_open_is_refused(cast: Cast) -> None:
    version, quinn = save_scorecard(), cast.users["quinn"]
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    done = reviewed(seat, quinn, tone=1)
    before = row(done)
    with pytest.raises(IntegrityError), transaction.atomic():
        submit_many([Submission(done, reviewer("rita").pk, answers(version), LATER)], {version.pk: Card.of(version)})
    assert row(done) == before


def test_nothing_to_submit_is_nothing(cast: Cast) -> None:
    submit_many([], {})
    assert not Review.objects.exists()
