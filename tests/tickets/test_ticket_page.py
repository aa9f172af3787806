"""One ticket's page: what happened in order, what was promised, and the proof of it. Taken in, not saved."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from ops_dashboard.people.models import Agent, Team, User
from ops_dashboard.people.roles import Role, Scope, scope_for
from tests.tickets.drafting import MONDAY, STORY, at, draft, take
from tickets.models import Promise, Ticket
from tickets.policies import load
from tickets.policy_file import parse
from tickets.proof import Why
from tickets.proof_card import proof_card
from tickets.ticket_page import TicketPage, find_ticket, ticket_page
from tickets.vocabulary import EventType, PromiseKind, PromiseState, Status

pytestmark = pytest.mark.django_db

NOW = MONDAY + timedelta(days=10)
EVERYTHING = Scope(role="manager", username="m", teams=None, sees_metrics=True, sees_people=True, sees_tickets=True)
POLICY = {
    "calendars": [
        {"name": "office", "timezone": "UTC", "weekly": {"mon": [["09:00", "10:30"]], "tue": [["09:00", "17:00"]]}}
    ],
    "policies": [
        {
            "name": "standard",
            "order": 1,
            "conditions": {},
            "calendar": "office",
            "targets": [
                {"kind": "first_reply", "priority": None, "seconds": 900},
                {"kind": "resolution", "priority": None, "seconds": 7200, "pauses_in": ["pending"]},
            ],
        }
    ],
}


@pytest.fixture(autouse=True)
def story() -> None:
    load(parse(POLICY), by="test")
    take(STORY)


def page(scope: Scope = EVERYTHING) -> TicketPage:
    return ticket_page(find_ticket("helpdesk", "T1", scope=scope), scope=scope, now=NOW)


def test_moments_stand_in_the_order_of_the_fold() -> None:
    told = page().moments
    assert [moment.type for moment in told] == [each.type for each in STORY]
    assert [moment.at for moment in told[:4]] == [at(0), at(0), at(10), at(10)]
    assert (told[0].after, told[2].after) == (None, timedelta(minutes=10))


def test_a_moment_says_who_did_what_in_words() -> None:
    told = {moment.type: moment for moment in page().moments}
    created, moved = told[EventType.TICKET_CREATED], told[EventType.GROUP_CHANGED]
    assert created.changes == (("status", "new"), ("priority", "high"), ("team", "red"), ("channel", "email"))
    assert (moved.actor, moved.changes) == ("alice", (("team", "blue"),))
    assert told[EventType.REQUESTER_MESSAGE].actor == "requester"


def test_states_cover_the_life_of_the_ticket_without_gaps() -> None:
    states = page().states
    assert (states[0].start_at, states[-1].end_at) == (at(0), None)
    assert all(before.end_at == after.start_at for before, after in zip(states, states[1:], strict=False))
    assert (states[-1].status, states[-1].lasted) == (Status.CLOSED, NOW - at(6000))


def test_promises_tell_their_verdict_and_policy() -> None:
    told = {promised.kind: promised for promised in page().promises}
    first, whole = told[PromiseKind.FIRST_REPLY], told[PromiseKind.RESOLUTION]
    assert (first.state, first.row.due_at, first.row.fulfilled_at) == (PromiseState.MISSED, at(15), at(20))
    assert (first.policy, whole.state) == ("standard v1", PromiseState.MET)


def test_the_proof_adds_up_to_the_stored_figure() -> None:
    ticket = find_ticket("helpdesk", "T1", scope=EVERYTHING)
    for row in Promise.objects.filter(ticket=ticket.id):
        card = proof_card(ticket, PromiseKind(row.kind), row.run, scope=EVERYTHING, now=NOW)
        assert sum(line.seconds for line in card.lines) == row.business_elapsed_s
        assert card.lines[-1].total == row.business_elapsed_s
        assert card.calendar == "office v1"


def test_the_proof_of_a_resolution_shows_pause_and_closed_hours() -> None:
    """Pending from 9:20 to 10:00; solved at 10:30 when the office closes; reopened at 11:30, closed hours."""
    ticket = find_ticket("helpdesk", "T1", scope=EVERYTHING)
    lines = proof_card(ticket, PromiseKind.RESOLUTION, 1, scope=EVERYTHING, now=NOW).lines
    paused = [(line.start_at, line.end_at) for line in lines if line.why is Why.PAUSED]
    assert (at(20), at(60)) in paused
    assert {line.why for line in lines if line.start_at >= at(150)} == {Why.CLOSED}
    assert lines[-1].total == (20 + 30) * 60


def test_a_running_promise_is_missed_from_its_due_instant_on() -> None:
    take([draft("ticket_created", 0, by="rita", ticket="T2", status="new")])
    ticket = find_ticket("helpdesk", "T2", scope=EVERYTHING)

    def state(now: datetime) -> PromiseState:
        (first,) = (
            p for p in ticket_page(ticket, scope=EVERYTHING, now=now).promises if p.kind is PromiseKind.FIRST_REPLY
        )
        return first.state

    Promise.objects.filter(ticket=ticket.id).update(state=PromiseState.RUNNING)
    assert (state(at(14)), state(at(15))) == (PromiseState.RUNNING, PromiseState.MISSED)


def test_a_running_promise_tells_what_it_has_used_by_now() -> None:
    """Opened at 9:00; the office closes at 10:30, so ninety minutes count that day."""
    take([draft("ticket_created", 0, by="rita", ticket="T2", status="new")])
    ticket = find_ticket("helpdesk", "T2", scope=EVERYTHING)
    Promise.objects.filter(ticket=ticket.id).update(state=PromiseState.RUNNING, business_elapsed_s=1)

    def used(now: datetime) -> set[int | None]:
        return {promised.used_s for promised in ticket_page(ticket, scope=EVERYTHING, now=now).promises}

    assert (used(at(10)), used(at(200))) == ({600}, {5400})


def client_of(role: Role, *, team: str = "", agent: str = "") -> tuple[Client, Scope]:
    user = User.objects.create(username=role, role=role, agent=Agent.objects.filter(slug=agent).first())
    user.teams.set(Team.objects.filter(slug=team))
    client = Client()
    client.force_login(user)
    return client, scope_for(user)


def test_a_ticket_that_moved_on_stays_visible_to_the_team_it_came_from() -> None:
    client, _ = client_of(Role.TEAM_LEAD, team="red")
    assert client.get("/tickets/helpdesk/T1/").status_code == 200
    assert "T1" not in client.get("/tickets/").content.decode()  # team blue holds it now


def test_what_does_not_exist_looks_like_what_is_not_yours() -> None:
    client, _ = client_of(Role.TEAM_LEAD, team="green")
    theirs, nothing = client.get("/tickets/helpdesk/T1/"), client.get("/tickets/helpdesk/T99/")
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert without_token(theirs.content) == without_token(nothing.content)


def without_token(page: bytes) -> bytes:
    return re.sub(b'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]*', b"", page)


def test_an_analyst_reads_the_story_without_the_names_of_agents() -> None:
    client, scope = client_of(Role.ANALYST)
    assert {moment.actor for moment in page(scope).moments} == {"requester", "an agent", "system"}
    assert "alice" not in client.get("/tickets/helpdesk/T1/").content.decode()
    assert "alice" not in client.get("/api/v1/tickets/helpdesk/T1/").content.decode()


def test_the_pages_print_what_the_ticket_says() -> None:
    client, _ = client_of(Role.MANAGER)
    text = client.get("/tickets/helpdesk/T1/").content.decode()
    assert "Ticket T1" in text
    assert "/tickets/helpdesk/T1/promises/first_reply/1/" in text
    proof = client.get("/tickets/helpdesk/T1/promises/first_reply/1/").content.decode()
    assert "closed hours" in proof
    assert "office v1" in proof
    for nothing in ("first_reply/2", "next_reply/1", "tea/1"):
        assert client.get(f"/tickets/helpdesk/T1/promises/{nothing}/").status_code == 404


def test_the_proof_calls_a_holiday_only_what_closed_as_one() -> None:
    """Tuesday is a holiday, Wednesday has a break; Thursday would be a holiday, but hours of its own open it."""
    daily = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = {
        "name": "year",
        "timezone": "UTC",
        "weekly": daily,
        "holidays": ["2026-03-03", "2026-03-05"],
        "overrides": {"2026-03-05": [["10:00", "12:00"]]},
        "breaks": {"2026-03-03": [["12:00", "13:00"]], "2026-03-04": [["12:00", "13:00"]]},
    }
    target = {"kind": "resolution", "seconds": 720_000}
    policy = {"name": "chat", "order": 0, "conditions": {"channel": ["chat"]}, "calendar": "year", "targets": [target]}
    load(parse({"calendars": [calendar], "policies": [policy]}), by="test")
    friday = 4 * 24 * 60 + 30
    take(
        [
            draft("ticket_created", 0, by="rita", ticket="T9", status="open", channel="chat"),
            draft("status_changed", friday, by="alice", ticket="T9", status="solved"),
        ]
    )
    client, _ = client_of(Role.MANAGER)
    proof = client.get("/tickets/helpdesk/T9/promises/resolution/1/").content.decode()
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", proof, re.DOTALL)]
    assert [(cells[2], cells[8]) for cells in rows if len(cells) == 11 and cells[0] != "From"] == [
        ("running", ""),
        ("closed hours", "holiday 3 Mar; special hours 4 Mar"),
        ("running", "special hours 4 Mar"),
        ("closed hours", "special hours 4 Mar"),
        ("running", "special hours 4 Mar"),
        ("closed hours", "special hours 4 Mar, 5 Mar"),
        ("running", "special hours 5 Mar"),
        ("closed hours", "special hours 5 Mar"),
        ("running", ""),
    ]
    assert re.search("closed Mon 2 Mar, 17:00 to Wed 4 Mar, 09:00, .*: holiday 3 Mar; special hours 4 Mar", proof)


def test_a_ref_may_hold_slashes_and_is_escaped() -> None:
    take([draft("ticket_created", 0, by="rita", ticket="2026/<b>7</b>", status="new")])
    client, _ = client_of(Role.MANAGER)
    text = client.get("/tickets/").content.decode()
    assert "<b>7</b>" not in text
    assert client.get("/tickets/helpdesk/2026/<b>7</b>/").status_code == 200
    assert client.get("/api/v1/tickets/helpdesk/2026/<b>7</b>/").json()["ref"] == "2026/<b>7</b>"


def test_the_api_tells_the_same_facts() -> None:
    client, _ = client_of(Role.MANAGER)
    told = client.get("/api/v1/tickets/helpdesk/T1/").json()
    ticket = Ticket.objects.get(ref="T1")
    assert (told["source"], told["status"], told["team"]) == ("helpdesk", "closed", "blue")
    assert told["first_reply_at"] == "2026-03-02T09:20:00Z"
    assert [event["type"] for event in told["events"]] == [each.type.label for each in STORY]
    assert told["reopens"] == ticket.reopens == 1
    assert {promise["kind"]: promise["state"] for promise in told["promises"]} == {
        "first_reply": "missed",
        "resolution": "met",
    }


def test_the_api_turns_its_pages() -> None:
    take(draft("ticket_created", n, by="rita", ticket=f"N{n}", status="new") for n in range(5))
    client, _ = client_of(Role.MANAGER)
    url, found = "/api/v1/tickets/?size=2&status=new", []
    while url:
        told = client.get(url).json()
        assert (told["count"], told["count_is_capped"]) == (5, False)
        found += [row["ref"] for row in told["results"]]
        url = told["next"]
    assert found == ["N4", "N3", "N2", "N1", "N0"]


@pytest.mark.parametrize(
    "query", ["sort=best", "size=0", "size=501", "size=x", "after=x", "team=nowhere", "metric=tea"]
)
def test_the_api_names_a_parameter_that_makes_no_sense(query: str) -> None:
    client, _ = client_of(Role.MANAGER)
    response = client.get(f"/api/v1/tickets/?{query}")
    assert response.status_code == 400
    assert list(response.json()) == [query.split("=")[0]]


def test_words_stand_at_their_moment_for_those_who_may_read_them(client: Client) -> None:
    take(
        [
            draft("ticket_created", 0, by="rita", ticket="T9", status="new"),
            draft("requester_message", 1, by="rita", ticket="T9", text="<b>no sound</b>\nwrite rita@holm.example"),
            draft("agent_reply", 2, by="alice", ticket="T9", text="gone", native_id="m"),
            draft("message_redacted", 3, ticket="T9", from_value="m"),
        ]
    )
    for role, sees in ((Role.MANAGER, True), (Role.ANALYST, True), (Role.PLANNER, None)):
        user = User.objects.create(username=f"{role}-9", role=role)
        client.force_login(user)
        answer = client.get("/tickets/helpdesk/T9/")
        if sees is None:
            assert answer.status_code == 403
            continue
        shown = answer.content.decode()
        assert '<bdi class="verbatim">&lt;b&gt;no sound&lt;/b&gt;\nwrite [email]</bdi>' in shown
        assert '<bdi class="verbatim">(the words were withdrawn)</bdi>' in shown


def test_without_the_right_to_words_a_moment_says_none() -> None:
    take([draft("ticket_created", 0, ticket="T9", status="new", text="no sound")])
    (moment,) = ticket_page(find_ticket("helpdesk", "T9", scope=EVERYTHING), scope=EVERYTHING, now=NOW).moments
    assert moment.said is None
