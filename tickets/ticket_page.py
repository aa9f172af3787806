"""One ticket as its page shows it: what happened, what state it was in when, what was promised.

Every word is resolved in bulk; the proof card of a promise is worked out on request, from the same
events and by the same engine as the stored verdict.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ops_dashboard.people.roles import Scope
from tickets.identity import ticket_id
from tickets.labels import NAMED, Label, Labels
from tickets.models import Message, Promise, SlaPolicy, Span, Ticket, TicketEvent
from tickets.running_clocks import Used, used_by_now
from tickets.vocabulary import ActorKind, EventType, PromiseKind, PromiseState, Status

MOST_MOMENTS = 1000  # a page shows the first ones and says so
CHANGED = ("priority", "team", "assignee", "channel", "language", "reason")


@dataclass(frozen=True)
class Moment:
    """One event. `changes` pairs what was set with its new value; `after` is the time since the one before.

    `said` is what was said, as far as the reader may see words; None where nothing was.
    """

    at: datetime
    type: EventType
    actor: str
    actor_kind: ActorKind
    is_public: bool
    changes: tuple[tuple[str, str], ...]
    after: timedelta | None
    said: Message | None = None


@dataclass(frozen=True)
class State:
    """One stretch of the ticket's state; `end_at` None while it lasts."""

    start_at: datetime
    end_at: datetime | None
    lasted: timedelta
    status: Status
    team: Label
    assignee: Label
    priority: Label


@dataclass(frozen=True)
class Promised:
    """One promise. `state` is its verdict now and `used_s` counted so far; a card at `kind` and `run` proves it."""

    row: Promise
    kind: PromiseKind
    state: PromiseState
    policy: str
    owner: Label
    used_s: int | None


@dataclass(frozen=True)
class TicketPage:
    """What the page shows."""

    ticket: Ticket
    status: Status
    labels: dict[str, Label]
    moments: tuple[Moment, ...]
    moments_left_out: int
    states: tuple[State, ...]
    promises: tuple[Promised, ...]
    age: timedelta
    merged_into: tuple[str, str] | None  # (source, ref)
    follow_up_of: tuple[str, str] | None

    @property
    def requester(self) -> str:
        """A pseudonym that tells requesters apart within this installation."""
        return f"{self.ticket.requester:016x}"[-8:] if self.ticket.requester is not None else ""


def find_ticket(source: str, ref: str, *, scope: Scope) -> Ticket:
    """Ticket.DoesNotExist when there is none, or none for this reader."""
    return Ticket.objects.ever_visible_to(scope).get(id=ticket_id(source, ref), ref=ref)


def ticket_page(ticket: Ticket, *, scope: Scope, now: datetime) -> TicketPage:
    """Everything about one ticket that its reader may see."""
    events = list(TicketEvent.objects.filter(ticket=ticket.id).defer("meta"))
    events.sort(key=lambda event: (event.occurred_at, EventType(event.type).rank, event.seq, event.dedupe_key))
    spans = list(Span.objects.filter(ticket=ticket.id).order_by("seq"))
    promises = list(Promise.objects.filter(ticket=ticket.id).order_by("started_at", "kind", "run"))
    labels = _labels(ticket, events, spans, promises, scope=scope)
    shown = events[:MOST_MOMENTS]
    said = {message.event: message for message in Message.objects.visible_to(scope).filter(ticket=ticket.id)}
    return TicketPage(
        ticket=ticket,
        status=Status(ticket.status),
        labels={cut: labels(cut, getattr(ticket, cut)) for cut in NAMED},
        moments=tuple(_moments(shown, labels, said)),
        moments_left_out=len(events) - len(shown),
        states=tuple(_states(spans, labels, now)),
        promises=tuple(promised(promises, labels, now, used=used_by_now(ticket.id, promises, now=now))),
        age=now - ticket.created_at,
        merged_into=_name(ticket.merged_into, scope),
        follow_up_of=_name(ticket.follow_up_of, scope),
    )


def _labels(
    ticket: Ticket,
    events: Iterable[TicketEvent],
    spans: Iterable[Span],
    promises: Iterable[Promise],
    *,
    scope: Scope,
) -> Labels:
    codes: dict[str, set[int | None]] = {cut: {getattr(ticket, cut)} for cut in NAMED}
    for event in events:
        for cut in CHANGED:
            codes[cut].add(getattr(event, cut))
        if event.actor_kind == ActorKind.AGENT:
            codes["assignee"].add(event.actor)
    for span in spans:
        for cut in ("team", "assignee", "priority"):
            codes[cut].add(getattr(span, cut))
    codes["assignee"].update(promise.owner for promise in promises)
    return Labels.of(codes, scope=scope)


def _moments(events: list[TicketEvent], labels: Labels, said: Mapping[UUID, Message]) -> Iterable[Moment]:
    before: datetime | None = None
    for event in events:
        yield Moment(
            at=event.occurred_at,
            type=EventType(event.type),
            actor=_actor(event, labels),
            actor_kind=ActorKind(event.actor_kind),
            is_public=event.is_public,
            changes=tuple(_changes(event, labels)),
            after=event.occurred_at - before if before else None,
            said=said.get(event.dedupe_key),
        )
        before = event.occurred_at


def _actor(event: TicketEvent, labels: Labels) -> str:
    kind = ActorKind(event.actor_kind)
    named = labels("assignee", event.actor).text if kind is ActorKind.AGENT else ""
    return named or ("" if kind is ActorKind.UNKNOWN else kind.label)


def _changes(event: TicketEvent, labels: Labels) -> Iterable[tuple[str, str]]:
    if event.status is not None:
        yield "status", Status(event.status).label
    for cut in CHANGED:
        code = getattr(event, cut)
        if code is not None:
            yield cut, labels(cut, code).text or "none"


def _states(spans: Iterable[Span], labels: Labels, now: datetime) -> Iterable[State]:
    for span in spans:
        yield State(
            start_at=span.start_at,
            end_at=span.end_at,
            lasted=(span.end_at or now) - span.start_at,
            status=Status(span.status),
            team=labels("team", span.team),
            assignee=labels("assignee", span.assignee),
            priority=labels("priority", span.priority),
        )


def promised(promises: list[Promise], labels: Labels, now: datetime, *, used: Used | None = None) -> Iterable[Promised]:
    """`used` goes before what the rows tell."""
    policies = {promise.policy for promise in promises}
    names = {policy.pk: str(policy) for policy in SlaPolicy.objects.filter(pk__in=policies)}
    for promise in promises:
        yield Promised(
            row=promise,
            kind=PromiseKind(promise.kind),
            state=_verdict(promise, now),
            policy=names.get(promise.policy, ""),
            owner=labels("assignee", promise.owner),
            used_s=(used or {}).get((promise.kind, promise.run), promise.business_elapsed_s),
        )


def _verdict(promise: Promise, now: datetime) -> PromiseState:
    """A promise that runs beyond its due instant is missed, whether or not a fold has noticed."""
    state = PromiseState(promise.state)
    is_late = state is PromiseState.RUNNING and promise.due_at is not None and promise.due_at <= now
    return PromiseState.MISSED if is_late else state


def _name(ticket: int | None, scope: Scope) -> tuple[str, str] | None:
    """Source and ref of another ticket, if the reader may see it."""
    other = Ticket.objects.ever_visible_to(scope).filter(id=ticket).first() if ticket else None
    if other is None:
        return None
    return Labels.of({"source": [other.source]}, scope=scope)("source", other.source).slug, other.ref
