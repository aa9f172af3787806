"""The pages of reviews: what each says, what it hides, and how many questions it asks."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quality.models import Dispute, Review
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, answers, open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def form(seat: Review, **steps: int | None) -> dict[str, str]:
    return {
        f"step-{key}": "na" if answer.step is None else str(answer.step)
        for key, answer in answers(seat.version, **steps).items()
    }


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_queue_to_a_submitted_review(cast: Cast) -> None:
    seat = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"])[0]
    quinn = cast.client("quinn")
    assert quinn.post("/reviews/claim/")["Location"] == f"/reviews/{seat.pk}/"
    assert "Reviewing desk" in text(quinn, f"/reviews/{seat.pk}/")
    assert quinn.post(f"/reviews/{seat.pk}/submit/", form(seat, tone=3))["Location"] == "/reviews/"
    seat.refresh_from_db()
    assert seat.score_bp == 8500  # (50 + 15 + 20) / 100


def test_an_unfinished_form_is_kept_as_a_draft(cast: Cast) -> None:
    seat = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"])[0]
    quinn = cast.client("quinn")
    quinn.post("/reviews/claim/")
    some = dict(list(form(seat).items())[:2]) | {"notes": "so far"}
    assert "Still to be rated" in quinn.post(f"/reviews/{seat.pk}/submit/", some, follow=True).content.decode()
    seat.refresh_from_db()
    assert (seat.state, seat.notes, seat.scores.count()) == (Review.State.DRAFT, "so far", 2)


def test_htmx_saves_without_a_new_page(cast: Cast) -> None:
    seat = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"])[0]
    quinn = cast.client("quinn")
    quinn.post("/reviews/claim/")
    said = quinn.post(f"/reviews/{seat.pk}/save/", form(seat), headers={"HX-Request": "true"}).content.decode()
    assert "4 of 4 rated" in said
    assert "<html" not in said


def test_no_page_tells_half_a_pair_to_anybody_else(cast: Cast) -> None:
    one, two = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"], seats=2)
    reviewed(one, cast.users["quinn"], notes="half a pair")
    rita = reviewer("rita")
    other = Client()
    other.force_login(rita)
    other.post("/reviews/claim/")
    readers = {"rita": other, **{name: cast.client(name) for name in ("alice", "bob", "carol")}}
    for name, client in readers.items():
        assert client.get(f"/reviews/{one.pk}/").status_code == 404, name
        for which in ("all", "critical", "disputed", "open", "unseen"):
            said = text(client, f"/reviews/?list={which}")
            assert f"Review {one.pk}<" not in said and "half a pair" not in said, (name, which)
    assert "half a pair" not in text(other, "/calibration/")
    other.post(f"/reviews/{two.pk}/submit/", form(two))
    assert f"Review {one.pk}<" in text(cast.client("bob"), "/reviews/?list=all")
    assert "half a pair" in text(other, f"/reviews/{one.pk}/")


def test_an_agent_confirms_and_disputes_and_the_lead_decides(cast: Cast) -> None:
    seat = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"])[0]
    reviewed(seat, cast.users["quinn"], privacy=1)
    alice, bob = cast.client("alice"), cast.client("bob")
    assert "I have seen it" in text(alice, f"/reviews/{seat.pk}/")
    alice.post(f"/reviews/{seat.pk}/acknowledge/")
    alice.post(f"/reviews/{seat.pk}/dispute/", form(seat, privacy=2) | {"reason": "It was shown"})
    dispute = Dispute.objects.get()
    privacy = dispute.criteria.get().criterion_id
    assert "It was shown" in text(bob, f"/disputes/{dispute.pk}/")
    bob.post(f"/disputes/{dispute.pk}/", {f"grant-{privacy}": "yes"})
    seat.refresh_from_db()
    assert (seat.score_bp, seat.given_score_bp, seat.is_seen, seat.is_disputed) == (10_000, 0, True, True)


def test_a_scorecard_is_edited_into_the_next_version(cast: Cast) -> None:
    version = save_scorecard()
    quinn = cast.client("quinn")
    sent = {"rows": "1", "key-0": "tone", "name-0": "Tone", "group-0": "Craft", "weight-0": "10", "scale-0": "three",
            "critical-0": "no", "na-0": "yes", "note": "Shorter"}  # fmt: skip
    assert quinn.post("/scorecards/accounts/edit/", sent)["Location"] == "/scorecards/accounts/"
    assert version.scorecard.versions.count() == 2
    said = text(quinn, "/scorecards/accounts/")
    assert "What changed since version 1" in said and "removed" in said
    assert "is a whole number" in quinn.post("/scorecards/accounts/edit/", sent | {"weight-0": "ten"}).content.decode()


def test_reviews_are_narrowed_to_the_days_their_tickets_were_solved_on(cast: Cast) -> None:
    (seat,) = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"], ticket=1)
    reviewed(seat, cast.users["quinn"], at=NOON)
    bob, day = cast.client("bob"), seat.solved_at.date()
    assert f"Review {seat.pk}" in text(bob, f"/reviews/?period={day}..{day}")
    after = day + timedelta(days=1)
    assert "No review matches." in text(bob, f"/reviews/?from={after}")
    assert "is not a period" in text(bob, "/reviews/?period=soon")


def test_pages_state_their_number_of_queries(cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    version = save_scorecard()
    for ticket in range(12):
        seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=ticket)[0]
        reviewed(seat, cast.users["quinn"], at=NOON)
    bob, quinn = cast.client("bob"), cast.client("quinn")
    for client, url, most in (
        (bob, "/reviews/", 22),
        (bob, f"/reviews/{seat.pk}/", 17),
        (quinn, "/reviews/", 17),
        (quinn, "/calibration/", 12),
        (quinn, "/samples/", 12),
        (quinn, "/scorecards/", 10),
    ):
        with django_assert_max_num_queries(most):
            text(client, url)
