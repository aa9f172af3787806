"""Saved views: kept by their owner, shared without giving a right, and never more than a page understands."""

from copy import deepcopy
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.metrics import saved_views, view_menu
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Question, site
from ops_dashboard.metrics.saved_views import BadView, Terms, proper_name
from ops_dashboard.people.models import AuditEntry, User
from ops_dashboard.people.roles import NOBODY, Role, scope_for
from tests.cast import EVERYBODY, Cast, make_cast
from tests.cast import NOBODY as NOT_SIGNED_IN
from tickets.models import Channel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]

LEVELS = "/service-levels/"
WEEK = "period=last-7-days&compare=previous"
CHAT = f"{WEEK}&channel=chat"
MARKUP = "\"'><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    cast = make_cast()
    Channel.objects.create(slug="chat", label="Chat")
    return cast


@pytest.fixture
def cast(stage: Cast) -> Cast:
    return deepcopy(stage)


def keep(cast: Cast, who: str = "carol", name: str = "Chat", **more: Any) -> SavedView:
    question = Question(more.pop("querystring", CHAT), more.pop("names_people", False))
    return saved_views.save(cast.users[who], more.pop("page", "service-levels"), question, Terms(name, **more))


def send(client: Client, act: str, **form: str) -> Any:
    return client.post(f"/views/{act}/", {"page": "service-levels", "querystring": CHAT, **form})


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def offered(client: Client, address: str = LEVELS) -> list[str]:
    return [view.name for view in client.get(address).context["views"].offered]


def test_what_is_saved_is_the_question_as_the_page_writes_it(cast: Cast) -> None:
    sent = f"channel=chat&channel=nowhere&period=last-7-days&moon=full&team=&{MARKUP}"
    answer = send(cast.client("carol"), "save", name="  Chat,\n this  week ", querystring=sent, is_shared="on")
    assert (answer.status_code, answer["Location"]) == (302, f"{LEVELS}?{CHAT}")
    row = SavedView.objects.values("owner__username", "page", "name", "querystring", "is_shared", "is_default").get()
    assert row == {
        "owner__username": "carol",
        "page": "service-levels",
        "name": "Chat, this week",
        "querystring": CHAT,
        "is_shared": True,
        "is_default": False,
    }


def test_a_view_is_marked_where_the_page_shows_what_it_asks(cast: Cast) -> None:
    view = keep(cast)
    client = cast.client("carol")
    assert client.get(f"{LEVELS}?channel=chat&period=last-7-days").context["views"].active.pk == view.pk
    assert client.get(f"{LEVELS}?channel=chat").context["views"].active is None
    html = client.get(f"{LEVELS}?{CHAT}").content.decode()
    assert 'id="chip-views">Views <b>Chat</b></button>' in html
    assert html.count('aria-current="true"><bdi>Chat</bdi>') == 1


def test_an_answer_to_htmx_brings_the_menu_along(cast: Cast) -> None:
    keep(cast)
    for address in (f"{LEVELS}?{CHAT}", "/tickets/?status=open"):
        html = cast.client("carol").get(address, headers={"HX-Request": "true"}).content.decode()
        assert '<div class="views" id="views" hx-swap-oob="true">' in html


def test_own_views_come_first_then_those_shared_with_whom(cast: Cast) -> None:
    keep(cast, "erin", "Aardvark", is_shared=True)
    keep(cast, "carol", "Shared by carol", is_shared=True)
    keep(cast, "carol", "Carol's alone")
    keep(cast, "carol", "Backlog", page="backlog", is_shared=True)
    assert offered(cast.client("carol")) == ["Carol's alone", "Shared by carol", "Aardvark"]
    assert offered(cast.client("pat")) == ["Aardvark", "Shared by carol"]


def test_a_shared_view_opens_nothing_by_itself(cast: Cast) -> None:
    keep(cast, "carol", "Rows", page="tickets", querystring="status=open&sort=created", is_shared=True)
    assert offered(cast.client("erin"), "/tickets/") == ["Rows"]
    assert cast.client("pat").get("/tickets/?status=open").status_code == 403
    assert cast.client("pat").get("/api/v1/views/").json()["results"] == []


def test_filters_that_name_people_are_for_those_who_see_people(cast: Cast) -> None:
    asked = "assignee=bob&sort=created"
    send(cast.client("carol"), "save", page="tickets", querystring=asked, name="Bob's", is_shared="on")
    assert SavedView.objects.get().names_people
    assert offered(cast.client("bob"), "/tickets/") == ["Bob's"]
    assert offered(cast.client("alice"), "/tickets/") == []
    assert offered(cast.client("erin"), "/tickets/") == []


def test_filters_that_the_owner_may_not_use_are_not_kept(cast: Cast) -> None:
    send(cast.client("alice"), "save", page="tickets", querystring="assignee=bob&status=open", name="Bob's")
    assert SavedView.objects.get().querystring == "status=open&sort=created"


def test_what_an_account_shared_ends_with_the_account(cast: Cast) -> None:
    keep(cast, "carol", is_shared=True)
    assert offered(cast.client("erin")) == ["Chat"]
    User.objects.filter(username="carol").update(is_active=False)
    assert offered(cast.client("erin")) == []


def test_nobody_is_offered_nothing(cast: Cast) -> None:
    keep(cast, "carol", is_shared=True)
    keep(cast, "eve")
    assert SavedView.objects.visible_to(NOBODY, pages=[]).count() == 0
    assert SavedView.objects.visible_to(scope_for(cast.users["eve"]), pages=[]).count() == 0


def test_a_name_that_is_taken_is_asked_about_and_then_replaced(cast: Cast) -> None:
    view = keep(cast, querystring=WEEK)
    client = cast.client("carol")
    asked = send(client, "save", name="Chat")
    assert (asked.status_code, asked.context["taken"].pk) == (422, view.pk)
    html = asked.content.decode()
    assert "You have a view “Chat” of this page already." in html
    assert f'value="{CHAT.replace("&", "&amp;")}"' in html
    view.refresh_from_db()
    assert view.querystring == WEEK
    assert send(client, "save", name="Chat", replace="1").status_code == 302
    view.refresh_from_db()
    assert view.querystring == CHAT


def test_saving_the_same_twice_is_saving_it_once(cast: Cast) -> None:
    client = cast.client("carol")
    first, again = (send(client, "save", name="Chat", is_default="on") for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert SavedView.objects.count() == 1
    assert AuditEntry.objects.filter(action="view_saved").count() == 1


def test_a_hundred_views_are_all_that_one_person_keeps(cast: Cast) -> None:
    for number in range(98):
        keep(cast, name=f"View {number}")
    keep(cast, "erin")
    keep(cast, name="Backlog", page="backlog")
    keep(cast, name="The last")
    refused = send(cast.client("carol"), "save", name="One more")
    assert refused.status_code == 422
    assert "You have 100 views, and more cannot be kept: delete one first." in refused.content.decode()
    assert SavedView.objects.filter(owner=cast.users["carol"]).count() == 100
    assert send(cast.client("carol"), "save", name="The last", querystring=WEEK, replace="1").status_code == 302


def test_too_many_filters_are_refused_in_words(cast: Cast) -> None:
    client = cast.client("carol")
    Channel.objects.bulk_create(Channel(slug=f"channel-{n:03}", label=str(n)) for n in range(200))
    # 'period=last-28-days&compare=previous' has 36 characters, each '&channel=channel-000' 20 more.
    fits, over = ("&".join(f"channel=channel-{n:03}" for n in range(count)) for count in (98, 99))
    assert send(client, "save", name="Fits", querystring=fits).status_code == 302
    assert len(SavedView.objects.get().querystring) == 1996
    for sent in (over, "a=1&" * 1001, "a" * 8001):
        refused = send(client, "save", name="Over", querystring=sent)
        words = "These filters are too many to be kept in one view: choose fewer values."
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u202e\u2066", "\t\n", "x" * 61, "\x01"])
def test_a_name_that_shows_nothing_or_too_much_is_refused(cast: Cast, name: str) -> None:
    assert send(cast.client("carol"), "save", name=name).status_code == 422
    assert SavedView.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Voice, EMEA", "Voice, EMEA"),
        ("  two\r\n lines\x00\x1b[31m ", "two lines [31m"),
        ("e\u0301", "é"),
        ("🔥", "🔥"),
        (MARKUP, MARKUP),
        ("عاجل\u202e", "عاجل\u202e"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ],
)
def test_a_name_is_one_line_and_otherwise_as_it_was_typed(typed: str, kept: str) -> None:
    assert proper_name(typed) == kept


def test_a_name_of_sixty_one_letters_is_too_long() -> None:
    assert proper_name("é" * 60) == "é" * 60
    with pytest.raises(BadView, match="At most 60 characters"):
        proper_name("x" * 61)


def test_a_hostile_name_never_comes_out_as_markup(cast: Cast) -> None:
    client = cast.client("carol")
    view = keep(cast, name=MARKUP, is_shared=True)
    kept = client.get(f"{LEVELS}?{CHAT}").content.decode()
    asked = send(client, "save", name=MARKUP, querystring=WEEK).content.decode()
    deleted = client.post(f"/views/{view.pk}/delete/", {"querystring": CHAT}, follow=True).content.decode()
    for html in (kept, asked, deleted):
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "<img src=x" not in html


def test_a_view_is_renamed_and_shared_by_its_owner(cast: Cast) -> None:
    view = keep(cast)
    keep(cast, name="Other")
    client = cast.client("carol")
    changed = send(client, f"{view.pk}/change", name="Chat, shared", is_shared="on", querystring=WEEK)
    assert changed["Location"] == f"{LEVELS}?{WEEK}"
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.querystring) == ("Chat, shared", True, CHAT)
    refused = send(client, f"{view.pk}/change", name="Other")
    assert (refused.status_code, "Choose another name." in refused.content.decode()) == (422, True)
    assert send(client, f"{view.pk}/change", name="").status_code == 422


def test_a_view_takes_what_the_page_shows_now(cast: Cast) -> None:
    view = keep(cast, is_shared=True, is_default=True)
    answer = send(cast.client("carol"), f"{view.pk}/replace", querystring=WEEK)
    view.refresh_from_db()
    assert answer["Location"] == f"{LEVELS}?{WEEK}"
    assert (view.name, view.querystring, view.is_shared, view.is_default) == ("Chat", WEEK, True, True)
    refused = send(cast.client("carol"), f"{view.pk}/replace", querystring="a" * 9000)
    assert told(refused)[-1].startswith("These filters are too many")


def test_a_view_that_was_changed_meanwhile_keeps_both_changes(cast: Cast) -> None:
    """Each act has read the view before the other."""
    carol, view = cast.users["carol"], keep(cast)
    first, second = (SavedView.objects.get(pk=view.pk) for _ in range(2))
    saved_views.change(first, Terms("Chats", is_shared=True), by=carol)
    saved_views.replace(second, Question(WEEK, names_people=False), by=carol)
    kept = SavedView.objects.get()
    assert (kept.name, kept.is_shared, kept.querystring) == ("Chats", True, WEEK)
    saved_views.change(view, Terms("Week"), by=carol)
    kept.refresh_from_db()
    assert (kept.name, kept.querystring) == ("Week", WEEK)


def test_a_view_that_was_deleted_meanwhile_does_not_come_back(cast: Cast) -> None:
    carol, view = cast.users["carol"], keep(cast)
    SavedView.objects.all().delete()
    for act in (
        lambda: saved_views.change(view, Terms("Chats"), by=carol),
        lambda: saved_views.replace(view, Question(WEEK, names_people=False), by=carol),
    ):
        with pytest.raises(BadView, match="“Chat” has been deleted meanwhile"):
            act()
    assert not SavedView.objects.exists()


def test_a_deleted_view_is_gone_and_says_how_to_have_it_back(cast: Cast) -> None:
    view = keep(cast)
    client = cast.client("carol")
    answer = client.post(f"/views/{view.pk}/delete/", {"querystring": WEEK})
    address = f"{LEVELS}?{CHAT}".replace("&", "&amp;")
    assert told(answer) == [f'“Chat” is deleted. <a href="{address}">Show what it showed</a>, to save it again.']
    assert answer["Location"] == f"{LEVELS}?{WEEK}"
    assert SavedView.objects.count() == 0
    assert client.post(f"/views/{view.pk}/delete/").status_code == 404


def test_nobody_touches_a_view_of_somebody_else(cast: Cast) -> None:
    view = keep(cast, is_shared=True)
    before = SavedView.objects.values().get()
    for who in EVERYBODY:
        if who == "carol":
            continue
        expected = 302 if who == NOT_SIGNED_IN else 403 if who == "eve" else 404
        for act in ("change", "replace", "delete"):
            answer = send(cast.client(who), f"{view.pk}/{act}", name="Mine", querystring=WEEK)
            assert (who, act, answer.status_code) == (who, act, expected)
    assert SavedView.objects.values().get() == before


@pytest.mark.parametrize("page", ["", "nowhere", "catalogue", "roster", "productivity"])
def test_a_page_without_views_or_of_others_keeps_none(cast: Cast, page: str) -> None:
    assert send(cast.client("quinn"), "save", page=page, name="Mine").status_code == 404


def test_acts_ask_for_a_post_with_its_token(cast: Cast) -> None:
    view = keep(cast)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.users["carol"])
    for act in ("save", *(f"{view.pk}/{act}" for act in ("change", "replace", "delete"))):
        assert (act, strict.get(f"/views/{act}/").status_code) == (act, 405)
        assert (act, send(strict, act, name="Chat").status_code) == (act, 403)
    assert SavedView.objects.count() == 1


def test_a_page_opens_with_the_default_view_and_another_one_takes_its_place(cast: Cast) -> None:
    keep(cast, is_default=True)
    client = cast.client("carol")
    assert client.get(LEVELS)["Location"] == f"{LEVELS}?{CHAT}"
    assert client.get(f"{LEVELS}?period=last-7-days").status_code == 200
    assert client.get("/backlog/").status_code == 200
    assert cast.client("erin").get(LEVELS).status_code == 200
    keep(cast, name="Week", querystring=WEEK, is_default=True)
    assert client.get(LEVELS)["Location"] == f"{LEVELS}?{WEEK}"
    assert SavedView.objects.filter(is_default=True).count() == 1


def test_a_page_that_opens_with_a_view_can_still_be_had_without(cast: Cast) -> None:
    client = cast.client("carol")
    assert client.get(f"{LEVELS}?{CHAT}").context["views"].plain_url == LEVELS
    keep(cast, is_default=True)
    keep(cast, name="Rows", page="tickets", querystring="status=open&sort=created", is_default=True)
    for address, plain in ((LEVELS, "period=last-28-days&compare=previous"), ("/tickets/", "sort=created")):
        assert client.get(address).status_code == 302
        menu = client.get(f"{address}?{plain}").context["views"]
        assert (menu.plain_url, menu.querystring, menu.active) == (f"{address}?{plain}", plain, None)


def test_a_default_of_somebody_else_opens_nothing(cast: Cast) -> None:
    keep(cast, "carol", is_shared=True, is_default=True)
    assert cast.client("erin").get(LEVELS).status_code == 200


def test_the_menu_costs_one_query_however_many_views(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        keep(cast, name=f"View {number}")
        keep(cast, "erin", name=f"View {number}", is_shared=True)
    page, scope = site.page("service-levels"), scope_for(cast.users["carol"])
    with django_assert_num_queries(1):
        menu = view_menu.view_menu(page, scope, address=LEVELS, querystring=CHAT, plain=WEEK)
        assert (len(menu.own), len(menu.shared)) == (20, 20)


def test_more_views_than_fit_are_cut_off_behind_the_reader_s_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_menu, "SHOWN", 2)
    for name in ("A", "B"):
        keep(cast, "erin", name=name, is_shared=True)
    keep(cast, name="Z")
    html = cast.client("carol").get(LEVELS).content.decode()
    assert offered(cast.client("carol")) == ["Z", "A"]
    assert "More are shared than fit here." in html


def test_acts_are_in_the_trail_without_a_word_of_what_was_typed(cast: Cast) -> None:
    client = cast.client("carol")
    send(client, "save", name="Secret", is_shared="on")
    view = SavedView.objects.get()
    send(client, f"{view.pk}/change", name="Secret")
    client.post(f"/views/{view.pk}/delete/")
    entries = AuditEntry.objects.order_by("id").values_list("actor", "action", "subject", "detail")
    assert list(entries) == [
        ("carol", "view_saved", f"view {view.pk}", {"page": "service-levels", "is_shared": True}),
        ("carol", "view_changed", f"view {view.pk}", {"page": "service-levels", "is_shared": False}),
        ("carol", "view_deleted", f"view {view.pk}", {"page": "service-levels", "is_shared": False}),
    ]


def test_the_api_tells_own_and_shared_views(cast: Cast) -> None:
    keep(cast, "erin", "Shared", is_shared=True)
    keep(cast, "erin", "Private")
    keep(cast, "carol", "Rows", page="tickets", querystring="status=open&sort=created", is_default=True)
    told = cast.client("carol").get("/api/v1/views/").json()
    assert told["next"] is None
    assert [(row["page"], row["name"], row["is_own"], row["is_default"]) for row in told["results"]] == [
        ("tickets", "Rows", True, True),
        ("service-levels", "Shared", False, False),
    ]
    (shared,) = cast.client("carol").get("/api/v1/views/?page=service-levels").json()["results"]
    assert {key: shared[key] for key in ("url", "querystring", "owner", "is_shared")} == {
        "url": f"http://testserver{LEVELS}?{CHAT}",
        "querystring": CHAT,
        "owner": "erin",
        "is_shared": True,
    }
    assert cast.client("carol").get("/api/v1/views/?page=nowhere").status_code == 400
    assert cast.client("carol").get("/api/v1/views/?after=x").status_code == 400


def test_the_api_is_read_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops_dashboard.metrics.api.VIEWS_A_PAGE", 2)
    for name in ("two words", "One", "Äpfel"):
        keep(cast, name=name)
    client = cast.client("carol")
    names, address = [], "/api/v1/views/"
    while address:
        answer = client.get(address).json()
        names.append([row["name"] for row in answer["results"]])
        address = answer["next"]
    assert [len(page) for page in names] == [2, 1]
    assert {name for page in names for name in page} == {"two words", "One", "Äpfel"}


def test_a_question_to_the_list_of_tickets_is_kept_in_its_own_words(cast: Cast) -> None:
    sent = "waiting=1d&status=open&status=moon&status=new&age=soon&channel=chat&after=xyz&ref=%20A%2F1&sort=due"
    send(cast.client("carol"), "save", page="tickets", querystring=sent, name="Rows")
    assert SavedView.objects.get().querystring == "status=new&status=open&channel=chat&waiting=1d&ref=A%2F1&sort=due"


def test_how_long_something_lasts_is_kept_from_and_to(cast: Cast) -> None:
    sent = "age=3d&age-under=7d&waiting=4h&waiting-under=1h&stale-under=1d&hour=mon-09"
    send(cast.client("carol"), "save", page="tickets", querystring=sent, name="Rows")
    assert SavedView.objects.get().querystring == "age=3d&age-under=7d&waiting=4h&stale-under=1d&sort=created"


def test_a_slice_of_a_figure_is_kept_with_it(cast: Cast) -> None:
    sent = "status=open&metric=created&hour=mon-09&under=1h"
    send(cast.client("carol"), "save", page="tickets", querystring=sent, name="Mondays")
    kept = "metric=created&period=last-28-days&compare=previous&hour=mon-09&status=open&sort=created"
    assert SavedView.objects.get().querystring == kept


def test_a_figure_s_tickets_are_a_question_too(cast: Cast) -> None:
    sent = "metric=created&period=last-7-days&channel=chat&status=open"
    send(cast.client("carol"), "save", page="tickets", querystring=sent, name="Created")
    kept = "metric=created&period=last-7-days&compare=previous&channel=chat&status=open&sort=created"
    assert SavedView.objects.get().querystring == kept
    assert cast.client("carol").get(f"/tickets/?{kept}").context["views"].active.name == "Created"


def test_an_account_that_goes_takes_its_views_along(cast: Cast) -> None:
    owner = User.objects.create(username="gone", role=Role.ANALYST)
    saved_views.save(owner, "backlog", Question(WEEK), Terms("Mine"))
    owner.delete()
    assert SavedView.objects.count() == 0
