"""What a demo of tickets leaves in the database, and how it goes on from there."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from pytest_django.fixtures import Settings

from ops_dashboard.demo_parts import PARTS
from ops_dashboard.metrics.models import AlertRule, Annotation, Cell, Goal, StaleCell
from ops_dashboard.people.demo_users import DEMO_USERS, demo_password
from ops_dashboard.people.models import Agent, Membership, Site, Team, User, Vendor
from ops_dashboard.people.roles import Role
from tests.tickets.test_demo_command import NOW, made, real_ticket, run, world
from tickets.demo.live import LiveView, WorldEnded
from tickets.demo.world import World
from tickets.intake import take_in
from tickets.models import BusinessCalendar, ImportRun, Promise, Reason, SlaPolicy, Source, Ticket, TicketEvent
from tickets.vocabulary import EventType, Status
from tickets.words import register_source
from workforce.models import Shift

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("report")]

GONE = {
    EventType.TICKET_MERGED: Status.MERGED,
    EventType.TICKET_DELETED: Status.DELETED,
    EventType.MARKED_SPAM: Status.SPAM,
}


@pytest.fixture(scope="module")
def report(on_stage: None) -> dict:
    """What the command said of the demo that it made."""
    return made()


def test_the_command_takes_every_draft_in(report: dict) -> None:
    drafts = list(world().history())
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
    assert dict(Ticket.objects.values_list("ref", "status")) == told


def test_the_organisation_stands_beside_its_tickets() -> None:
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
    assert set(Promise.objects.values_list("policy", flat=True)) <= set(SlaPolicy.objects.values_list("id", flat=True))
    assert Promise.objects.count() > 1_000
    assert BusinessCalendar.objects.count() == 7


def test_its_cells_are_filled() -> None:
    assert StaleCell.objects.count() == 0
    assert sum(Cell.objects.filter(source="created").values_list("n", flat=True)) == 250


def test_every_role_can_sign_in(settings: Settings) -> None:
    password = demo_password(settings.ENVIRONMENT.var)
    signed_in = [authenticate(username=user.username, password=password) for user in DEMO_USERS]
    assert {user.role for user in signed_in if isinstance(user, User)} == set(Role)
    assert User.objects.get(username="demo-agent").agent is not None
    assert User.objects.get(username="demo-lead").teams.count() == 2


def test_the_policies_of_the_demo_leave_real_tickets_alone() -> None:
    take_in(register_source("real", kind="events"), [real_ticket()], origin="a file")
    assert not Promise.objects.filter(ticket=Ticket.objects.get(ref="R-1").id).exists()


def test_tickets_come_first_where_that_is_asked_for_and_the_rest_with_the_next_call(report: dict) -> None:
    assert (report["tickets"], report["parts"]) == (250, [])
    assert Cell.objects.exists()
    assert not Shift.objects.exists()
    assert run("--tickets-first")["exists"] is True
    second = run()
    assert second["parts"] == list(PARTS)
    assert AlertRule.objects.filter(owner__username="demo-manager", looked_at__isnull=False).count() == 3
    assert Shift.objects.exists()
    assert run()["exists"] is True


def test_a_part_that_fell_is_told_again_and_those_before_it_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert told == ["volumes", "rosters", "reviews", "reviews", "feedback", "insights", "views", "alerts"]


def test_live_goes_on_where_the_history_ended() -> None:
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
    with pytest.raises(WorldEnded, match="2025-06-15"):
        LiveView(Source.objects.get(), world()).begin(NOW + timedelta(weeks=9))
