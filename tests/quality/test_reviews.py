"""Claiming, saving and submitting reviews; who sees which when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from ops_dashboard.people.models import AuditEntry
from ops_dashboard.people.roles import scope_for
from quality.models import CalibrationPair, CriterionScore, Review, ScorecardVersion
from quality.reviews import LEASE, Answer, NotReviewable, claim, release, save_draft, submit
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, answers, open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_claim_takes_the_oldest_seat_and_leases_it(cast: Cast) -> None:
    version = save_scorecard()
    first, second = (open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=n)[0] for n in (1, 2))
    taken = claim(cast.users["quinn"], now=NOON)
    assert taken is not None
    assert (taken.pk, taken.state, taken.lease_until) == (first.pk, Review.State.DRAFT, NOON + LEASE)
    other = claim(reviewer("rita"), now=NOON)
    assert other is not None and other.pk == second.pk
    assert claim(reviewer("sam"), now=NOON) is None


def test_a_reviewer_finishes_one_draft_before_the_next(cast: Cast) -> None:
    version = save_scorecard()
    for ticket in (1, 2):
        open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=ticket)
    first = claim(cast.users["quinn"], now=NOON)
    again = claim(cast.users["quinn"], now=NOON + timedelta(minutes=30))
    assert first is not None and again is not None
    assert again.pk == first.pk
    assert again.lease_until == NOON + timedelta(minutes=30) + LEASE


def test_nobody_reviews_their_own_work(cast: Cast) -> None:
    version = save_scorecard()
    open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=1)
    other = open_seats(version, cast.agents["dave"], cast.teams["team-b"], ticket=2)[0]
    taken = claim(reviewer("alices-other-hat", agent=None), now=NOON)
    assert taken is not None
    release(taken.pk, taken.reviewer)  # type: ignore[arg-type]
    cast.users["alice"].agent = None
    cast.users["alice"].save()
    found = claim(reviewer("rita", agent=cast.agents["alice"]), now=NOON)
    assert found is not None and found.pk == other.pk


def test_both_seats_of_a_ticket_go_to_different_people(cast: Cast) -> None:
    version = save_scorecard()
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    reviewed(one, cast.users["quinn"])
    assert claim(cast.users["quinn"], now=NOON) is None
    other = claim(reviewer("rita"), now=NOON)
    assert other is not None and other.pk == two.pk


def test_a_seat_is_free_again_when_its_lease_runs_out(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    quinn, rita = cast.users["quinn"], reviewer("rita")
    claim(quinn, now=NOON)
    save_draft(seat.pk, quinn, answers(version, tone=2), notes="half done", now=NOON)
    assert claim(rita, now=NOON + LEASE - timedelta(seconds=1)) is None
    taken = claim(rita, now=NOON + LEASE + timedelta(seconds=1))
    assert taken is not None
    assert (taken.pk, taken.notes, taken.scores.count()) == (seat.pk, "", 0)
    with pytest.raises(NotReviewable, match="no longer yours"):
        save_draft(seat.pk, quinn, answers(version), notes="", now=NOON)


def test_saving_renews_the_lease_and_keeps_what_is_there(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(cast.users["quinn"], now=NOON)
    solution = version.criteria.get(key="solution")
    given = {solution.pk: Answer(3, ("Half an answer", "Made up"), "call me on +1 615 555 0100")}
    save_draft(seat.pk, cast.users["quinn"], given, notes=" Write to me: a@example.com ", now=NOON + LEASE)
    seat.refresh_from_db()
    assert (seat.notes, seat.lease_until) == ("Write to me: [email]", NOON + 2 * LEASE)
    kept = seat.scores.get()
    assert (kept.step, kept.reasons) == (3, ["Half an answer"])
    assert "555" not in kept.note
    save_draft(seat.pk, cast.users["quinn"], {}, notes="", now=NOON)
    assert not seat.scores.exists()


def test_a_review_is_scored_by_its_version(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    # (1 * 50 + 0.5 * 30 + N/A) / 80
    done = reviewed(seat, cast.users["quinn"], tone=3, process=None)
    assert (done.score_bp, done.score_before_critical_bp, done.critical_failed) == (8125, 8125, False)
    assert (done.state, done.published_at) == (Review.State.SUBMITTED, NOON)


def test_a_critical_failure_leaves_the_craft_beside_it(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    done = reviewed(seat, cast.users["quinn"], privacy=1)
    assert (done.score_bp, done.score_before_critical_bp, done.critical_failed) == (0, 10_000, True)


def test_every_criterion_must_be_rated_before_submitting(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(cast.users["quinn"], now=NOON)
    some = {version.criteria.get(key="tone").pk: Answer(5)}
    with pytest.raises(NotReviewable, match="Still to be rated: Right solution, Process, Privacy kept"):
        submit(seat.pk, cast.users["quinn"], some, notes="", now=NOON)
    assert Review.objects.get(pk=seat.pk).state == Review.State.DRAFT


@pytest.mark.parametrize(
    ("key", "step", "words"),
    [
        ("process", 4, "'Process' is rated from 1 to 3"),
        ("tone", 0, "'Tone' is rated from 1 to 5"),
        ("privacy", None, "'Privacy kept' always applies"),
    ],
)
def test_a_rating_off_its_scale_is_refused(cast: Cast, key: str, step: int | None, words: str) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(cast.users["quinn"], now=NOON)
    with pytest.raises(NotReviewable, match=words):
        save_draft(seat.pk, cast.users["quinn"], {version.criteria.get(key=key).pk: Answer(step)}, notes="", now=NOON)


def test_a_criterion_of_another_scorecard_is_refused(cast: Cast) -> None:
    version, other = save_scorecard(), save_scorecard("Payments")
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(cast.users["quinn"], now=NOON)
    with pytest.raises(NotReviewable, match="not on this scorecard"):
        save_draft(seat.pk, cast.users["quinn"], answers(other), notes="", now=NOON)


def test_what_is_submitted_cannot_be_changed(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    done = reviewed(seat, cast.users["quinn"])
    with pytest.raises(NotReviewable, match="submitted already"):
        submit(seat.pk, cast.users["quinn"], answers(version, tone=1), notes="", now=NOON)
    with pytest.raises(NotReviewable, match="submitted already"):
        release(seat.pk, cast.users["quinn"])
    with pytest.raises(IntegrityError, match="quality_review never changes"), transaction.atomic():
        Review.objects.filter(pk=done.pk).update(given_score_bp=1)


def test_a_pair_is_published_when_both_are_in(cast: Cast) -> None:
    version = save_scorecard()
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    first = reviewed(one, cast.users["quinn"])
    assert first.published_at is None
    assert not CalibrationPair.objects.exists()
    later = NOON + timedelta(hours=1)
    second = reviewed(two, reviewer("rita"), at=later, tone=1)
    first.refresh_from_db()
    assert first.published_at == second.published_at == later
    pair = CalibrationPair.objects.get()
    assert (pair.first_id, pair.second_id, pair.completed_at) == (one.pk, two.pk, later)


def test_nobody_sees_half_a_pair_but_its_author(cast: Cast) -> None:
    version = save_scorecard()
    one, two = open_seats(version, cast.agents["alice"], cast.teams["team-a"], seats=2)
    reviewed(one, cast.users["quinn"])
    rita = reviewer("rita")

    def seen() -> dict[str, list[int]]:
        people = {**cast.users, "rita": rita}
        found = {
            name: sorted(Review.objects.visible_to(scope_for(user)).values_list("pk", flat=True))
            for name, user in people.items()
        }
        return {name: rows for name, rows in found.items() if rows}

    assert seen() == {"quinn": [one.pk]}
    claim(rita, now=NOON)
    assert seen() == {"quinn": [one.pk], "rita": [two.pk]}
    submit(two.pk, rita, answers(version), notes="", now=NOON)
    both = [one.pk, two.pk]
    # The agent sees the review that counts, nobody of another team sees any.
    assert seen() == {"quinn": both, "rita": both, "alice": [one.pk], "bob": both, "carol": both}


def test_a_draft_given_back_leaves_nothing_behind(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    claim(cast.users["quinn"], now=NOON)
    save_draft(seat.pk, cast.users["quinn"], answers(version), notes="hm", now=NOON)
    release(seat.pk, cast.users["quinn"])
    seat.refresh_from_db()
    assert (seat.state, seat.reviewer_id, seat.notes) == (Review.State.OPEN, None, "")
    assert not CriterionScore.objects.exists()


def test_the_deeds_are_in_the_audit_trail_without_words(cast: Cast) -> None:
    version = save_scorecard()
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"])[0]
    reviewed(seat, cast.users["quinn"], notes="she was rude")
    told = AuditEntry.objects.filter(actor="quinn").order_by("id")
    assert [entry.action for entry in told] == ["review_claimed", "review_submitted"]
    assert "rude" not in str([entry.detail for entry in told])


def test_versions_never_change(cast: Cast) -> None:
    version = save_scorecard()
    changes = (
        lambda: ScorecardVersion.objects.update(note="x"),
        lambda: version.criteria.update(weight=1),
        lambda: version.groups.update(is_critical=True),
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            change()
