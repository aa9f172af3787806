"""What was said in a conversation, redacted. `messages.py` is the only writer."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from ops_dashboard.people.roles import Scope
from tickets.models.facts import Ticket
from tickets.vocabulary import ActorKind, EventType


class MessageQuerySet(QuerySet["Message"]):
    """Messages, narrowed to a reader of words."""

    def visible_to(self, scope: Scope) -> "MessageQuerySet":
        """Words of the tickets that are, or were, in the reader's hands; none without the right to text."""
        if not scope.sees_text:
            return self.none()
        if scope.teams is None and scope.agent_id is None and scope.sees_tickets:
            return self
        return self.filter(Exists(Ticket.objects.ever_visible_to(scope).filter(id=OuterRef("ticket"))))


class Message(models.Model):
    """The words of one event. What was masked is counted by kind; the words themselves are nowhere else.

    `changed_at` is when the row was written or wiped, on the clock of the database while its writer
    had its turn (`facts.take_turns`): whoever has taken a turn since has everything up to then.
    """

    pk = models.CompositePrimaryKey("ticket", "event")
    ticket = models.BigIntegerField()
    event = models.UUIDField()  # dedupe_key of its event
    source = models.SmallIntegerField()
    occurred_at = models.DateTimeField()
    type = models.SmallIntegerField(choices=EventType.choices())
    author = models.SmallIntegerField(choices=ActorKind.choices())
    is_public = models.BooleanField()
    text = models.TextField()
    detections = models.JSONField(default=dict)
    redactor_version = models.SmallIntegerField()
    is_wiped = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_default=Now())

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source", "changed_at"], name="message_by_change")]
        constraints = [
            models.CheckConstraint(condition=Q(is_wiped=False) | Q(text="", detections={}), name="wiped_holds_nothing")
        ]
