"""What was said: redacted with its event, once, for those who may read words, and gone when it is withdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ops_dashboard.people.roles import NOBODY, SYSTEM, Scope, scope_for
from tests.cast import Cast, make_cast
from tests.tickets.drafting import MONDAY, at, draft, source, take
from tickets import messages
from tickets.connectors.drafts import Draft, Rejected
from tickets.draft_checks import kept_line
from tickets.forgetting import forget
from tickets.identity import ticket_id
from tickets.models import AgentRef, Message, RejectedRow, TeamRef, Ticket, TicketEvent
from tickets.redaction import VERSION, Known
from tickets.vocabulary import ActorKind, EventType

pytestmark = pytest.mark.django_db

RITA = Known(names=("Rita Holm",), emails=("rita@holm.example",))


def told(ticket: str = "T1", **first: Any) -> list[Draft]:
    return [
        draft("ticket_created", 0, by="rita", ticket=ticket, status="new", team="red", **first),
        draft("requester_message", 0, by="rita", ticket=ticket, seq=1, native_id=f"{ticket}-m1", is_public=True,
              text="Rita Holm here, write to bob@holm.example", known=RITA),
        draft("agent_reply", 20, by="alice", ticket=ticket, native_id=f"{ticket}-m2", is_public=True,
              text="Hello Rita"),
        draft("internal_note", 30, by="alice", ticket=ticket, native_id=f"{ticket}-m3", text="call 0171 2345678"),
    ]  # fmt: skip


def texts(ticket: str = "T1") -> list[str]:
    rows = Message.objects.filter(ticket=ticket_id("helpdesk", ticket)).order_by("occurred_at", "type")
    return list(rows.values_list("text", flat=True))


def test_words_are_stored_redacted_beside_their_event() -> None:
    take(told())
    assert texts() == ["[name] here, write to [email]", "Hello [name]", "call [phone]"]
    first = Message.objects.get(type=EventType.REQUESTER_MESSAGE)
    assert (first.author, first.is_public, first.source) == (ActorKind.REQUESTER, True, source().pk)
    assert (first.detections, first.redactor_version, first.occurred_at) == ({"email": 1, "name": 1}, VERSION, at(0))
    assert TicketEvent.objects.get(dedupe_key=first.event).type == EventType.REQUESTER_MESSAGE


def test_nothing_of_the_requester_is_stored_anywhere() -> None:
    take(told())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~* %s', ["rita holm|holm.example|2345678"])
            assert (table, cursor.fetchone()) == (table, (0,))


def test_taking_in_twice_changes_nothing() -> None:
    take(told())
    before = list(Message.objects.order_by("event").values())
    take(told())
    assert list(Message.objects.order_by("event").values()) == before


def test_words_come_and_go_with_the_transaction_of_their_event() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        take(told())
        raise RuntimeError
    assert (Message.objects.count(), TicketEvent.objects.count()) == (0, 0)


def test_events_without_words_and_words_on_other_events_leave_no_message() -> None:
    take(
        [
            draft("ticket_created", 0, status="new", text=""),
            draft("status_changed", 5, status="open", text="no message"),
        ]
    )
    assert Message.objects.count() == 0


def test_a_creation_and_a_survey_may_speak() -> None:
    take([draft("ticket_created", 0, by="rita", status="new", text="it fails"),
          draft("survey_answered", 9, by="rita", text="too slow")])  # fmt: skip
    assert list(Message.objects.order_by("occurred_at").values_list("text", "is_public")) == [
        ("it fails", True),
        ("too slow", True),
    ]


def test_a_deletion_withdraws_what_was_said_before_it() -> None:
    take([*told(), draft("ticket_deleted", 25)])
    assert texts() == ["", "", "call [phone]"]
    wiped = Message.objects.filter(is_wiped=True)
    assert {(row.text, str(row.detections)) for row in wiped} == {("", "{}")}
    assert wiped.count() == 2


def test_a_redaction_withdraws_the_message_it_names() -> None:
    take([*told(), draft("message_redacted", 40, from_value="T1-m1")])
    assert texts() == ["", "Hello [name]", "call [phone]"]


def test_a_redaction_that_names_nothing_withdraws_everything_so_far() -> None:
    take(told())
    take([draft("message_redacted", 40)])
    assert texts() == ["", "", ""]


def test_words_that_arrive_after_their_withdrawal_are_withdrawn() -> None:
    take([told()[0], draft("message_redacted", 40, from_value="T1-m1")])
    take(told())
    assert texts() == ["", "Hello [name]", "call [phone]"]


def test_a_withdrawal_moves_the_instant_of_change() -> None:
    take(told())
    before = Message.objects.get(type=EventType.AGENT_REPLY).changed_at
    take([draft("message_redacted", 40, from_value="T1-m2")])
    assert Message.objects.get(type=EventType.AGENT_REPLY).changed_at > before
    assert Message.objects.get(type=EventType.INTERNAL_NOTE).changed_at <= before


def test_a_long_message_is_cut_at_a_space_and_says_so() -> None:
    take([draft("requester_message", 0, by="rita", text="word " * 10_000)])
    (text,) = texts()
    assert len(text) <= messages.LONGEST
    assert text.endswith("word …")
    assert messages.shortened("x" * 30_000) == "x" * (messages.LONGEST - 2) + " …"


HOSTILE = [
    "a\0b",
    "\ud800",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "x" * (1 << 20),
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "%s%s%n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_keeps_its_ticket_out(text: str) -> None:
    assert (
        take([draft("ticket_created", 0, status="new"), draft("requester_message", 1, by="rita", text=text)]).accepted
        == 2
    )
    stored = Message.objects.get().text
    assert len(stored) <= messages.LONGEST
    assert not {"\0", "\u202e"} & set(stored)


def test_forgetting_a_source_forgets_its_words_alone() -> None:
    take(told())
    take(told(), slug="shop")
    forget(source())
    assert set(Message.objects.values_list("source", flat=True)) == {source("shop").pk}


def test_a_wiped_message_cannot_hold_words() -> None:
    take(told())
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(is_wiped=True)


@pytest.fixture
def cast() -> Cast:
    """T1 lies with alice in team A, T2 with dave in team B."""
    cast = make_cast()
    for ref, team in (("red", "team-a"), ("blue", "team-b")):
        TeamRef.objects.create(source=source(), ref=ref, team=cast.teams[team])
    for name in ("alice", "dave"):
        AgentRef.objects.create(source=source(), ref=name, agent=cast.agents[name])
    take(told("T1", assignee="alice"))
    second = [draft("ticket_created", 0, by="rita", ticket="T2", status="new", team="blue", assignee="dave")]
    take([*second, *told("T2")[1:]])
    return cast


READS = {"carol": {"T1", "T2"}, "erin": {"T1", "T2"}, "bob": {"T1"}, "alice": {"T1"}, "dave": {"T2"}}


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dave", "erin", "pat", "quinn", "petra", "adam", "eve"])
def test_words_are_for_those_who_may_read_them(cast: Cast, name: str) -> None:
    scope = scope_for(cast.users[name])
    tickets = set(Message.objects.visible_to(scope).values_list("ticket", flat=True))
    assert tickets == {ticket_id("helpdesk", ref) for ref in READS.get(name, set())}


def test_seeing_tickets_is_not_reading_words(cast: Cast) -> None:
    tickets_only = Scope(role="manager", username="m", teams=None, sees_tickets=True)
    words_only = Scope(role="reviewer", username="r", teams=None, sees_text=True)
    assert [Message.objects.visible_to(scope).count() for scope in (NOBODY, SYSTEM, tickets_only, words_only)] == [
        0
    ] * 4


def test_a_rejected_line_keeps_nothing_of_the_requester() -> None:
    raw = (
        b'{"ticket_id":"A1","at":"soon","text":"Rita Holm, rita@holm.example",'
        b'"requester_known":{"name":"Rita Holm","email":["r@holm.example"]}}'
    )
    take([Rejected(1, "at", "is no instant", raw)])  # type: ignore[list-item]
    kept = RejectedRow.objects.get().raw
    assert kept == '{"ticket_id":"A1","at":"soon","text":"[name], [email]"}'
    assert kept_line(b'{"requester_known":{"name":"Rita Holm"') == '{"requester_known": ...}'


def test_the_turn_of_a_writer_makes_the_instant_of_change_safe_to_read_from() -> None:
    """Rows written under the lock are not younger than an instant read under it afterwards."""
    take(told())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert Message.objects.filter(changed_at__gt=now).count() == 0
    assert Message.objects.filter(changed_at__lt=MONDAY + timedelta(days=1)).count() == 0
    assert Ticket.objects.count() == 1
