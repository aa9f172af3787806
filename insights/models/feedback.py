"""What people told us, redacted, and which themes it is about."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from insights.models.taxonomy import TaxonomyVersion, Theme
from ops_dashboard.people.roles import Scope


class FeedbackQuerySet(QuerySet["Feedback"]):
    def visible_to(self, scope: Scope) -> "FeedbackQuerySet":
        """Rows with their words: for readers of text, within their teams. Quotes are handed out one by one."""
        if not (scope.sees_insights and scope.sees_text):
            return self.none()
        return self if scope.teams is None else self.filter(team__in=scope.teams)


class Feedback(models.Model):
    """One message, review or survey answer. The text is redacted before it is stored.

    `team`, `channel` and `language` are codes as on a ticket (0: none).
    """

    source = models.SlugField(max_length=40)
    ref = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    ticket = models.BigIntegerField(null=True)
    team = models.IntegerField(default=0)
    channel = models.IntegerField(default=0)
    language = models.IntegerField(default=0)
    area = models.SlugField(max_length=40, blank=True)
    rating = models.SmallIntegerField(null=True)
    text = models.TextField()
    detections = models.IntegerField(default=0)  # pieces of personal data that were masked
    is_themed = models.BooleanField(db_default=False)  # a theme counts for it; `facts.py` keeps it
    search = models.GeneratedField(
        expression=SearchVector("text", config="simple"), output_field=SearchVectorField(), db_persist=True
    )
    received_at = models.DateTimeField(db_default=Now())

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "ref"], name="feedback_once"),
            models.CheckConstraint(condition=Q(detections__gte=0), name="feedback_detections_counted"),
        ]
        indexes = [
            models.Index(fields=["occurred_at", "id"], name="feedback_latest"),
            models.Index(fields=["team", "occurred_at"], name="feedback_by_moment"),
            models.Index(fields=["ticket"], name="feedback_by_ticket", condition=Q(ticket__isnull=False)),
            GinIndex(fields=["search"], name="feedback_search"),
        ]


class FeedbackThemeQuerySet(QuerySet["FeedbackTheme"]):
    def counted(self) -> "FeedbackThemeQuerySet":
        """Tags that figures rest on: accepted ones."""
        return self.filter(state=FeedbackTheme.State.ACCEPTED)


class FeedbackTheme(models.Model):
    """One tagger's judgement that a feedback is about a theme. Two analysts may tag the same feedback.

    `rule` names the rule or model where no person tagged, so that each judges once.
    """

    class By(models.TextChoices):
        PERSON = "person"
        RULE = "rule"
        MODEL = "model"

    class State(models.TextChoices):
        SUGGESTED = "suggested"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="tags")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="tags")
    version = models.ForeignKey(TaxonomyVersion, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=10, choices=By.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="tags"
    )
    rule = models.CharField(max_length=60, blank=True)
    confidence = models.FloatField(null=True)  # of a rule or model, 0..1
    state = models.CharField(max_length=10, choices=State.choices)
    tagged_at = models.DateTimeField(db_default=Now())

    objects = FeedbackThemeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feedback", "theme", "user", "rule"], name="tagged_once_by_each", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(by="person", user__isnull=False, rule="") | (~Q(by="person") & Q(user__isnull=True)),
                name="tag_has_its_tagger",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1), name="tag_confidence"
            ),
        ]
        indexes = [models.Index(fields=["theme", "state"], name="tag_by_theme")]
