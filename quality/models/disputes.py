"""What agents say to their reviews, and what leads decide."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ops_dashboard.people.models import Agent, Team, User
from quality.models.reviews import Review
from quality.models.scorecards import Criterion, Scorecard


class Acknowledgement(models.Model):
    """The agent has seen the review."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="acknowledgement")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())


class Dispute(models.Model):
    """An agent's objection to some criteria of a review. One may be open at a time."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        PARTLY = "partly", "Partly accepted"
        REJECTED = "rejected", "Rejected"

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="disputes")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")  # who objects
    raised_at = models.DateTimeField(db_default=Now())
    reason = models.TextField()  # redacted
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # redacted
    score_before_bp = models.IntegerField(null=True)  # in force when it was decided
    score_after_bp = models.IntegerField(null=True)
    # What its fact is cut by, as of its review.
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the indexes below begin with it
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["raised_at"]
        indexes = [models.Index(fields=["team", "decided_at"], name="dispute_by_decision")]
        constraints = [
            models.UniqueConstraint(fields=["review"], condition=Q(state="open"), name="dispute_open_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="dispute_decision_told",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"


class DisputedCriterion(models.Model):
    """One criterion of a dispute: what was given, what is proposed, what became of it."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    given_step = models.PositiveSmallIntegerField(null=True)  # in force when disputed; null: not applicable
    proposed_step = models.PositiveSmallIntegerField(null=True)
    is_granted = models.BooleanField(null=True)  # null: not decided
    resulting_step = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "criterion"], name="disputed_once")]
