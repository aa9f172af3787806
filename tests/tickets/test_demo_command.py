"""`manage.py demo` on a real database: made through the intake, continued, and removed without a trace."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops_dashboard.demo_parts import PARTS
from ops_dashboard.metrics.models import Annotation, Cell, Goal, StaleCell
from ops_dashboard.people.demo_users import DEMO_USERS, demo_password
from ops_dashboard.people.models import Agent, Membership, Site, Team, User, Vendor
from ops_dashboard.people.roles import Role
from tickets.connectors.drafts import Draft
from tickets.demo import records
from tickets.demo.live import LiveView, WorldEnded
from tickets.demo.world import World
from tickets.intake import take_in
from tickets.models import (
    BusinessCalendar,
    Channel,
    ImportRun,
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
from tickets.vocabulary import ActorKind, EventType, Status
from tickets.words import register_source
from workforce.models import Shift, TimedWeek

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
SIZE = ("--tickets", "250", "--weeks", "3", "--seed", "5")
GONE = {
    EventType.TICKET_MERGED: Status.MERGED,
    EventType.TICKET_DELETED: Status.DELETED,
    EventType.MARKED_SPAM: Status.SPAM,
}


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


def test_the_command_takes_every_draft_in() -> None:
    drafts = list(world().history())
    report = made()
    assert (report["tickets"], report["accepted"]) == (250, len(drafts))
    assert (report["duplicate"], report["rejected"]) == (0, 0)
    assert TicketEvent.objects.count() == len(drafts)
    assert ImportRun.objects.get().origin == "demo"


def test_tickets_end_in_the_status_that_was_told() -> None:
    told = {}
    for draft in world().history():
        if draft.status:
            told[draft.ticket_ref] = Status.from_label(draft.status)
        elif draft.type in GONE:
            told[draft.ticket_ref] = GONE[draft.type]
    made()
    assert dict(Ticket.objects.values_list("ref", "status")) == told


def test_the_organisation_stands_beside_its_tickets() -> None:
    made()
    assert (Team.objects.count(), Agent.objects.count(), Site.objects.count(), Vendor.objects.count()) == (
        14,
        220,
        5,
        2,
    )
    assert Team.objects.filter(vendor__isnull=False).count() == 4
    assert Membership.objects.filter(valid_to__isnull=False).count() == 4
    assert set(Ticket.objects.values_list("team", flat=True)) <= set(Team.objects.values_list("id", flat=True))
    assert Reason.objects.get(slug="video-removed").label == "Video removed"
    assert Annotation.objects.filter(kind="outage").count() == 1
    assert Goal.objects.filter(metric="first_reply_attainment", team=None).get().value == 0.9


def test_promises_are_judged_by_the_policies_of_the_demo() -> None:
    made()
    assert set(Promise.objects.values_list("policy", flat=True)) <= set(SlaPolicy.objects.values_list("id", flat=True))
    assert Promise.objects.count() > 1_000
    assert BusinessCalendar.objects.count() == 7


def test_its_cells_are_filled() -> None:
    made()
    assert StaleCell.objects.count() == 0
    assert sum(Cell.objects.filter(source="created").values_list("n", flat=True)) == 250


def test_every_role_can_sign_in(settings: Settings) -> None:
    made()
    password = demo_password(settings.ENVIRONMENT.var)
    signed_in = [authenticate(username=user.username, password=password) for user in DEMO_USERS]
    assert {user.role for user in signed_in if isinstance(user, User)} == set(Role)
    assert User.objects.get(username="demo-agent").agent is not None
    assert User.objects.get(username="demo-lead").teams.count() == 2


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


def test_the_policies_of_the_demo_leave_real_tickets_alone() -> None:
    made()
    take_in(register_source("real", kind="events"), [real_ticket()], origin="a file")
    assert not Promise.objects.filter(ticket=Ticket.objects.get(ref="R-1").id).exists()


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


def test_tickets_come_first_where_that_is_asked_for_and_the_rest_with_the_next_call() -> None:
    first = made()
    assert (first["tickets"], first["parts"]) == (250, [])
    assert Cell.objects.exists()
    assert not Shift.objects.exists()
    assert run("--tickets-first")["exists"] is True
    second = run()
    assert second["parts"] == list(PARTS)
    assert Shift.objects.exists()
    assert run()["exists"] is True


def test_a_part_that_fell_is_told_again_and_those_before_it_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    told: list[str] = []

    class Heard:
        def __init__(self, name: str) -> None:
            self.name = name

        def tell(self, world: World) -> None:
            told.append(self.name)
            if self.name == "reviews" and told.count("reviews") == 1:
                raise RuntimeError("broken off")

    monkeypatch.setattr("ops_dashboard.demo_parts.PARTS", {name: Heard(name) for name in PARTS})
    with pytest.raises(RuntimeError):
        run()
    run()
    assert told == ["volumes", "rosters", "reviews", "reviews", "feedback", "insights"]


def test_live_goes_on_where_the_history_ended() -> None:
    made()
    view = LiveView(Source.objects.get(), world())
    caught_up = view.begin(NOW + timedelta(hours=5))
    ticks = [view.tick(NOW + timedelta(hours=5, minutes=minutes)) for minutes in range(2, 31, 2)]
    assert caught_up.accepted > 0
    assert sum(summary.accepted for summary in ticks) > 0
    assert {(summary.duplicate, summary.rejected) for summary in [caught_up, *ticks]} == {(0, 0)}
    assert Ticket.objects.count() > 250
    cursor = Source.objects.get().cursor
    assert cursor["told_to"] == (NOW + timedelta(hours=5, minutes=30)).isoformat()
    assert cursor["watched"] == [
        [(NOW + timedelta(hours=5)).isoformat(), (NOW + timedelta(hours=5, minutes=30)).isoformat()]
    ]


def test_live_taken_up_again_goes_on_without_a_gap() -> None:
    made()
    times = [NOW + timedelta(hours=hours) for hours in (1, 2, 3, 4)]
    first = LiveView(Source.objects.get(), world())
    first.begin(times[0])
    first.tick(times[1])
    second = LiveView(Source.objects.get(), world())
    second.begin(times[2])
    second.tick(times[3])
    told = world().later(NOW, times[3], watched=[(times[0], times[1]), (times[2], times[3])])
    assert TicketEvent.objects.count() == len(list(world().history())) + len(list(told))


def test_live_says_when_its_world_has_come_to_an_end() -> None:
    made()
    with pytest.raises(WorldEnded, match="2025-06-15"):
        LiveView(Source.objects.get(), world()).begin(NOW + timedelta(weeks=9))


def test_live_stops_after_the_ticks_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    made_whole(now=timezone.now() - timedelta(hours=3))
    report = run("--live", "--ticks", "3")
    assert report["looks"] == len(waits) == 3
    assert report["told"] > 0


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
