"""Conversations become feedback: once each, with nothing lost to a slow writer, and gone when withdrawn."""

import threading
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from insights import tasks, ticket_feedback
from insights.feedback_intake import record
from insights.models import Feedback, FeedbackSource, TicketsRead
from insights.ticket_feedback import OPENINGS, RATINGS, area_of, ref_of
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import Team
from tests.tickets.drafting import at, draft, source, take
from tickets import facts
from tickets.connectors.drafts import Draft
from tickets.forgetting import forget
from tickets.identity import ticket_id
from tickets.models import Channel, Message, Source, TeamRef

pytestmark = pytest.mark.django_db


def talk(ticket: str = "T1", *, first: str = "no sound, mail rita@holm.example") -> list[Draft]:
    return [
        draft("ticket_created", 0, by="rita", ticket=ticket, status="new", team="red", channel="email", language="en"),
        draft("requester_message", 0, by="rita", ticket=ticket, seq=1, native_id=f"{ticket}-m1", text=first),
        draft("agent_reply", 20, by="alice", ticket=ticket, text="try again", is_public=True),
        draft("requester_message", 60, by="rita", ticket=ticket, text="still no sound"),
        draft("status_changed", 90, by="alice", ticket=ticket, status="solved"),
        draft("survey_answered", 100, by="rita", ticket=ticket, text="slow, call 0171 2345678", to_value="2",
              meta={"rating": 2}, native_id=f"{ticket}-s"),
    ]  # fmt: skip


def read(drafts: Iterable[Draft] = ()) -> int:
    told = list(drafts)
    if told:
        take(told)
    return ticket_feedback.read(source())


def rows() -> list[tuple[object, ...]]:
    return list(Feedback.objects.order_by("source", "ref").values_list("source", "text", "rating", "detections"))


def test_the_first_message_and_the_comment_of_a_rating_are_feedback() -> None:
    team = Team.objects.create(slug="payments", name="Payments", support_function="Payments & gifts")
    TeamRef.objects.create(source=source(), ref="red", team=team)
    assert read(talk()) == 2
    assert rows() == [
        (OPENINGS, "no sound, mail [email]", None, 1),
        (RATINGS, "slow, call [phone]", 2, 1),
    ]
    opening = Feedback.objects.get(source=OPENINGS)
    assert (opening.ref, opening.ticket, opening.occurred_at) == (
        ref_of(ticket_id("helpdesk", "T1")),
        ticket_id("helpdesk", "T1"),
        at(0),
    )
    assert (opening.team, opening.area) == (team.pk, "payments")
    assert opening.channel == Channel.objects.get(slug="email").pk


def test_reading_again_changes_nothing_and_new_words_come_alone() -> None:
    read(talk())
    before = rows()
    assert read() == 0
    assert rows() == before
    assert read(talk("T2", first="cannot log in")) == 2
    assert Feedback.objects.filter(source=OPENINGS).count() == 2


def test_a_run_broken_off_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    take(talk())
    take(talk("T2"))
    calls = []

    def breaking(feedback_source: FeedbackSource, told: object) -> object:
        calls.append(feedback_source.slug)
        if len(calls) == 2:
            raise RuntimeError("the process died here")
        return record(feedback_source, told)  # type: ignore[arg-type]

    monkeypatch.setattr(ticket_feedback, "record", breaking)
    with pytest.raises(RuntimeError):
        read()
    monkeypatch.setattr(ticket_feedback, "record", record)
    read()
    assert Feedback.objects.count() == 4


def test_figures_are_marked_with_the_feedback() -> None:
    take(talk())
    StaleCell.objects.all().delete()
    read()
    assert set(StaleCell.objects.values_list("source", flat=True)) == {"feedback"}


def test_words_that_were_withdrawn_are_withdrawn_here() -> None:
    read(talk())
    read([draft("message_redacted", 200, from_value="T1-m1")])
    assert rows() == [(OPENINGS, "", None, 0), (RATINGS, "slow, call [phone]", 2, 1)]


def test_spam_is_no_feedback_even_when_it_is_found_out_later() -> None:
    read(talk())
    assert Feedback.objects.count() == 2
    read([draft("marked_spam", 300)])
    assert ticket_feedback.sweep() == 2
    assert Feedback.objects.count() == 0
    take([*talk("T2"), draft("marked_spam", 300, ticket="T2")])
    assert read() == 0


def test_forgetting_a_source_takes_its_feedback_alone() -> None:
    read(talk())
    take(talk(), slug="shop")
    ticket_feedback.read_all()
    assert ticket_feedback.forget(source()) == 2
    forget(source())
    assert set(Feedback.objects.values_list("ticket", flat=True)) == {ticket_id("shop", "T1")}
    assert not TicketsRead.objects.filter(source=source().pk).exists()


@pytest.mark.parametrize(
    ("function", "area"),
    [("Payments & gifts", "payments"), ("Live & video", "live"), ("", ""), ("Account access", "account")],
)
def test_the_area_is_the_first_word_of_the_function(function: str, area: str) -> None:
    assert area_of(function) == area


@pytest.mark.django_db(transaction=True)
def test_a_slow_writer_loses_nothing() -> None:
    """A writer that began before the reader and commits after it: its row is older than the reader's instant."""
    take([draft("ticket_created", 0, ticket="T0", status="new")])
    wrote, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            facts.take_turns(cursor, [Source.objects.get().pk])
            take(talk("T9"))
            wrote.set()
            may_end.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    reads: list[int] = []

    def reading() -> None:
        reads.append(ticket_feedback.read(Source.objects.get()))
        connection.close()

    reader = threading.Thread(target=reading)
    writer.start()
    assert wrote.wait(20)
    reader.start()  # it waits for its turn
    may_end.set()
    writer.join(20)
    reader.join(20)
    assert reads[0] + ticket_feedback.read(Source.objects.get()) == 2
    assert TicketsRead.objects.get().read_to >= Message.objects.latest("changed_at").changed_at - timedelta(seconds=1)


def test_whoever_meets_another_reader_looks_again_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def held() -> int:
        raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()

    again: list[dict[str, int]] = []
    monkeypatch.setattr(ticket_feedback, "read_all", held)
    monkeypatch.setattr(tasks.read_tickets, "apply_async", lambda **options: again.append(options))
    with caplog.at_level("INFO"):
        assert tasks.read_tickets() == 0
    assert again == [{"countdown": 30, "expires": 180}]
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("INFO", None)]


def test_a_past_that_is_being_filled_is_read_when_it_is_whole() -> None:
    take(talk())
    with rollup.held_back():
        assert (tasks.read_tickets(), Feedback.objects.count()) == (0, 0)
    assert (tasks.read_tickets(), Feedback.objects.count()) == (2, 2)


def test_another_fault_of_the_database_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise OperationalError("the server has gone")

    monkeypatch.setattr(ticket_feedback, "read_all", broken)
    with pytest.raises(OperationalError, match="gone"):
        tasks.read_tickets()
