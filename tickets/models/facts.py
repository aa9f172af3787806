"""Facts derived from events. Everything here can be rebuilt; `facts.py` is the only writer.

Cuts are codes (0: none) without foreign keys: rows arrive by COPY, a hundred thousand at a time,
from codes that intake has resolved. Durations are whole seconds; `business` ones run on the
calendar of the ticket's policy, on the calendar clock where no policy matched.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from ops_dashboard.people.roles import Scope
from tickets.vocabulary import PromiseKind, PromiseState, Status, Step


class TicketQuerySet(QuerySet["Ticket"]):
    """Tickets, narrowed to a reader. A row that is not returned does not exist for that reader."""

    def visible_to(self, scope: Scope) -> "TicketQuerySet":
        """Tickets that the reader's teams hold now; for an agent, those assigned to the agent now."""
        if not scope.sees_tickets:
            return self.none()
        if scope.agent_id is not None:
            return self.filter(assignee=scope.agent_id)
        return self if scope.teams is None else self.filter(team__in=scope.teams)

    def ever_visible_to(self, scope: Scope) -> "TicketQuerySet":
        """Also tickets that passed through the reader's hands: they count in the reader's figures."""
        if not scope.sees_tickets:
            return self.none()
        if scope.agent_id is not None:
            return self._passed(assignee=scope.agent_id)
        return self if scope.teams is None else self._passed(team__in=scope.teams)

    def _passed(self, **held: object) -> "TicketQuerySet":
        spans = Span.objects.filter(ticket=OuterRef("id"), **held)
        return self.filter(Q(**held) | Exists(spans))


class Ticket(models.Model):
    """The current projection of one ticket and the facts it has one of."""

    id = models.BigIntegerField(primary_key=True)  # 63-bit keyed hash of (source, ref)
    source = models.SmallIntegerField()
    ref = models.CharField(max_length=120)
    requester = models.BigIntegerField(null=True)  # keyed hash
    created_at = models.DateTimeField()
    created_team = models.IntegerField(default=0)  # in force one hour after creation
    status = models.SmallIntegerField(choices=Status.choices())
    status_since = models.DateTimeField()
    team = models.IntegerField(default=0)
    assignee = models.IntegerField(default=0)
    priority = models.IntegerField(default=0)
    channel = models.IntegerField(default=0)
    language = models.IntegerField(default=0)
    reason = models.IntegerField(default=0)
    updated_at = models.DateTimeField()  # last event
    waiting_since = models.DateTimeField(null=True)  # oldest unanswered requester message
    last_requester_message_at = models.DateTimeField(null=True)
    last_agent_touch_at = models.DateTimeField(null=True)
    first_assigned_at = models.DateTimeField(null=True)
    first_reply_at = models.DateTimeField(null=True)
    first_solved_at = models.DateTimeField(null=True)
    last_solved_at = models.DateTimeField(null=True)
    first_closed_at = models.DateTimeField(null=True)
    public_replies = models.IntegerField(default=0)
    requester_messages = models.IntegerField(default=0)
    internal_notes = models.IntegerField(default=0)
    touches = models.IntegerField(default=0)
    reopens = models.IntegerField(default=0)
    reassignments = models.IntegerField(default=0)
    transfers = models.IntegerField(default=0)
    has_waited = models.BooleanField(default=False)
    priority_changed = models.BooleanField(default=False)
    merged_into = models.BigIntegerField(null=True)
    follow_up_of = models.BigIntegerField(null=True)
    events = models.IntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_team", "created_at"], name="ticket_by_created"),
            models.Index(
                fields=["team", "first_closed_at"],
                name="ticket_by_close",
                condition=Q(first_closed_at__isnull=False),
            ),
            models.Index(fields=["created_at", "id"], name="ticket_newest"),
            models.Index(fields=["updated_at", "id"], name="ticket_latest"),
            models.Index(
                fields=["team", "created_at", "id"],
                name="ticket_unsolved",
                condition=Q(status__lte=Status.HOLD),
                include=["waiting_since", "last_agent_touch_at"],
            ),
        ]


class TicketFact(models.Model):
    """Common columns of rows that a ticket has several of; keyed by ticket first."""

    ticket = models.BigIntegerField()
    source = models.SmallIntegerField()
    team = models.IntegerField()
    priority = models.IntegerField()
    channel = models.IntegerField()
    language = models.IntegerField()
    reason = models.IntegerField()

    class Meta:
        abstract = True


class Span(TicketFact):
    """One stretch of status, team, assignee, priority (and the other cuts). `seq` counts from 0."""

    pk = models.CompositePrimaryKey("ticket", "seq")
    seq = models.IntegerField()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField(null=True)  # null: still
    status = models.SmallIntegerField(choices=Status.choices())
    assignee = models.IntegerField()
    entered = models.SmallIntegerField(choices=Step.choices(), default=Step.NONE)
    left = models.SmallIntegerField(choices=Step.choices(), default=Step.NONE)
    is_reassigned = models.BooleanField(default=False)
    is_transferred = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["team", "start_at"], name="span_by_start"),
            models.Index(fields=["team", "end_at"], name="span_by_leaving", condition=Q(left__gt=0)),
        ]


class Reply(TicketFact):
    """A public agent reply that answered a waiting requester. Credit goes to its author."""

    pk = models.CompositePrimaryKey("ticket", "nth")
    nth = models.IntegerField()  # from 1
    waiting_since = models.DateTimeField()
    replied_at = models.DateTimeField()
    agent = models.IntegerField()
    is_first = models.BooleanField()
    wait_s = models.BigIntegerField()
    wait_business_s = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "replied_at"], name="reply_by_moment")]


class Solve(TicketFact):
    """One entry into solved or closed from the backlog."""

    pk = models.CompositePrimaryKey("ticket", "nth")
    nth = models.IntegerField()  # from 1
    created_at = models.DateTimeField()
    solved_at = models.DateTimeField()
    solver = models.IntegerField()  # agent; 0 when an automation solved it
    is_automatic = models.BooleanField()
    is_first = models.BooleanField()
    is_last = models.BooleanField()
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.SmallIntegerField(default=0)  # ActorKind
    replies = models.IntegerField()  # public agent replies so far
    reassignments = models.IntegerField()
    resolution_s = models.BigIntegerField()
    resolution_business_s = models.BigIntegerField()
    wait_s = models.BigIntegerField()  # New + Open + Hold since creation
    wait_business_s = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "solved_at"], name="solve_by_moment")]


class Worklog(TicketFact):
    """Time that somebody logged on a ticket: the one who acted, else the assignee. Cuts as they were then."""

    pk = models.CompositePrimaryKey("ticket", "nth")
    nth = models.IntegerField()  # from 1
    logged_at = models.DateTimeField()
    agent = models.IntegerField()
    seconds = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "logged_at"], name="worklog_by_moment")]


class Promise(TicketFact):
    """One run of a service-level target. `state` is as of `due_at` at the latest:

    a running promise whose `due_at` has passed is missed, whether or not anybody noticed.
    """

    pk = models.CompositePrimaryKey("ticket", "kind", "run")
    kind = models.SmallIntegerField(choices=PromiseKind.choices())
    run = models.IntegerField()  # from 1
    policy = models.IntegerField()  # SlaPolicy id (a version)
    calendar = models.IntegerField()  # BusinessCalendar id (a version); 0: calendar clock
    target_s = models.BigIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # null: paused before it was due, or cancelled
    fulfilled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # min(fulfilled, due); ahead of now while running
    state = models.SmallIntegerField(choices=PromiseState.choices())
    elapsed_s = models.BigIntegerField()  # calendar seconds that ran; up to folding while it runs
    business_elapsed_s = models.BigIntegerField()
    paused_s = models.BigIntegerField()
    overshoot_s = models.BigIntegerField(null=True)  # on the promise's clock, once missed and fulfilled
    owner = models.IntegerField()  # assignee at decision

    class Meta:
        indexes = [
            models.Index(fields=["team", "decided_at"], name="promise_by_decision"),
            models.Index(fields=["team", "started_at"], name="promise_by_start"),
            models.Index(
                fields=["team", "cancelled_at"], name="promise_by_cancel", condition=Q(cancelled_at__isnull=False)
            ),
            models.Index(
                fields=["team", "kind", "due_at"],
                name="promise_open",
                condition=Q(fulfilled_at__isnull=True, cancelled_at__isnull=True),
                include=["ticket"],  # what breaks next is counted from the index alone
            ),
        ]
