"""What reviews are scored against. A version never changes: an edit makes the next one."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from quality.scoring import Critical, Scale


class Scorecard(models.Model):
    """The scorecard of one support function."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    support_function = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ScorecardVersion(models.Model):
    """One state of a scorecard; every review names the version it was scored against."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    policy = models.CharField(max_length=20, default="klaus")
    policy_version = models.PositiveSmallIntegerField(default=1)
    options = models.JSONField(default=dict)  # of `scoring.Options`, by name
    note = models.CharField(max_length=200, blank=True)  # what changed, in the author's words
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["scorecard", "number"]
        constraints = [models.UniqueConstraint(fields=["scorecard", "number"], name="scorecard_version_once")]

    def __str__(self) -> str:
        return f"{self.scorecard} v{self.number}"


class CriterionGroup(models.Model):
    """A section of a version."""

    version = models.ForeignKey(ScorecardVersion, on_delete=models.CASCADE, related_name="groups")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    is_critical = models.BooleanField(default=False)
    is_bonus = models.BooleanField(default=False)
    limit = models.PositiveSmallIntegerField(null=True, blank=True)  # points, under the kaizo policy

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="criterion_group_once")]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One question of a version. `key` names it through all versions, so that its trend has no break."""

    version = models.ForeignKey(ScorecardVersion, on_delete=models.CASCADE, related_name="criteria")
    group = models.ForeignKey(CriterionGroup, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=400, blank=True)
    weight = models.PositiveSmallIntegerField()
    scale = models.CharField(max_length=10, choices=[(scale.value, scale.value) for scale in Scale])
    critical = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in Critical], default=Critical.NO.value
    )
    allows_na = models.BooleanField(default=True)
    reasons = models.JSONField(default=list)  # what can be ticked when it is rated below the top

    class Meta:
        ordering = ["version", "position"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="criterion_once"),
            models.CheckConstraint(condition=Q(scale__in=[scale.value for scale in Scale]), name="criterion_scale"),
            models.CheckConstraint(
                condition=Q(critical__in=[kind.value for kind in Critical]), name="criterion_critical"
            ),
            models.CheckConstraint(condition=Q(weight__lte=1000), name="criterion_weight"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def steps(self) -> int:
        return Scale(self.scale).steps
