"""How many people use the product: what counts of contacts are set against."""

from datetime import date

from django.db import models
from django.db.models import Q


class ActiveUsers(models.Model):
    """Those who used the product in one week, as its own analytics count them. Kept in the admin."""

    week = models.DateField(unique=True, help_text="Its Monday.")
    count = models.PositiveBigIntegerField()
    origin = models.CharField(max_length=120, blank=True, help_text="Which analytics counted them.")

    class Meta:
        ordering = ["-week"]
        verbose_name_plural = "active users"
        constraints = [
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="active_users_of_a_week_from_monday"),
            models.CheckConstraint(condition=Q(count__gte=1), name="active_users_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.count:,} in the week of {self.week}"


def active_in(week: date) -> int | None:
    """Of the week from that Monday on; None where nobody has told."""
    return ActiveUsers.objects.filter(week=week).values_list("count", flat=True).first()
