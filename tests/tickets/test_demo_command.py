"""`manage.py demo` on a real database: made, finished, kept going, and removed without a trace."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.utils import timezone

from ops_dashboard.metrics.models import Annotation, Cell, Goal, StaleCell
from ops_dashboard.people.models import Agent, Membership, Site, Team, User, Vendor
from tickets.connectors.drafts import Draft
from tickets.demo import records
from tickets.demo.world import World
from tickets.intake import take_in
from tickets.models import (
    BusinessCalendar,
    Channel,
    Promise,
    Reason,
    Reply,
    SlaPolicy,
    Solve,
    Source,
    Span,
    Ticket,
    TicketEvent,
    Worklog,
)
from tickets.vocabulary import ActorKind, EventType
from tickets.words import register_source
from workforce.models import TimedWeek

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
SIZE = ("--tickets", "250", "--weeks", "3", "--seed", "5")


def run(*arguments: str) -> dict:
    """What the command prints as JSON."""
    out = StringIO()
    call_command("demo", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def made() -> dict:
    """The demo's tickets; what follows them takes longer and is asked about by few tests."""
    return run(*SIZE, "--now", NOW.isoformat(), "--tickets-first")


def made_whole(now: datetime = NOW) -> dict:
    return run(*SIZE, "--now", now.isoformat())


def world() -> World:
    return World(seed=5, tickets=250, weeks=3, now=NOW)


def test_a_second_demo_changes_nothing() -> None:
    made_whole()
    before = TicketEvent.objects.count()
    report = run("--tickets", "999")
    assert (report["exists"], report["tickets"]) == (True, 250)
    assert TicketEvent.objects.count() == before


def test_clear_leaves_nothing_of_it() -> None:
    made_whole()
    assert run("--clear") == {"removed": 250}
    for model in (
        Ticket,
        TicketEvent,
        Span,
        Reply,
        Solve,
        Worklog,
        Promise,
        Source,
        SlaPolicy,
        BusinessCalendar,
        Channel,
        Reason,
    ):
        assert model.objects.count() == 0, model
    others: tuple[type[Model], ...] = (
        *(Team, Agent, Site, Vendor, Membership, User),
        *(Annotation, Goal, StaleCell, Cell, TimedWeek),
    )
    for other in others:
        assert other._default_manager.count() == 0, other
    assert run("--clear") == {"removed": 0}


def test_clear_leaves_what_is_not_of_the_demo() -> None:
    source = register_source("real", kind="events")
    take_in(source, [real_ticket()], origin="a file")
    made()
    run("--clear")
    assert Ticket.objects.get().ref == "R-1"
    assert Source.objects.get().slug == "real"
    assert Team.objects.get().slug == "tier-two"
    assert Channel.objects.get().slug == "email"
    assert sum(Cell.objects.filter(source="created").values_list("n", flat=True)) == 1


def real_ticket() -> Draft:
    return Draft(
        ticket_ref="R-1", type=EventType.TICKET_CREATED, occurred_at=NOW, actor_kind=ActorKind.REQUESTER,
        status="new", team="tier-two", channel="email",
    )  # fmt: skip


def test_a_name_that_is_taken_stops_the_demo_before_it_begins() -> None:
    Team.objects.create(slug="access-austin", name="Somebody's own team")
    with pytest.raises(CommandError, match="already a team 'access-austin'.*nothing was changed") as refused:
        made()
    assert refused.value.returncode == 1
    assert (Source.objects.count(), Agent.objects.count(), User.objects.count()) == (0, 0, 0)


def test_a_source_of_that_name_is_not_taken_for_a_demo() -> None:
    register_source("demo", kind="events")
    with pytest.raises(CommandError, match="already a source 'demo'"):
        made()


def test_a_demo_that_was_broken_off_is_finished() -> None:
    source = records.settle(world())
    take_in(source, islice(world().history(), 700), origin="demo")
    report = run("--tickets", "999")
    assert report["duplicate"] == 700
    assert Ticket.objects.count() == 250
    assert TicketEvent.objects.count() == len(list(world().history()))


def test_live_stops_after_the_ticks_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    made_whole(now=timezone.now() - timedelta(hours=3))
    before, newest = TicketEvent.objects.count(), TicketEvent.objects.latest("occurred_at").occurred_at
    report = run("--live", "--ticks", "3")
    assert report["looks"] == len(waits) == 3
    assert TicketEvent.objects.count() - before == report["told"] > 0
    assert TicketEvent.objects.latest("occurred_at").occurred_at > newest
    assert not StaleCell.objects.exists()


def test_clear_and_live_contradict_each_other() -> None:
    with pytest.raises(CommandError) as refused:
        run("--clear", "--live")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    "wrong",
    [("--tickets", "0"), ("--tickets", "many"), ("--weeks", "-1"), ("--now", "soon"), ("--now", "2025-06-15T12:00")],
)
def test_wrong_usage_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=wrong[1]):
        run(*wrong)
    assert Source.objects.count() == 0
