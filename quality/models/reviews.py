"""Reviews, from the open seat to the score that everyone concerned may see."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q, QuerySet

from ops_dashboard.people.models import Agent, Team, User
from ops_dashboard.people.roles import Scope
from quality.models.samples import SampledTicket
from quality.models.scorecards import Criterion, Scorecard, ScorecardVersion


class ReviewQuerySet(QuerySet["Review"]):
    """Reviews, narrowed to a reader. A row that is not returned does not exist for that reader."""

    def visible_to(self, scope: Scope) -> "ReviewQuerySet":
        """What is published, within reach; for reviewers also their own drafts and submitted reviews.

        A review of a ticket that two score is published once both are in: until then nobody but its
        author sees it, so that neither is swayed. Agents see the review that counts, of their own work.
        """
        if not scope.sees_reviews:
            return self.none()
        if scope.agent_id is not None:
            return self.published().filter(agent=scope.agent_id, seat=1)
        if scope.may_review:
            mine = Q(reviewer__username=scope.username) & ~Q(state=Review.State.OPEN)
            return self.filter(mine | Q(published_at__isnull=False))
        published = self.published()
        return published if scope.teams is None else published.filter(team__in=scope.teams)

    def published(self) -> "ReviewQuerySet":
        return self.filter(published_at__isnull=False)

    def claimable_by(self, reviewer: User, *, now: datetime) -> "ReviewQuerySet":
        """Seats that are free, or whose lease ran out: never on the reviewer's own work or tickets already scored."""
        free = Q(state=Review.State.OPEN) | Q(state=Review.State.DRAFT, lease_until__lt=now)
        seen = Review.objects.filter(reviewer=reviewer).values("sampled")
        found = self.filter(free).exclude(sampled__in=seen)
        return found.exclude(agent=reviewer.agent_id) if reviewer.agent_id else found


class Review(models.Model):
    """One seat at a sampled ticket. Seat 1 is the agent's review; seat 2 is for calibration only.

    Scores are hundredths of a per cent. `given_*` is what the reviewer submitted, and never changes;
    the others are what is in force after disputes.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"

    sampled = models.ForeignKey(SampledTicket, on_delete=models.CASCADE, related_name="reviews")
    seat = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="reviews")
    ticket = models.BigIntegerField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="reviews")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # the indexes below begin with it
    reviewer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)  # once all seats of the ticket are submitted
    score_bp = models.IntegerField(null=True)  # null: nothing applied
    score_before_critical_bp = models.IntegerField(null=True)
    critical_failed = models.BooleanField(default=False)
    given_score_bp = models.IntegerField(null=True)
    given_before_critical_bp = models.IntegerField(null=True)
    given_critical_failed = models.BooleanField(default=False)
    notes = models.TextField(blank=True)  # redacted
    # What its facts are cut and weighted by, kept here so that they are read from one table.
    scorecard = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    solved_at = models.DateTimeField()
    weight = models.FloatField()
    is_seen = models.BooleanField(default=False)  # by its agent
    is_disputed = models.BooleanField(default=False)  # ever
    # With the second blind review, of the criteria that both rated: the share rated alike. Null: no pair, or none.
    agreement_bp = models.IntegerField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sampled", "seat"], name="review_seat_once"),
            models.UniqueConstraint(
                fields=["sampled", "reviewer"], name="review_by_two_people", condition=Q(reviewer__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(state="open", reviewer__isnull=True, submitted_at__isnull=True)
                | Q(state="draft", reviewer__isnull=False, lease_until__isnull=False, submitted_at__isnull=True)
                | Q(state="submitted", reviewer__isnull=False, submitted_at__isnull=False),
                name="review_state_told",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_at__gte=F("submitted_at")),
                name="review_published_after_submitted",
            ),
            models.CheckConstraint(condition=Q(seat__in=[1, 2]), name="review_seat"),
        ]
        indexes = [
            models.Index(
                fields=["team", "published_at"],
                name="review_by_publication",
                condition=Q(seat__lt=2, published_at__isnull=False),  # as its source says it
            ),
            models.Index(
                fields=["solved_at", "team"],
                name="review_by_solve",
                condition=Q(seat=1, published_at__isnull=False),
            ),
            models.Index(fields=["agent", "-published_at"], name="review_by_agent"),
            models.Index(fields=["reviewer", "-submitted_at"], name="review_by_reviewer"),
            models.Index(fields=["state", "id"], name="review_waiting", condition=~Q(state="submitted")),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def was_changed(self) -> bool:
        """Whether a dispute changed what the reviewer had submitted."""
        return (self.score_bp, self.critical_failed) != (self.given_score_bp, self.given_critical_failed)


class CriterionScore(models.Model):
    """What the reviewer gave for one criterion: a step of its scale, or that it does not apply."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    step = models.PositiveSmallIntegerField(null=True)  # null: not applicable
    reasons = models.JSONField(default=list)
    note = models.CharField(max_length=1000, blank=True)  # redacted

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="criterion_scored_once"),
            models.CheckConstraint(condition=Q(step__isnull=True) | Q(step__range=(1, 5)), name="criterion_step"),
        ]


class CalibrationPair(models.Model):
    """Two reviews of one ticket, each made without sight of the other; a row exists once both are in."""

    sampled = models.OneToOneField(SampledTicket, on_delete=models.CASCADE, related_name="pair")
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="pairs")
    first = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="pair_of_two"),
        ]
        indexes = [models.Index(fields=["version", "completed_at"], name="pair_by_version")]
