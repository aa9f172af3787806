"""What people and learned suggestions leave behind at the tagging desk."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from insights.models.feedback import Feedback
from insights.models.taxonomy import Theme
from tickets.models import Language


class Judgement(models.Model):
    """One person dealt with one feedback. Its latest judgement of a feedback is that person's word on it.

    What is done in one go shares a `batch`, and is undone together; `before` holds the person's own tags
    of that feedback as they were: {theme id: [state, version, instant]}.
    """

    class Outcome(models.TextChoices):
        TAGGED = "tagged", "Tagged"
        NONE = "none", "No theme fits"
        REJECTED = "rejected", "A theme rejected"
        SKIPPED = "skipped", "Skipped"

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="judgements")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    batch = models.UUIDField()
    before = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="judgement_by_user")]


class TagRule(models.Model):
    """Feedback with these words is suggested this theme."""

    class Match(models.TextChoices):
        ALL = "all", "All of them"
        ANY = "any", "Any of them"

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="rules")
    words = models.CharField(max_length=400, help_text="Words or phrases, with commas between: late, not arrived")
    match = models.CharField(max_length=3, choices=Match.choices, default=Match.ALL)
    language = models.ForeignKey(
        Language, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: every language."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["theme", "id"]

    def __str__(self) -> str:
        return f"{self.theme}: {self.words}"

    @property
    def phrases(self) -> list[str]:
        return [phrase for part in self.words.split(",") if (phrase := part.strip())]

    @property
    def key(self) -> str:
        """What its suggestions call their tagger."""
        return f"rule {self.pk}"


class SuggestionRun(models.Model):
    """What was learned from, how good it was on texts held out, and how much was suggested. Nothing else is kept."""

    learned_at = models.DateTimeField(db_default=Now())
    tags = models.IntegerField(default=0)  # that people gave; two who agree about a text teach it once
    texts = models.IntegerField(default=0)
    labels = models.IntegerField(default=0)
    first_version = models.IntegerField(null=True)  # of the themes, among those that the tags were given under
    last_version = models.IntegerField(null=True)
    temperature = models.FloatField(null=True)
    held_out = models.IntegerField(default=0)
    top_1 = models.FloatField(null=True)
    top_3 = models.FloatField(null=True)
    calibration_error = models.FloatField(null=True)
    suggested = models.IntegerField(default=0)  # feedbacks, by the model
    by_rules = models.IntegerField(default=0)  # suggestions
    seconds = models.FloatField(null=True)  # to learn, to judge it and to suggest
    note = models.CharField(max_length=200, blank=True)  # why nothing was learned

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature__isnull=False) | ~Q(note=""), name="suggestion_run_learned_or_says_why"
            )
        ]
