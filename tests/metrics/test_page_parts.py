"""What one process draws, the others take from it; and what was looked at is drawn as soon as its cells change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from redis import Redis

from ops_dashboard.metrics import lately, page_parts, rollup, shared_parts, tasks
from ops_dashboard.metrics.drawing_ahead import draw_lately
from ops_dashboard.metrics.models import Goal
from ops_dashboard.metrics.panels import Drawn, panel_section
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import SYSTEM, Role
from tests.metrics.facts import add_ticket, record

pytestmark = pytest.mark.django_db

PAGE = "/service-levels/?period=2025-03-03..2025-03-09"
NOWHERE = "redis://127.0.0.1:1/0"
HOUR = timedelta(hours=1)
TEN = datetime(2025, 3, 4, 10, tzinfo=UTC)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The panels that are drawn and not taken from somewhere, by their slugs."""
    found: list[str] = []

    def noticed(panel, *args, **kwargs) -> Drawn:  # type: ignore[no-untyped-def]
        found.append(panel.slug)
        return panel_section(panel, *args, **kwargs)

    monkeypatch.setattr(page_parts, "panel_section", noticed)
    return found


@pytest.fixture
def carol(client: Client) -> User:
    record(add_ticket(1, created_at=TEN, replied_at=TEN + HOUR, due_at=TEN + 4 * HOUR))
    rollup.refill()
    user = User.objects.create(username="carol", role=Role.MANAGER)
    client.force_login(user)
    return user


@pytest.fixture
def no_shared_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_parts, "caches", {"default": RedisCache(NOWHERE, {})})
    monkeypatch.setattr(lately, "_client", lambda: Redis.from_url(NOWHERE))


def parts_of(html: bytes) -> bytes:
    """Without the line above them that tells how old the numbers are."""
    return html.partition(b'<section class="strip"')[2]


def panels_of(html: bytes) -> list[bytes]:
    """Those that are drawn."""
    return [
        part.partition(b"</section>")[0]
        for part in html.split(b'<section class="panel ')[1:]
        if b'<h2 id="title-' in part
    ]


def as_another_process() -> None:
    caches["answers"].clear()
    caches["panels"].clear()


def test_what_one_process_has_drawn_another_takes(client: Client, carol: User, drawn: list[str]) -> None:
    first = parts_of(client.get(PAGE).content)
    assert {"kept", "why", "cut", "hours", "breaking"} <= set(drawn)
    drawn.clear()
    as_another_process()
    again = parts_of(client.get(PAGE).content)
    assert drawn == []
    assert again == first


def test_what_is_of_this_moment_grows_no_older_in_the_process_that_takes_it(
    client: Client, carol: User, drawn: list[str]
) -> None:
    client.get(PAGE)
    as_another_process()
    drawn.clear()
    client.get(PAGE)
    assert drawn == []
    caches["default"].clear()  # its time is over
    client.get(PAGE)
    assert drawn == ["breaking"]


def test_a_browser_waits_for_the_figures_and_fetches_the_panels_that_nobody_has_drawn(
    client: Client, carol: User, drawn: list[str], settings: Settings
) -> None:
    whole = panels_of(client.get(PAGE).content)
    assert len(whole) == 9
    settings.FIRST_ANSWER_S = 0
    client.cookies["scripts"] = "1"
    caches["default"].clear()
    as_another_process()
    drawn.clear()
    first = client.get(PAGE).content
    assert drawn == []
    assert b'<section class="strip"' in first
    assert f'hx-get="{PAGE}&amp;compare=previous&amp;rest=kept" hx-trigger="load"'.encode() in first
    rest = client.get(f"{PAGE}&compare=previous&rest=cut", headers={"HX-Request": "true"})
    assert drawn == ["cut", "missed-by-median", "first_reply-median", "first_reply-p90", "breaking"]
    assert panels_of(rest.content) == whole[4:]
    assert "HX-Push-Url" not in rest.headers
    client.get(f"{PAGE}&compare=previous&rest=kept", headers={"HX-Request": "true"})
    assert panels_of(client.get(PAGE).content) == whole  # all are kept by now


def test_where_no_scripts_run_a_page_is_whole(client: Client, carol: User, settings: Settings) -> None:
    settings.FIRST_ANSWER_S = 0
    assert len(panels_of(client.get(PAGE).content)) == 9
    caches["default"].clear()
    as_another_process()
    client.cookies["scripts"] = "1"
    assert len(panels_of(client.get(f"{PAGE}&rest=kept").content)) == 9  # the link for those whose scripts stopped


def test_a_changed_cell_or_goal_is_drawn_anew(client: Client, carol: User, drawn: list[str]) -> None:
    assert b"1 " in client.get("/backlog/?period=2025-03-03..2025-03-09").content
    drawn.clear()
    record(add_ticket(2, created_at=TEN))
    rollup.refill()
    client.get("/backlog/?period=2025-03-03..2025-03-09")
    assert "level" in drawn
    drawn.clear()
    Goal.objects.create(metric="backlog", value=5, valid_from=date(2025, 1, 1))
    client.get("/backlog/?period=2025-03-03..2025-03-09")
    assert "level" in drawn


def test_a_reader_with_fewer_teams_takes_nothing_of_one_with_more(
    client: Client, carol: User, drawn: list[str]
) -> None:
    client.get(PAGE)
    drawn.clear()
    lead = User.objects.create(username="tom", role=Role.TEAM_LEAD)
    lead.teams.add(Team.objects.create(slug="north", name="North"))
    client.force_login(lead)
    client.get(PAGE)
    assert {"kept", "cut"} <= set(drawn)


def test_a_mark_is_the_same_in_every_process() -> None:
    """Two sets of the same teams that are told in another order, as sets of words are in another process."""
    scopes = [replace(SYSTEM, teams=frozenset(teams)) for teams in ((0, 8), (8, 0))]
    assert len({str(scope.teams) for scope in scopes}) == 2
    assert len({Reader(scope).mark_of("panel", None) for scope in scopes}) == 1


def test_a_part_that_was_put_there_by_somebody_else_is_not_shown(client: Client, carol: User, drawn: list[str]) -> None:
    client.get(PAGE)
    shared = caches["default"]
    names = lately._client().scan_iter(match=f"*part:{shared_parts.stand()}*")
    keys = sorted(name.decode().removeprefix(":1:") for name in names)
    assert len(keys) > 5
    strangers = shared.get(keys[0])
    for key in keys[1:]:
        shared.set(key, strangers if key == keys[1] else [shared.get(key)[0], "<b>forged</b>"])
    drawn.clear()
    as_another_process()
    html = client.get(PAGE).content
    assert b"forged" not in html
    assert len(drawn) >= len(keys) - 2


def test_a_failing_panel_is_tried_again(client: Client, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("ops_dashboard.metrics.panels.heat_map", lambda *_, **__: 1 / 0)
        assert b"This panel failed" in client.get(PAGE).content
    assert b"This panel failed" not in client.get(PAGE).content


def test_what_time_will_bring_is_looked_for_again(client: Client, carol: User, drawn: list[str]) -> None:
    """No cell changes when the clock passes; a panel that said that days are to come must not go on saying it."""
    days = "/service-levels/?period=2030-01-01..2030-01-07"
    assert b"still to come" in client.get(days).content
    drawn.clear()
    client.get(days)
    assert "kept" in drawn


def test_pages_do_without_the_shared_cache(
    client: Client, carol: User, no_shared_cache: None, drawn: list[str]
) -> None:
    assert client.get(PAGE).status_code == 200
    assert "hours" in drawn
    assert tasks.draw_ahead() == 0


def test_what_was_looked_at_is_drawn_when_its_cells_change(client: Client, carol: User, drawn: list[str]) -> None:
    client.get(PAGE)
    record(add_ticket(2, created_at=TEN))
    rollup.refill()
    drawn.clear()
    assert draw_lately() == 1
    assert {"kept", "hours"} <= set(drawn) and "breaking" not in drawn  # that shows the moment
    drawn.clear()
    as_another_process()
    client.get(PAGE)
    assert drawn == ["breaking"]


def test_nothing_is_drawn_for_who_may_no_longer_look(client: Client, carol: User, drawn: list[str]) -> None:
    client.get(PAGE)
    User.objects.filter(pk=carol.pk).update(is_active=False)
    drawn.clear()
    assert draw_lately() == 0
    assert drawn == []


def test_a_round_ends_in_time_and_begins_with_the_last(client: Client, carol: User) -> None:
    client.get(PAGE)
    client.get("/backlog/")
    assert [looked.page for looked in lately.looked_at()] == ["backlog", "service-levels"]
    assert draw_lately(within_s=-1) == 0


def test_long_questions_are_answered_and_not_remembered(client: Client, carol: User) -> None:
    Team.objects.bulk_create(Team(slug=f"team-{n}", name=f"Team {n}") for n in range(60))
    long = "&".join(f"team=team-{n}" for n in range(60))
    assert client.get(f"{reverse('overview')}?{long}").status_code == 200
    assert list(lately.looked_at()) == []
