"""The list of tickets: filters, orders and pages that stay stable and fast over millions of rows.

Sorting by waiting or due asks for waiting or promised tickets only, so that
it follows the backlog and not the history.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from ops_dashboard.metrics.keyset import capped_count, page_after
from ops_dashboard.people.roles import Scope
from tickets.identity import ticket_id
from tickets.labels import NAMED, Label, Labels
from tickets.models import Promise, Source, Ticket
from tickets.vocabulary import UNSOLVED, PromiseKind, Status
from tickets.wanted import Sort, Wanted

PAGE_SIZE = 50


@dataclass(frozen=True)
class Due:
    """The promise that falls due first, or the one overdue longest."""

    kind: PromiseKind
    due_at: datetime
    is_overdue: bool


@dataclass(frozen=True)
class TicketRow:
    """One line of the list."""

    ticket: Ticket
    status: Status
    source: Label
    team: Label
    assignee: Label
    priority: Label
    channel: Label
    language: Label
    reason: Label
    age: timedelta
    waiting: timedelta | None
    due: Due | None


@dataclass(frozen=True)
class TicketList:
    """One page. `count` is exact up to COUNT_CAP; beyond it `is_capped`, and there are more."""

    rows: tuple[TicketRow, ...]
    count: int
    is_capped: bool
    after: str  # cursor of the next page; empty on the last one


def list_tickets(wanted: Wanted, *, scope: Scope, now: datetime, after: str = "", size: int = PAGE_SIZE) -> TicketList:
    """The page of `wanted` that follows the cursor `after`. BadCursor."""
    matching = matches(wanted, scope=scope, now=now)
    sort = wanted.order
    rows, following = page_after(matching, after, column=sort.column, descending=sort.is_descending, size=size)
    count, is_capped = capped_count(matching)
    return TicketList(tuple(_rows(rows, scope=scope, now=now)), count, is_capped, following)


def matches(wanted: Wanted, *, scope: Scope, now: datetime) -> QuerySet[Ticket]:
    """Every ticket that fits and that the reader may see.

    What a figure or a promise counted may have moved on to another team since: it stays visible to
    the team for which it counted.
    """
    tickets: QuerySet[Ticket] = Ticket.objects.visible_to(scope)
    if wanted.ids is not None:
        listed = RawSQL("SELECT unnest(%s::bigint[])", [list(wanted.ids)])
        tickets = Ticket.objects.ever_visible_to(scope).filter(id__in=listed)
    elif wanted.is_promised and scope.sees_tickets and scope.agent_id is None:
        tickets = Ticket.objects.all()  # the promise is looked for in the reader's teams instead
    for condition in _conditions(wanted, scope, now):
        tickets = tickets.filter(condition)
    return tickets.annotate(due_at=_first_due(wanted, scope, now)) if wanted.order is Sort.DUE else tickets


def _conditions(wanted: Wanted, scope: Scope, now: datetime) -> Iterable[Q | Exists]:
    if wanted.statuses:
        yield Q(status__lte=Status.HOLD) if wanted.statuses == UNSOLVED else Q(status__in=wanted.statuses)
    for cut, codes in wanted.codes:
        if not (cut == "team" and wanted.is_promised):
            yield Q(**{f"{cut}__in": codes})
    for column, between in (("created_at", wanted.created), ("last_solved_at", wanted.solved)):
        if between:
            yield Q(**{f"{column}__gte": between[0], f"{column}__lt": between[1]})
    if not wanted.age.is_any:
        yield wanted.age.since("created_at", now)
    if not wanted.waiting.is_any or wanted.order is Sort.WAITING:
        yield Q(status__lte=Status.HOLD, waiting_since__isnull=False) & wanted.waiting.since("waiting_since", now)
    if not wanted.stale.is_any:
        untouched = Q(last_agent_touch_at=None) & wanted.stale.since("created_at", now)
        yield Q(status__lte=Status.HOLD) & (wanted.stale.since("last_agent_touch_at", now) | untouched)
    if wanted.is_promised:
        yield Exists(_promises(wanted, scope, now))
        if wanted.promise and wanted.promise.is_open:
            yield Q(status__lte=Status.HOLD)  # nobody waits on a ticket that is done or gone
    elif wanted.order is Sort.DUE:
        yield Q(status__lte=Status.HOLD)
        yield Exists(_promises(wanted, scope, now).filter(due_at__isnull=False))
    if wanted.ref:
        slugs = Source.objects.values_list("slug", flat=True)
        yield Q(id__in=[ticket_id(slug, wanted.ref) for slug in slugs], ref=wanted.ref)


def _promises(wanted: Wanted, scope: Scope, now: datetime) -> QuerySet[Promise]:
    """The promises of the outer ticket that are asked for; without a word about them, the unfulfilled ones."""
    promises = Promise.objects.filter(ticket=OuterRef("id"))
    if wanted.promise:
        promises = promises.filter(wanted.promise.at(now))
    elif not wanted.promise_kind or wanted.order is Sort.DUE:
        promises = promises.filter(fulfilled_at=None, cancelled_at=None)
    if wanted.promise_kind:
        promises = promises.filter(kind=wanted.promise_kind)
    if not wanted.is_promised:
        return promises
    own = scope.teams if scope.agent_id is None else None  # an agent's tickets are narrowed themselves
    for teams in (dict(wanted.codes).get("team"), own):
        promises = promises if teams is None else promises.filter(team__in=teams)
    return promises


def _first_due(wanted: Wanted, scope: Scope, now: datetime) -> Subquery:
    due = _promises(wanted, scope, now).filter(due_at__isnull=False).order_by("due_at")
    return Subquery(due.values("due_at")[:1])


def _rows(tickets: list[Ticket], *, scope: Scope, now: datetime) -> Iterable[TicketRow]:
    labels = Labels.of({cut: [getattr(ticket, cut) for ticket in tickets] for cut in NAMED}, scope=scope)
    dues = _dues([ticket.id for ticket in tickets], now)
    for ticket in tickets:
        yield TicketRow(
            ticket=ticket,
            status=Status(ticket.status),
            **{cut: labels(cut, getattr(ticket, cut)) for cut in NAMED},
            age=now - ticket.created_at,
            waiting=now - ticket.waiting_since if ticket.waiting_since else None,
            due=dues.get(ticket.id),
        )


def _dues(tickets: list[int], now: datetime) -> dict[int, Due]:
    """The first due promise of each ticket that has an unfulfilled one."""
    waiting = Promise.objects.filter(ticket__in=tickets, fulfilled_at=None, cancelled_at=None, due_at__isnull=False)
    latest_first = waiting.order_by("-due_at").values_list("ticket", "kind", "due_at")
    return {ticket: Due(PromiseKind(kind), due_at, due_at <= now) for ticket, kind, due_at in latest_first if due_at}
