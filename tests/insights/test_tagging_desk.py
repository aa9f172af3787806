"""The pages of the tagging desk, as a browser without scripts uses them."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from insights.models import Theme
from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.insights.building import make_themes
from tests.insights.tagging import said, suggest, tags

pytestmark = pytest.mark.django_db
QUERIES = 18


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


@pytest.fixture
def erin(cast: Cast) -> Client:
    return cast.client("erin")


def test_a_chosen_suggestion_is_accepted_and_the_next_shown(erin: Client, themes: dict[str, Theme]) -> None:
    one = said("Where is my payout", channel=3)
    suggest(one, themes["payouts"], 0.62)
    page = erin.get("/tagging/?channel=3").content.decode()
    assert "Where is my payout" in page and "62 %" in page and "<b>1</b> left" in page
    answer = erin.post(f"/tagging/{one.pk}/?channel=3", {"choice": themes["payouts"].pk}, follow=True)
    assert answer.redirect_chain == [("/tagging/?channel=3", 302)]
    assert ("erin", "payouts", "accepted") in tags(one)
    assert "Nothing left to tag" in answer.content.decode() and "<b>1</b> done today" in answer.content.decode()


def test_a_typed_theme_wins_over_a_chosen_one_and_may_be_added(erin: Client, themes: dict[str, Theme]) -> None:
    one = said("Both")
    erin.post(f"/tagging/{one.pk}/", {"choice": themes["gifts"].pk, "theme": "payouts"})
    answer = erin.post(f"/tagging/{one.pk}/", {"theme": "Refunds", "act": "add"})
    assert answer["Location"] == f"/tagging/?at={one.pk}"
    assert tags(one) == {("erin", "payouts", "accepted"), ("erin", "refunds", "accepted")}
    erin.post(f"/tagging/{one.pk}/", {"remove": themes["payouts"].pk})
    assert tags(one) == {("erin", "payouts", "rejected"), ("erin", "refunds", "accepted")}
    assert "Remove<span" in erin.get(f"/tagging/?at={one.pk}").content.decode()


@pytest.mark.parametrize(
    ("told", "complaint"),
    [({}, "Choose a theme first."), ({"theme": "Nonsense"}, "There is no theme"), ({"choice": "x"}, "Choose a theme")],
)
def test_nothing_and_nonsense_are_asked_again(
    erin: Client, themes: dict[str, Theme], told: dict[str, str], complaint: str
) -> None:
    one = said("Late")
    assert complaint in erin.post(f"/tagging/{one.pk}/", told, follow=True).content.decode()
    assert tags(one) == set()


def test_undo_shows_the_one_again(erin: Client, themes: dict[str, Theme]) -> None:
    one = said("Late")
    erin.post(f"/tagging/{one.pk}/", {"act": "none"})
    assert erin.post("/tagging/undo/")["Location"] == f"/tagging/?at={one.pk}"
    assert "You have nothing to undo" in erin.post("/tagging/undo/", follow=True).content.decode()


def test_many_with_the_same_words_are_tagged_at_once_and_the_look_is_traced(
    erin: Client, themes: dict[str, Theme]
) -> None:
    late, later, _ = said("Payout late"), said("payout LATE again"), said("Nice")
    assert "2 found" in erin.get("/tagging/bulk/?q=payout+late").content.decode()
    assert AuditEntry.objects.get(action="feedback_read").detail == {"feedback": [later.pk, late.pk]}
    answer = erin.post("/tagging/bulk/", {"feedback": [late.pk, later.pk, "x"], "theme": "Payouts"}, follow=True)
    assert "Payouts: 2 tagged" in answer.content.decode()
    assert tags(late) == tags(later) == {("erin", "payouts", "accepted")}


@pytest.mark.parametrize("name", ["alice", "bob", "pat", "quinn", "eve"])
def test_others_tag_nothing(cast: Cast, themes: dict[str, Theme], name: str) -> None:
    one, client = said("Late"), cast.client(name)
    told = {"theme": "Payouts", "feedback": one.pk}
    urls = (f"/tagging/{one.pk}/", "/tagging/undo/", "/tagging/bulk/")
    assert [client.post(url, told).status_code for url in urls] == [403] * 3
    assert tags(one) == set()


def test_the_desk_asks_the_same_number_of_questions_however_much_waits(
    erin: Client, themes: dict[str, Theme], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(9):
        suggest(said(f"text {n}"), themes["payouts"], 0.1 * n)
    with django_assert_num_queries(QUERIES):
        assert erin.get("/tagging/").status_code == 200
