"""Calendars and service-level policies, as immutable versions."""

from django.db import models
from django.db.models.functions import Now


class Version(models.Model):
    """A version counts from `valid_from` (null: since ever) until the next one of its name."""

    name = models.CharField(max_length=80)
    version = models.IntegerField()
    definition = models.JSONField()  # as in the policy file
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    is_retired = models.BooleanField(default=False)
    loaded_at = models.DateTimeField(db_default=Now())
    loaded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Rejudging(models.Model):
    """Tickets that have to be judged again, as a policy or calendar changed; gone once all of them are."""

    touched = models.CharField(max_length=10)  # which: `rejudging.Touched`
    reached = models.BigIntegerField(default=-1)  # the last ticket that has been
    made_at = models.DateTimeField(db_default=Now())


class BusinessCalendar(Version):
    """Zone, weekly windows, holidays, overrides and breaks."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="calendar_version_once")]


class SlaPolicy(Version):
    """Order, conditions, calendar name and targets."""

    order = models.IntegerField()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = "service-level policy"
        verbose_name_plural = "service-level policies"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="policy_version_once")]
