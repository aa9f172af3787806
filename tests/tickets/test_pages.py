"""What the operation's own panels tell, and to whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.pages import CustomPanel, site
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import NotYours, Reader
from ops_dashboard.people.models import Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.cast import make_cast
from tests.metrics.facts import add_ticket, make_priorities, make_teams, random_tickets, record
from tickets import pages, partitions, today
from tickets.models import Ticket

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
WEEK = Period(date(2026, 4, 1), date(2026, 4, 7))
ASKED = Asked(period=WEEK, period_word=str(WEEK), compare=None, compare_word="off", grain=Grain.DAY)


@pytest.fixture
def backlog(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """One ticket from before the week, two of it; one of those is solved. Ages 20, 5 and 2.5 days."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    teams = [team.id for team in make_teams(2)]
    day = timedelta(days=1)
    record(
        add_ticket(1, created_at=NOW - 20 * day, due_at=NOW - 19 * day, team=teams[0])
        + add_ticket(2, created_at=NOW - 5 * day, due_at=NOW + day / 48, team=teams[1])
        + add_ticket(3, created_at=NOW - 4 * day, solved_at=NOW - 3 * day, due_at=NOW, team=teams[0])
        + add_ticket(4, created_at=NOW - 2.5 * day, due_at=NOW + 2 * day, team=teams[0])
    )
    rollup.refill()
    yield teams


def test_the_bridge_leads_from_opening_to_closing(backlog: list[int]) -> None:
    told = pages.backlog_bridge(Reader(SYSTEM), ASKED)
    assert (told["opening"], told["closing"], told["off"]) == (1, 3, 0)
    assert {step["words"]: step["count"] for step in told["steps"] if step["count"]} == {
        "Entered: created": 3,
        "Left: solved": 1,
    }


def test_the_backlog_is_told_by_age(backlog: list[int]) -> None:
    told = pages.ages(Reader(SYSTEM), ASKED)
    assert told["total"] == 3
    assert {band.label: band.age for band, *_ in told["bands"] if band.age} == {
        "2–3 days": 1,
        "3–7 days": 1,
        "14–30 days": 1,
    }


def test_what_breaks_next_is_told_by_when(backlog: list[int]) -> None:
    told = pages.breaking_next(Reader(SYSTEM), ASKED)
    assert (told["overdue"], told["within_hour"], told["within_day"]) == (1, 1, 1)


def test_panels_of_the_moment_heed_every_filter(backlog: list[int]) -> None:
    """Of the three unsolved tickets the oldest, which is overdue, is urgent; its team works for a vendor."""
    urgent, calm = make_priorities(2)
    Ticket.objects.update(priority=calm.id)
    Ticket.objects.filter(id=1).update(priority=urgent.id)
    Team.objects.filter(id=backlog[0]).update(vendor=Vendor.objects.create(slug="acme", name="Acme"))
    told = {
        filters: (pages.ages(Reader(SYSTEM), asked)["total"], pages.breaking_next(Reader(SYSTEM), asked))
        for filters in ("priority=p0", "priority=p1", "vendor=acme", "vendor=acme priority=p1", "team=none")
        for asked in [replace(ASKED, where=tuple((cut, (value,)) for cut, value in _pairs(filters)))]
    }
    assert {filters: (total, next_["overdue"]) for filters, (total, next_) in told.items()} == {
        "priority=p0": (1, 1),
        "priority=p1": (2, 0),
        "vendor=acme": (2, 1),
        "vendor=acme priority=p1": (1, 0),
        "team=none": (0, 0),
    }
    (row,) = told["vendor=acme priority=p1"][1]["rows"]
    assert row["cells"][0]["querystring"] == "promise=overdue&team=team-0&priority=p1&kind=first_resolution&sort=due"


def _pairs(filters: str) -> list[list[str]]:
    return [pair.split("=") for pair in filters.split()]


def test_another_team_s_backlog_is_not_told(backlog: list[int]) -> None:
    lead = Reader(replace(SYSTEM, teams=frozenset({backlog[1]})))
    assert pages.ages(lead, ASKED)["total"] == 1
    assert pages.breaking_next(lead, ASKED)["overdue"] == 0
    assert pages.backlog_bridge(lead, ASKED)["opening"] == 0


def test_partners_are_not_told_of_single_tickets(backlog: list[int]) -> None:
    partner = Reader(replace(SYSTEM, small_cells_hidden=True))
    for panel in (
        pages.backlog_bridge,
        pages.ages,
        pages.breaking_next,
        partial(pages.missed_by, "first_reply_missed_by_median"),
    ):
        with pytest.raises(NotYours):
            panel(partner, ASKED)


def test_every_panel_of_the_operation_is_declared_once() -> None:
    for slug in ("overview", "service-levels", "backlog"):
        page = site.page(slug)
        for tab in ("", *(tab.slug for tab in page.tabs)):
            slugs = [panel.slug for panel in page.shown_panels(tab)]
            assert len(slugs) == len(set(slugs))
        assert all(panel.template for panel in page.every_panel if isinstance(panel, CustomPanel))


@pytest.mark.parametrize(("path", "cold", "warm"), [("/", 36, 10), ("/service-levels/", 26, 10), ("/backlog/", 23, 10)])
def test_a_page_states_its_queries_and_needs_no_event(
    backlog: list[int],
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
    cold: int,
    warm: int,
) -> None:
    record(random_tickets(80, seed=3, until=NOW, days=28, first_id=100))
    rollup.refill()
    client.force_login(User.objects.create(username="carol", role=Role.MANAGER))
    with connection.cursor() as cursor:  # whatever asks for them fails, be it by COPY or a view
        cursor.execute(f"ALTER TABLE {partitions.TABLE} RENAME TO events_out_of_reach")
    with django_assert_max_num_queries(cold):
        html = client.get(path).content.decode()
    assert html.count('<section class="panel ') > 5
    assert "This panel failed" not in html
    with django_assert_max_num_queries(warm):
        assert "This panel failed" not in client.get(path).content.decode()


def test_only_those_who_may_list_tickets_are_led_to_them(backlog: list[int]) -> None:
    planner = Reader(replace(SYSTEM, sees_tickets=False))
    day = replace(ASKED, period=Period(NOW.date(), NOW.date()))
    assert pages.breaking_next(Reader(SYSTEM), ASKED)["leads_on"]
    assert not pages.breaking_next(planner, ASKED)["leads_on"]
    assert {item.rows_url for item in today.today_so_far(planner, day)["items"]} == {""}


def test_today_is_compared_with_the_same_hours_of_the_same_weekday(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 12:30: four tickets so far, three of them before 12:00; a week ago two before, two after."""
    now = NOW + timedelta(minutes=30)
    monkeypatch.setattr(timezone, "now", lambda: now)
    (priority,) = make_priorities(1)
    a_week_ago = NOW - timedelta(days=7)
    times = [NOW - timedelta(minutes=m) for m in (1, 50, 150)] + [NOW + timedelta(minutes=15)]
    times += [a_week_ago - timedelta(minutes=m) for m in (30, 719)] + [a_week_ago + timedelta(hours=h) for h in (0, 8)]
    for number, at in enumerate(times):
        record(add_ticket(number + 1, created_at=at, priority=priority.pk))
    rollup.refill()
    for where in ((), (("priority", ("p0",)),)):  # from totals by hour, and from single facts
        items = {item.slug: item for item in today.today_so_far(Reader(SYSTEM), replace(ASKED, where=where))["items"]}
        created, running = items["created"], items["promises_running"]
        assert (created.value.number, created.against) == ("4", "to 12:00 vs last Wed")
        assert created.change is not None and created.change.words == "up 50 %, within noise"
        assert items["solved"].change is not None and items["solved"].change.text == "no change"
        assert (items["first_reply_attainment"].change, items["first_reply_attainment"].against) == (
            None,
            "no comparable data last Wed",
        )
        assert (running.change, running.against) == (None, "at this moment")
    monkeypatch.setattr(timezone, "now", lambda: NOW - timedelta(hours=11, minutes=30))
    items = {item.slug: item for item in today.today_so_far(Reader(SYSTEM), ASKED)["items"]}
    assert items["created"].against == "compared from 01:00 on"


@pytest.mark.django_db
def test_a_partner_is_told_nothing_of_panels_whose_metric_stands_beside_them() -> None:
    cast = make_cast()
    page = cast.client("pat").get("/service-levels/").content.decode()
    assert "By hour of the week" not in page and "Left out" not in page
    assert "By hour of the week" in cast.client("carol").get("/service-levels/").content.decode()
