"""Tickets owed another judgement after a change of policies: the debt stands as rows, paid batch by batch.

A debt is written in the transaction of the versions that make it. Whoever pays claims it with skip
locked and keeps, with each batch, how far it has come; killed in between, the next one goes on there.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from tickets import facts
from tickets.models import Rejudging, Source, Ticket
from tickets.vocabulary import UNSOLVED

BATCH = 5_000  # tickets a transaction
WORDS = "promises are being judged again"


class Touched(StrEnum):
    """The tickets that a change of versions makes judge again."""

    ALL = "all"
    UNSOLVED = "unsolved"
    NONE = "none"

    @property
    def tickets(self) -> QuerySet[Ticket]:
        match self:
            case Touched.ALL:
                return Ticket.objects.all()
            case Touched.UNSOLVED:
                return Ticket.objects.filter(status__in=UNSOLVED)
        return Ticket.objects.none()


def owe(touched: Touched) -> None:
    """Write down that these tickets have to be judged again; call it in the transaction of what changed."""
    if touched is not Touched.NONE:
        Rejudging.objects.create(touched=touched.value)


def is_owed() -> bool:
    return Rejudging.objects.exists()


def work_off(*, at_most: int | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Judge what is owed and nobody else is at, until nothing is left or `at_most` is reached; returns how many.

    `progress` is called with the number of tickets so far.
    """
    done = 0
    while at_most is None or done < at_most:
        judged = _batch()
        if judged is None:
            break
        done += judged
        if progress:
            progress(done)
    return done


@transaction.atomic
def _batch() -> int | None:
    """Judge one batch of the oldest debt that is free; None when there is none."""
    debt = Rejudging.objects.select_for_update(skip_locked=True).order_by("id").first()
    if debt is None:
        return None
    with connection.cursor() as cursor:
        if debt.reached < 0:
            # Imports that began before the change judge by the old versions: what they bring is seen after them.
            facts.take_turns(cursor, Source.objects.values_list("pk", flat=True))
        tickets = Touched(debt.touched).tickets.filter(id__gt=debt.reached).order_by("id")
        chosen = list(tickets.values_list("id", "source")[:BATCH])
        facts.take_turns(cursor, {source for _, source in chosen})
        numbers = np.array([number for number, _ in chosen], dtype=np.int64)
        if chosen:
            facts.rebuild(cursor, numbers, refs={})
    if len(chosen) < BATCH:
        debt.delete()
    else:
        debt.reached = int(numbers[-1])
        debt.save(update_fields=["reached"])
    return len(chosen)
