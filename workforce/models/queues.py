"""Queues of work, what they were offered, and the events that move them."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, QuerySet

from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Scope
from tickets.models import Channel

INTERVAL_S = 1800  # of volumes, forecasts and requirements; they begin on whole intervals UTC


class QueueQuerySet(QuerySet["Queue"]):
    def visible_to(self, scope: Scope) -> "QueueQuerySet":
        """Plans hold no person: whoever sees plans sees all queues."""
        return self if scope.sees_plans else self.none()

    def active(self) -> "QueueQuerySet":
        return self.filter(is_active=True)


class Queue(models.Model):
    """Work that waits for the same people, and the assumptions its staffing rests on.

    A ticket belongs to the first active queue, by `position`, whose teams and channels (none: any)
    are its own; so no contact is staffed twice.
    """

    class Kind(models.TextChoices):
        LIVE = "live", "Live: one contact at a time"
        CHAT = "chat", "Chat: several at a time"
        DEFERRED = "deferred", "Deferred: answered by a deadline"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    position = models.IntegerField(default=0)
    teams = models.ManyToManyField(Team, blank=True, related_name="queues")
    channels = models.ManyToManyField(Channel, blank=True, related_name="+")
    calendar = models.CharField(max_length=80, blank=True)  # name of a BusinessCalendar; "": always open
    zone = models.CharField(max_length=60, default="UTC")  # where its days are cut
    target_s = models.PositiveIntegerField(
        default=20, validators=[MinValueValidator(1)]
    )  # answered within (live, chat), or done within (deferred)
    share = models.FloatField(default=0.8, validators=[MinValueValidator(0.01), MaxValueValidator(0.999)])
    is_business_time = models.BooleanField(default=False)  # a deadline runs in opening hours only
    max_occupancy = models.FloatField(default=0.85, validators=[MinValueValidator(0.1), MaxValueValidator(1)])
    patience_s = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])  # null: endless
    aht_s = models.PositiveIntegerField(default=360, validators=[MinValueValidator(1)])
    concurrent_aht_s = ArrayField(
        models.PositiveIntegerField(validators=[MinValueValidator(1)]), blank=True, default=list, size=10
    )  # chat: handle time at 1, 2, 3 ... chats at once
    external_shrinkage = models.FloatField(default=0.12, validators=[MinValueValidator(0), MaxValueValidator(0.9)])
    internal_shrinkage = models.FloatField(default=0.18, validators=[MinValueValidator(0), MaxValueValidator(0.9)])
    is_active = models.BooleanField(default=True)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lt=1), name="queue_share_is_a_share"),
            models.CheckConstraint(
                condition=Q(max_occupancy__gt=0, max_occupancy__lte=1), name="queue_occupancy_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(external_shrinkage__gte=0, external_shrinkage__lt=1)
                & Q(internal_shrinkage__gte=0, internal_shrinkage__lt=1),
                name="queue_shrinkage_leaves_something",
            ),
            models.CheckConstraint(condition=Q(aht_s__gt=0, target_s__gt=0), name="queue_times_are_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def busy_s(self) -> float:
        """How long a contact keeps an agent busy; of chat, its share when as many run as may."""
        chats = self.concurrent_aht_s if self.kind == self.Kind.CHAT else []
        return chats[-1] / len(chats) if chats else float(self.aht_s)


class QueueVolume(models.Model):
    """What a queue was offered in one interval. `workforce/volumes.py` is the only writer."""

    pk = models.CompositePrimaryKey("queue", "start_at")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)
    start_at = models.DateTimeField()
    offered = models.IntegerField()  # contacts that asked for a person, reopened ones included
    reopened = models.IntegerField(default=0)  # of these, tickets that came back

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reopened__gte=0, offered__gte=F("reopened")), name="queue_volume_is_a_count"
            )
        ]


class Answered(models.Model):
    """Contacts that a team got done for a queue in one interval. `workforce/answered.py` is the only writer."""

    pk = models.CompositePrimaryKey("queue", "team", "start_at")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)
    team = models.IntegerField()  # 0: no team
    start_at = models.DateTimeField()
    contacts = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["team", "start_at"], name="answered_by_moment")]


class TimedWeek(models.Model):
    """A week in which somebody logged time on tickets. `workforce/timekeeping.py` is the only writer."""

    pk = models.CompositePrimaryKey("agent", "week")
    agent = models.IntegerField()
    week = models.DateField()  # its Monday


class EventQuerySet(QuerySet["Event"]):
    def standing(self) -> "EventQuerySet":
        """Those that nobody has removed."""
        return self.filter(removed_at__isnull=True)

    def concerning(self, queue: Queue) -> "EventQuerySet":
        """Events of this queue, and those that concern every queue."""
        return self.filter(Q(queues=queue) | Q(queues__isnull=True)).distinct()


class Event(models.Model):
    """A launch, a mailing, an outage: what moves volume, and since when it was known."""

    type = models.SlugField(max_length=60)  # events of one type teach each other
    label = models.CharField(max_length=120)
    start_on = models.DateField()
    end_on = models.DateField(null=True, blank=True)  # last day; null: a single day
    queues = models.ManyToManyField(Queue, blank=True, related_name="events")  # none: every queue
    known_since = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")), name="event_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label}, {self.start_on}"
