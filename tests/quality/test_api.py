"""Reviews for machines: who gets which, page by page, and nothing is written."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quality.disputes import raise_dispute
from quality.models import Review
from tests.cast import EVERYBODY, Cast, make_cast
from tests.quality.building import NOON, open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db
REVIEWS = "/api/v1/reviews/"


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    """Alice's ticket 1 and dave's ticket 2 are published; ticket 3 of alice has two seats, one of them done."""
    cast, version = make_cast(), save_scorecard()
    reviewer("rita")
    for ticket, name in ((1, "alice"), (2, "dave"), (3, "alice")):
        team = cast.teams["team-a" if name == "alice" else "team-b"]
        seats = open_seats(version, cast.agents[name], team, ticket=ticket, seats=1 + (ticket == 3), weight=4.0)
        reviewed(seats[0], cast.users["quinn"], at=NOON + timedelta(hours=ticket), tone=3, notes="Warm")
    return cast


@pytest.fixture
def cast(stage: Cast) -> Cast:
    return deepcopy(stage)


def ids(client: Client, query: str = "") -> list[int]:
    """The tickets whose reviews are answered."""
    answer = client.get(f"{REVIEWS}?{query}")
    assert answer.status_code == 200
    tickets = dict(Review.objects.values_list("pk", "ticket"))
    return [tickets[row["id"]] for row in answer.json()["results"]]


def test_everybody_gets_what_their_page_lists(cast: Cast) -> None:
    seen = {name: ids(cast.client(name)) for name in ("alice", "dave", "bob", "carol", "quinn")}
    assert seen == {"alice": [1], "dave": [2], "bob": [1], "carol": [2, 1], "quinn": [2, 1]}
    others = set(EVERYBODY) - set(seen)
    assert {cast.client(name).get(REVIEWS).status_code for name in others} == {401, 403}


def test_half_a_pair_is_its_reviewers_alone(cast: Cast) -> None:
    half = Review.objects.get(ticket=3, seat=1)
    assert ids(cast.client("quinn"), "list=mine") == [3, 2, 1]
    found = {name: cast.client(name).get(f"{REVIEWS}{half.pk}/").status_code for name in ("quinn", "alice", "carol")}
    assert found == {"quinn": 200, "alice": 404, "carol": 404}


def test_a_draft_is_nobodys(cast: Cast) -> None:
    seat = Review.objects.get(ticket=3, seat=2)
    assert cast.client("quinn").get(f"{REVIEWS}{seat.pk}/").status_code == 404


def test_one_review_with_its_criteria_and_disputes(cast: Cast) -> None:
    done = Review.objects.get(ticket=1)
    tone = done.version.criteria.get(key="tone").pk
    raise_dispute(done, cast.users["alice"], {tone: 5}, reason="I was kind", now=NOON + timedelta(hours=2))
    told = cast.client("alice").get(f"{REVIEWS}{done.pk}/").json()
    assert {name: told[name] for name in (
        "agent", "team", "scorecard", "version", "reviewer", "seat", "weight", "score", "given_score",
        "critical_failed", "published_at", "notes", "is_disputed",
    )} == {
        "agent": "alice", "team": "team-a", "scorecard": "accounts", "version": 1, "reviewer": "quinn", "seat": 1,
        "weight": 4.0, "score": 0.85, "given_score": 0.85, "critical_failed": False,
        "published_at": "2026-03-30T13:00:00Z", "notes": "Warm", "is_disputed": True,
    }  # fmt: skip
    assert [(row["key"], row["given_step"], row["step"]) for row in told["criteria"]] == [
        ("solution", 5, 5), ("tone", 3, 3), ("process", 3, 3), ("privacy", 2, 2),
    ]  # fmt: skip
    assert [(row["state"], row["reason"], row["criteria"][0]["proposed_step"]) for row in told["disputes"]] == [
        ("open", "I was kind", 5)
    ]


def test_pages_follow_one_another_without_gap_or_repeat(cast: Cast) -> None:
    carol, seen, url = cast.client("carol"), [], f"{REVIEWS}?size=1"
    while url:
        answer = carol.get(url).json()
        assert answer["count"] == 2
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert seen == sorted(Review.objects.published().values_list("pk", flat=True), reverse=True)


def test_lists_and_filters_are_those_of_the_page(cast: Cast) -> None:
    carol = cast.client("carol")
    assert ids(carol, "team=team-b") == [2]
    assert ids(carol, "team=nobody") == []
    assert ids(carol, "list=critical") == []
    assert ids(carol, "period=2026-03-26..2026-03-26") == [2, 1]
    assert ids(carol, "period=2026-03-30..2026-03-30") == []
    assert ids(cast.client("alice"), "list=unseen") == [1]


@pytest.mark.parametrize(
    ("query", "name"),
    [("list=queue", "list"), ("list=mine", "list"), ("size=0", "size"), ("size=501", "size"), ("size=ten", "size"),
     ("before=x", "before"), ("period=soon", "period"),
     ("before=-1", "before"), ("size=\N{ARABIC-INDIC DIGIT FIVE}", "size")],
)  # fmt: skip
def test_what_makes_no_sense_is_named(cast: Cast, query: str, name: str) -> None:
    answer = cast.client("carol").get(f"{REVIEWS}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [name])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(cast: Cast, method: str) -> None:
    done, carol = Review.objects.get(ticket=1), cast.client("carol")
    for url in (REVIEWS, f"{REVIEWS}{done.pk}/"):
        assert getattr(carol, method)(url, {}, content_type="application/json").status_code == 405


def test_a_page_states_its_number_of_queries(cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    carol, done = cast.client("carol"), Review.objects.get(ticket=1)
    for url in (REVIEWS, f"{REVIEWS}{done.pk}/"):
        with django_assert_max_num_queries(11):
            carol.get(url)
