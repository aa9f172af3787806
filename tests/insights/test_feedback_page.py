"""The page of feedback: found by words and cuts, paged without loss, shown as text and nothing else."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from insights import facts
from insights.feedback_intake import Told, record, source_of
from insights.feedback_list import asked, list_feedback
from insights.models import Feedback, FeedbackSource
from ops_dashboard.metrics.keyset import BadCursor
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import NOBODY, Role, Scope
from tests.insights.building import give, make_themes, noon

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
ANALYST = Scope(role="analyst", username="erin", teams=None, sees_insights=True, sees_text=True)
HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }} {% now 'Y' %}", "\u202egnp.exe",
    "a\0b", "\ud800", "x" * (1 << 20), "' OR 1=1 --", "%s%s%n",
]  # fmt: skip


def tell(*texts: str, source: str = "reviews", **more: object) -> None:
    shop = source_of(source, name=source.title(), kind=FeedbackSource.Kind.FILE)
    at = noon(DAY)
    record(
        shop,
        [
            Told(ref=f"{source}{n}", at=at + timedelta(minutes=n), text=text, **more)  # type: ignore[arg-type]
            for n, text in enumerate(texts)
        ],
    )


def found(query: str = "", *, scope: Scope = ANALYST) -> list[str]:
    return [row.text for row in list_feedback(asked(QueryDict(query), today=DAY), scope=scope).rows]


@pytest.fixture
def erin(client: Client) -> Client:
    client.force_login(User.objects.create(username="erin", role=Role.ANALYST))
    return client


def test_words_are_searched_as_they_are_written() -> None:
    tell("no sound since yesterday", "Kein Ton seit gestern", "the sound is fine")
    assert found("q=sound") == ["the sound is fine", "no sound since yesterday"]
    assert found("q=Ton") == ["Kein Ton seit gestern"]
    assert found("q=sound -fine") == ["no sound since yesterday"]
    assert found('q="sound since"') == ["no sound since yesterday"]
    assert found("q=%27%29%20%26%20%7C%20%21") == []


def test_a_team_and_typed_dates_narrow_the_list() -> None:
    team = Team.objects.create(slug="access", name="Access")
    tell("theirs", "of nobody")
    Feedback.objects.filter(text="theirs").update(team=team.pk)
    assert found("team=access") == ["theirs"]
    assert found("team=nonesuch") == ["of nobody", "theirs"]
    assert asked(QueryDict("team=nonesuch"), today=DAY).problems == {"team": "There is no team 'nonesuch'."}
    assert found("from=2026-03-01&to=2026-03-01") == []
    assert found("from=2026-03-02") == ["of nobody", "theirs"]


def test_cuts_narrow_the_list_together() -> None:
    tell("one", "two", channel="email", language="en", area="payments", rating=2)
    tell("three", source="calls", channel="phone", language="en")
    assert found("channel=email") == ["two", "one"]
    assert found("channel=email&channel=phone&source=calls") == ["three"]
    assert found("area=payments&rating=2") == ["two", "one"]
    assert found("rating=5") == []
    assert sorted(found("period=2026-03-02..2026-03-02&language=en")) == ["one", "three", "two"]
    assert found("period=2026-03-03..2026-03-04") == []


def test_themes_are_those_that_figures_count_and_some_feedback_has_none() -> None:
    themes = make_themes()
    give(themes["payouts"], DAY, 2, text="late")
    tell("about nothing")
    facts.rebuild(Feedback.objects.values_list("id", flat=True))
    assert len(found(f"theme={themes['payouts'].slug}")) == 2
    assert found("theme=untagged") == ["about nothing"]
    assert len(found(f"theme=untagged&theme={themes['payouts'].slug}")) == 3


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("period=tomorrowish", "period"),
        ("channel=pigeon", "channel"),
        ("theme=none-such", "theme"),
        ("q=" + "x" * 201, "q"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_said(query: str, name: str) -> None:
    tell("one")
    wanted = asked(QueryDict(query), today=DAY)
    assert set(wanted.problems) == {name}
    assert [row.text for row in list_feedback(wanted, scope=ANALYST).rows] == ["one"]


def test_pages_follow_each_other_without_loss_among_equal_instants() -> None:
    make_themes()
    shop = source_of("reviews", kind=FeedbackSource.Kind.FILE)
    record(shop, [Told(ref=str(n), at=noon(DAY), text=str(n)) for n in range(25)])
    seen: list[str] = []
    after, wanted = "", asked(QueryDict(), today=DAY)
    for _ in range(4):
        page = list_feedback(wanted, scope=ANALYST, after=after, size=7)
        seen += [row.text for row in page.rows]
        after = page.after
    assert after == ""
    assert sorted(seen, key=int) == [str(n) for n in range(25)]
    assert page.count == 25


@pytest.mark.parametrize("cursor", ["x", "AAAA", "MjAyNi0wMy0wMiAx", "é"])
def test_a_cursor_of_nobody_is_refused(erin: Client, cursor: str) -> None:
    with pytest.raises(BadCursor):
        list_feedback(asked(QueryDict(), today=DAY), scope=ANALYST, after=cursor)
    assert erin.get("/feedback/", {"after": cursor}).status_code == 404


def test_words_are_for_those_who_may_read_them_within_their_teams() -> None:
    tell("of seven", team=7)
    tell("of nobody", source="calls")
    assert found(scope=NOBODY) == []
    assert found(scope=Scope(role="x", username="x", teams=None, sees_insights=True)) == []
    assert found(scope=Scope(role="x", username="x", teams=None, sees_text=True)) == []
    lead = Scope(role="team_lead", username="bob", teams=frozenset({7}), sees_insights=True, sees_text=True)
    assert found(scope=lead) == ["of seven"]


def test_whatever_is_written_is_shown_as_text(erin: Client) -> None:
    tell(*HOSTILE)
    answer = erin.get("/feedback/")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert "{{ 7*7 }}" in shown
    assert not {"\0", "\u202e"} & set(shown)
    assert len(shown) < 100_000


def test_personal_data_is_masked_before_it_is_stored() -> None:
    tell("mail rita@holm.example or call +46 70 174 06 05")
    row = Feedback.objects.get()
    assert (row.text, row.detections) == ("mail [email] or call [phone]", 2)


def test_what_was_told_is_not_told_twice() -> None:
    tell("one", "two")
    tell("another text under a known ref")
    assert found() == ["two", "one"]


def test_an_empty_list_says_why(erin: Client) -> None:
    assert "No feedback has come in yet." in erin.get("/feedback/").content.decode()
    tell("one")
    assert "No feedback matches." in erin.get("/feedback/?q=absent").content.decode()


def test_the_page_takes_the_same_queries_for_one_row_and_for_forty(
    erin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell("one")
    erin.get("/feedback/")
    with django_assert_num_queries(QUERIES):
        erin.get("/feedback/")
    tell(*(f"more {n}" for n in range(60)), source="calls")
    with django_assert_num_queries(QUERIES):
        erin.get("/feedback/")


QUERIES = 12
