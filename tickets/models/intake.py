"""Where events come from, what their words mean, and the events themselves."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ops_dashboard.people.models import Agent, Team
from tickets.held_runs import RunState
from tickets.vocabulary import ActorKind, EventType, Status


class Source(models.Model):
    """An outside system, or one account of it."""

    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)  # the connector that reads it
    zone = models.CharField(max_length=60, default="UTC")
    cursor = models.JSONField(default=dict, blank=True)
    last_success_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    has_ended = models.BooleanField(
        "sends no more",
        default=False,
        db_default=False,
        help_text="Its silence is no news: figures wait for nothing from it.",
    )

    def __str__(self) -> str:
        return self.slug


class StatusMapping(models.Model):
    """What a source's own status word means, from a day until another (not included)."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="status_mappings")
    word = models.CharField(max_length=80)
    status = models.SmallIntegerField(choices=Status.choices())
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="status_mapping_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["source", "word", "valid_from"], nulls_distinct=False, name="status_mapping_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {Status(self.status).label}"


class Named(models.Model):
    """One value of a cut; its id is the code that events, facts and cells carry. 0 is never given."""

    id = models.AutoField(primary_key=True)
    slug = models.CharField(max_length=80, unique=True)
    label = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class Channel(Named):
    """How the requester reached us."""


class Language(Named):
    """The language of the conversation."""


class Reason(Named):
    """Why the requester contacted us."""


class Priority(Named):
    """How urgent; a higher rank is more urgent."""

    rank = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "priorities"


class TeamRef(models.Model):
    """A source's own name for a team."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    ref = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="team_ref_once")]


class AgentRef(models.Model):
    """A source's own name for an agent."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    ref = models.CharField(max_length=120)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="agent_ref_once")]


class TicketEvent(models.Model):
    """Something that happened, append-only; partitioned by month of `occurred_at`.

    Every outside word is resolved to a code at intake: what the event sets stands in the code
    columns (null: not set, 0: set to none). `ticket` is the keyed hash of (source, ref).
    """

    pk = models.CompositePrimaryKey("ticket", "dedupe_key", "occurred_at")
    ticket = models.BigIntegerField()
    dedupe_key = models.UUIDField()
    occurred_at = models.DateTimeField()
    seq = models.IntegerField()
    type = models.SmallIntegerField(choices=EventType.choices())
    source = models.SmallIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.SmallIntegerField(choices=ActorKind.choices())
    actor = models.BigIntegerField(null=True)  # agent id, or a requester's keyed hash
    requester = models.BigIntegerField(null=True)  # whose ticket it is, where the event says so
    other_ticket = models.BigIntegerField(null=True)  # merged into, or follow-up of
    is_public = models.BooleanField()
    status = models.SmallIntegerField(null=True)
    priority = models.IntegerField(null=True)
    team = models.IntegerField(null=True)
    assignee = models.IntegerField(null=True)
    channel = models.IntegerField(null=True)
    language = models.IntegerField(null=True)
    reason = models.IntegerField(null=True)
    from_value = models.CharField(max_length=120, null=True)
    to_value = models.CharField(max_length=120, null=True)
    meta = models.JSONField(null=True)


class ImportRun(models.Model):
    """One attempt to take in a file, a pull or a batch of webhooks."""

    State = RunState

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    origin = models.CharField(max_length=200)  # file name without its path
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    accepted = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    tickets = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"{self.origin}, run {self.pk}"


class RejectedRow(models.Model):
    """A line that was not taken in, kept so that it can be mended and retried."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected_rows")
    line = models.BigIntegerField()
    field = models.CharField(max_length=60)
    reason = models.CharField(max_length=400)
    raw = models.TextField()  # redacted, cut at 2,000 characters
