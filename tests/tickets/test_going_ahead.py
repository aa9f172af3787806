"""One thing is made ahead, no more; errors come in their place, and nobody is left behind."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.tickets.drafting import draft, source
from tickets import intake
from tickets.connectors.drafts import Draft
from tickets.going_ahead import going_ahead
from tickets.models import ImportRun, Message, Ticket, TicketEvent


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "going ahead"]


def test_items_come_in_their_order_and_then_the_error_that_ended_them() -> None:
    def broken() -> Iterator[int]:
        yield from range(5)
        raise ValueError("no more")

    told = []
    with pytest.raises(ValueError, match="no more"):
        for item in going_ahead(broken()):
            told.append(item)
    assert told == [0, 1, 2, 3, 4]
    assert list(going_ahead([])) == []
    assert makers() == []


def test_no_more_than_one_waits_and_another_is_in_the_making() -> None:
    made: list[int] = []
    third = threading.Event()

    def counted() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 2:
                third.set()
            yield number

    reader = going_ahead(counted())
    assert next(reader) == 0
    assert third.wait(10)
    assert made == [0, 1, 2]
    reader.close()
    assert makers() == []
    assert len(made) <= 4


@pytest.mark.django_db
def test_made_up_drafts_come_in_as_others_do() -> None:
    def told(ticket: str) -> list[Draft]:
        return [
            draft("ticket_created", 0, by="rita", ticket=ticket, status="new", team="red"),
            draft("requester_message", 1, by="rita", ticket=ticket, text="mail rita@holm.example", is_public=True),
            draft("requester_message", 1, by="rita", ticket=ticket, text="mail rita@holm.example", is_public=True),
        ]

    drafts = [each for ticket in ("T1", "T2", "T3") for each in told(ticket)]
    summary = intake.take_in(source(), drafts, origin="made up", batch=3, is_made_up=True)
    assert (summary.accepted, summary.duplicate, summary.rejected, summary.tickets) == (6, 3, 0, 3)
    assert (Ticket.objects.count(), TicketEvent.objects.count()) == (3, 6)
    assert list(Message.objects.values_list("text", flat=True)) == ["mail [email]"] * 3
    again = intake.take_in(source(), drafts, origin="made up", batch=3, is_made_up=True)
    assert (again.accepted, again.duplicate) == (0, 9)


@pytest.mark.django_db
def test_what_made_up_drafts_raise_comes_out_after_what_was_kept() -> None:
    def broken() -> Iterator[Draft]:
        for ticket in ("T1", "T2"):
            yield draft("ticket_created", 0, by="rita", ticket=ticket, status="new")
        raise OSError("the story ends")

    with pytest.raises(OSError, match="the story ends"):
        intake.take_in(source(), broken(), origin="made up", batch=1, is_made_up=True)
    assert set(Ticket.objects.values_list("ref", flat=True)) == {"T1"}  # the second was not a batch yet
    assert ImportRun.objects.get().state == ImportRun.State.FAILED
    assert connection.is_usable()
