"""Where feedback comes from, how far each place has been read, and what could not be taken in."""

from django.db import models
from django.db.models.functions import Now

from tickets.held_runs import RunState


class FeedbackSource(models.Model):
    """One place that feedback comes from. Its slug stands on every feedback of it."""

    class Kind(models.TextChoices):
        TICKETS = "tickets", "Conversations"
        FILE = "file", "Files"
        API = "api", "API"

    class Medium(models.TextChoices):
        CONVERSATION = "conversation", "Conversations"
        REVIEW = "review", "App reviews"
        SURVEY = "survey", "Surveys"
        COMMUNITY = "community", "Community"
        SOCIAL = "social", "Social media"
        OTHER = "other", "Other"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)  # how it comes in
    medium = models.CharField(max_length=12, choices=Medium.choices, default=Medium.OTHER)  # what it is
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TicketsRead(models.Model):
    """How far the messages of a source of tickets have been read as feedback."""

    source = models.IntegerField(primary_key=True)  # tickets.Source
    read_to = models.DateTimeField()  # on the clock of `Message.changed_at`


class FeedbackRun(models.Model):
    """One import of a file, or one call of the API."""

    source = models.ForeignKey(FeedbackSource, on_delete=models.CASCADE, related_name="runs")
    origin = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    accepted = models.IntegerField(default=0)
    duplicate = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    error = models.CharField(max_length=400, blank=True)  # what ended it before its end

    def __str__(self) -> str:
        return f"{self.origin}, run {self.pk}"


class FeedbackRejection(models.Model):
    """A line that was not taken in, kept so that it can be mended and sent again."""

    run = models.ForeignKey(FeedbackRun, on_delete=models.CASCADE, related_name="rejections")
    line = models.IntegerField()
    field = models.CharField(max_length=60)
    reason = models.CharField(max_length=400)
    raw = models.TextField()  # redacted, cut at 2,000 characters
