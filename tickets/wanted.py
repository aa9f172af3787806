"""Which tickets are asked for and in what order, as values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from tickets.vocabulary import PromiseKind, PromiseState, Status


class Sort(StrEnum):
    """What comes first: the newest, the latest touched, the longest waiting, the soonest due."""

    CREATED = "created"
    UPDATED = "updated"
    WAITING = "waiting"
    DUE = "due"

    @property
    def column(self) -> str:
        return {"created": "created_at", "updated": "updated_at", "waiting": "waiting_since", "due": "due_at"}[self]

    @property
    def is_descending(self) -> bool:
        return self in (Sort.CREATED, Sort.UPDATED)


class PromiseIs(StrEnum):
    """What a promise of the ticket may be at the instant of reading."""

    RUNNING = "running"
    DUE_1H = "due-1h"
    DUE_4H = "due-4h"
    DUE_24H = "due-24h"
    OVERDUE = "overdue"  # missed, and the requester still waits for it
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for it."""
        return self not in (PromiseIs.MET, PromiseIs.MISSED)

    def at(self, now: datetime) -> Q:
        """As a condition on promises. A promise that runs beyond `due_at` is missed, noticed or not."""
        unfulfilled = Q(fulfilled_at=None, cancelled_at=None)
        match self:
            case PromiseIs.RUNNING:
                return unfulfilled & Q(state=PromiseState.RUNNING, due_at__gt=now)
            case PromiseIs.OVERDUE:
                return unfulfilled & Q(due_at__lte=now)
            case PromiseIs.PAUSED:
                return unfulfilled & Q(due_at=None)
            case PromiseIs.MET:
                return Q(state=PromiseState.MET)
            case PromiseIs.MISSED:
                return Q(state=PromiseState.MISSED) | Q(state=PromiseState.RUNNING, due_at__lte=now)
        return unfulfilled & Q(due_at__gt=now, due_at__lte=now + DUE_WITHIN[self])


DUE_WITHIN = {
    PromiseIs.DUE_1H: timedelta(hours=1),
    PromiseIs.DUE_4H: timedelta(hours=4),
    PromiseIs.DUE_24H: timedelta(hours=24),
}


@dataclass(frozen=True)
class Lasting:
    """How long it has lasted: `at_least` (zero: at all) and less than `under`; None: any."""

    at_least: timedelta | None = None
    under: timedelta | None = None

    @property
    def is_any(self) -> bool:
        return self.at_least is None and self.under is None

    def since(self, column: str, now: datetime) -> Q:
        """As a condition on the instant at which it began."""
        began = Q()
        if self.at_least is not None:
            began &= Q(**{f"{column}__lte": now - self.at_least})
        if self.under is not None:
            began &= Q(**{f"{column}__gt": now - self.under})
        return began


ANY = Lasting()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which tickets. Codes by cut (0: none); empty or None: any. Instants are half-open ranges.

    With a promise asked for, `team` is the one that the promise counts for.
    """

    statuses: frozenset[Status] = frozenset()
    codes: tuple[tuple[str, frozenset[int]], ...] = ()  # cuts of labels.NAMED
    created: tuple[datetime, datetime] | None = None
    solved: tuple[datetime, datetime] | None = None  # its latest solve
    age: Lasting = ANY
    waiting: Lasting = ANY  # of the unsolved
    stale: Lasting = ANY  # of the unsolved, since the last agent touch
    promise: PromiseIs | None = None
    promise_kind: PromiseKind | None = None
    ref: str = ""
    ids: tuple[int, ...] | None = None  # nothing else; they come from a figure
    sort: Sort = Sort.CREATED

    @property
    def is_promised(self) -> bool:
        return self.promise is not None or self.promise_kind is not None

    @property
    def order(self) -> Sort:
        """`sort`; a paused promise falls due at no instant, so there the newest comes first."""
        is_paused = self.promise is PromiseIs.PAUSED and self.sort is Sort.DUE
        return Sort.CREATED if is_paused else self.sort
