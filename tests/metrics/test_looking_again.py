"""An open page that moves: what it asks for again, what it is told, and what that costs."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.metrics import page_parts, rollup
from ops_dashboard.metrics.looking_again import seen
from ops_dashboard.metrics.panels import Drawn, panel_section
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.metrics.facts import add_ticket, record

pytestmark = pytest.mark.django_db

TODAY, USUAL, PAST = (
    {"period": word, "compare": "off"} for word in ("today", "last-28-days", "2025-03-03..2025-03-09")
)
STAND = re.compile(r'id="part-([\w-]+)" data-stand="([0-9a-f]{12})"')
PANELS = ["today", "kept", "breaking", "teams", "created", "backlog"]  # and `why`, which has nothing to compare


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def noticed(panel, *args, **kwargs) -> Drawn:  # type: ignore[no-untyped-def]
        found.append(panel.slug)
        return panel_section(panel, *args, **kwargs)

    monkeypatch.setattr(page_parts, "panel_section", noticed)
    return found


@pytest.fixture
def client(client: Client) -> Client:
    come(1)
    client.force_login(User.objects.create(username="carol", role=Role.MANAGER))
    return client


def come(number: int, at: datetime | None = None) -> None:
    """A ticket that was created just now, counted."""
    record(add_ticket(number, created_at=at or timezone.now() - timedelta(seconds=1)))
    rollup.refill()


def stands(html: str) -> dict[str, str]:
    return dict(STAND.findall(html))


def opened(client: Client, asked: dict[str, str], path: str = "/") -> dict[str, str]:
    """How the parts of a page stand in a browser that has just opened it."""
    return stands(client.get(path, asked).content.decode())


def again(client: Client, asked: dict[str, str], told: dict[str, str], path: str = "/") -> tuple[int, str]:
    """The status of the answer to the look after that, and its body."""
    words = ",".join(f"{name}.{stand}" for name, stand in told.items())
    answer = client.get(f"{path}?{urlencode(asked | {'again': words})}", headers={"HX-Request": "true"})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("path", "asked", "moves"),
    [
        ("/", TODAY, True),
        ("/", USUAL, True),  # for what has come today, and what breaks next
        ("/service-levels/", USUAL, True),
        ("/backlog/", USUAL, True),
        ("/quality/", TODAY, True),
        ("/quality/", USUAL, False),
        ("/quality/", PAST, False),
    ],
)
def test_a_page_looks_again_where_something_of_it_may_move(
    client: Client, path: str, asked: dict[str, str], moves: bool
) -> None:
    html = client.get(path, asked).content.decode()
    assert ('hx-trigger="every 60s, again"' in html) == moves


def test_nothing_new_costs_no_drawing_and_no_body(client: Client, drawn: list[str]) -> None:
    told = opened(client, TODAY)
    drawn.clear()
    assert again(client, TODAY, told) == (204, "")
    assert drawn == []


def test_a_look_that_finds_nothing_asks_little(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told = opened(client, TODAY)
    with django_assert_num_queries(7):
        assert again(client, TODAY, told)[0] == 204


def test_what_stands_otherwise_is_told_and_nothing_else(client: Client) -> None:
    told = opened(client, TODAY)
    assert {f"panel-{slug}" for slug in PANELS} | {"panel-why", "figures", "freshness"} == set(told)
    come(2)
    status, html = again(client, TODAY, told)
    assert status == 200 and "<html" not in html
    changed = stands(html)
    assert {"figures", "panel-today", "panel-created"} <= changed.keys()
    assert {"panel-why", "panel-kept"} & changed.keys() == set()  # no first reply has changed
    assert all(stand != told[name] for name, stand in changed.items())
    assert html.count('hx-swap-oob="true"') == len(changed)
    assert again(client, TODAY, told | changed) == (204, "")


def test_under_a_finished_period_only_what_is_of_now_is_told(client: Client, drawn: list[str]) -> None:
    told = opened(client, USUAL)
    drawn.clear()
    come(2)
    come(3, at=timezone.now() - timedelta(days=3))
    assert stands(again(client, USUAL, told)[1]).keys() - {"freshness"} == {"panel-today"}
    assert set(drawn) <= {"today", "breaking"}


def test_only_what_the_browser_shows_is_drawn(client: Client, drawn: list[str]) -> None:
    told = opened(client, TODAY)
    come(2)
    drawn.clear()
    caches["panels"].clear()
    status, html = again(client, TODAY, {name: told[name] for name in ("freshness", "figures", "panel-created")})
    assert status == 200 and "panel-created" in stands(html)
    assert drawn == ["created"]


def test_words_that_say_nothing_are_passed_over(client: Client) -> None:
    assert seen("") == seen(",,.x") == {}
    assert seen("panel-a.1,b,panel-c.d.2") == {"panel-a": "1", "panel-c.d": "2"}
    told = opened(client, TODAY)
    nonsense = {"freshness": told["freshness"], "panel-<b>": "1", "panel-nowhere": "", "x" * 4000: "2"}
    assert again(client, TODAY, nonsense) == (204, "")


def test_whoever_paused_it_is_not_asked_for_every_minute(client: Client) -> None:
    client.cookies["live"] = "off"
    html = client.get("/", TODAY).content.decode()
    assert 'hx-trigger="again"' in html and "Paused." in html and "every 60s" not in html


def test_a_look_is_let_in_by_the_same_door(client: Client) -> None:
    told = opened(client, TODAY)
    client.logout()
    answer = client.get("/", TODAY | {"again": "figures.0"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/sign-in/" and not answer.content
    client.force_login(User.objects.create(username="eve"))
    assert again(client, TODAY, told)[0] == 403


def test_days_to_come_do_not_move(client: Client) -> None:
    ahead = today() + timedelta(days=1)
    html = client.get("/quality/", {"period": f"{ahead}..{ahead}"}).content.decode()
    assert "data-again" not in html
