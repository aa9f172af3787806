"""Which tickets are reviewed, and how likely each was to be drawn."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ops_dashboard.people.models import Agent, Team
from quality.models.scorecards import Scorecard


class SamplePlan(models.Model):
    """How the tickets of a scorecard are drawn, week after week."""

    class Strata(models.TextChoices):
        NONE = "none", "No strata: every solved ticket alike"
        TEAM = "team", "By team"
        CHANNEL = "channel", "By channel"
        AGENT = "agent", "By agent, so many of each"
        RISK = "risk", "By risk: reopened or moved about, and the rest"

    name = models.CharField(max_length=120, unique=True)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="plans")
    strata = models.CharField(max_length=10, choices=Strata.choices, default=Strata.TEAM)
    size = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="tickets a week; of each agent where strata are agents"
    )
    least = models.PositiveIntegerField(default=0, help_text="at least so many of each stratum; one in any case")
    risk_share = models.PositiveSmallIntegerField(default=50, help_text="per cent drawn from what is at risk")
    double_share = models.PositiveSmallIntegerField(default=10, help_text="per cent scored blind by two reviewers")
    channels = models.JSONField(default=list, blank=True, help_text="slugs; empty: every channel")
    reviewer_quota = models.PositiveSmallIntegerField(default=0, help_text="reviews a week each reviewer owes; 0: none")
    seed = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(strata__in=["none", "team", "channel", "agent", "risk"]), name="plan_strata"
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="plan_size"),
            # What no share is left for could not be drawn, and would be in no estimate.
            models.CheckConstraint(
                condition=Q(risk_share__gte=1, risk_share__lte=99, double_share__lte=100), name="plan_shares"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sample(models.Model):
    """One draw: the tickets solved from `start_on` up to `end_on`, the last day included.

    `strata` lists what each stratum held and gave, so that anybody can check the probabilities.
    """

    plan = models.ForeignKey(SamplePlan, on_delete=models.CASCADE, related_name="samples")
    start_on = models.DateField()
    end_on = models.DateField()
    seed = models.CharField(max_length=120)
    population = models.PositiveIntegerField()
    strata = models.JSONField(default=list)  # [{"name", "held", "drawn"}]
    drawn_at = models.DateTimeField(db_default=Now())
    drawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-start_on", "plan"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "start_on"], name="sample_once"),
            models.CheckConstraint(condition=Q(end_on__gte=F("start_on")), name="sample_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, {self.start_on:%Y-%m-%d}"


class SampledTicket(models.Model):
    """A ticket that was drawn. `weight` is how many solved tickets it stands for."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="tickets")
    ticket = models.BigIntegerField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")  # who solved it
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    solved_at = models.DateTimeField()
    stratum = models.CharField(max_length=120)
    probability = models.FloatField()
    weight = models.FloatField()
    seats = models.PositiveSmallIntegerField(default=1)  # how many review it, without seeing each other

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "ticket"], name="sampled_once"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="sampled_probability"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="sampled_weight"),
            models.CheckConstraint(condition=Q(seats__in=[1, 2]), name="sampled_seats"),
        ]
        indexes = [models.Index(fields=["ticket"], name="sampled_by_ticket")]
