"""Forecasts as they stood on a day, and the people they ask for.

A run and its points are never changed: the database refuses UPDATE (migration 0003), so that a
forecast can be held against what came. Requirements are derived and may be computed again when an
assumption changes; `Staffing` says from which assumptions.
"""

from typing import TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from ops_dashboard.people.roles import Scope
from workforce.models.queues import Queue


class NeverChanged(Exception):
    """An attempt to rewrite a forecast."""


Row = TypeVar("Row", bound=models.Model)


class FrozenQuerySet(QuerySet[Row]):
    """Rows that are written once."""

    def update(self, **kwargs: object) -> int:
        raise NeverChanged("a forecast is never updated in place; make a new run")


class RunQuerySet(FrozenQuerySet["ForecastRun"]):
    def visible_to(self, scope: Scope) -> "RunQuerySet":
        return self if scope.sees_plans else self.none()


class ForecastRun(models.Model):
    """One forecast of one queue from what was known at `as_of`."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="runs")
    as_of = models.DateTimeField()  # only what was known before this instant counts
    until = models.DateTimeField()  # end of the horizon
    model = models.CharField(max_length=40)
    params = models.JSONField()
    data_hash = models.CharField(max_length=64)  # of the volumes, events and holidays it saw
    daily = models.JSONField()  # [[local date, p10, p50, p90], ...]: quantiles of a day are no sums of intervals
    backtest = models.JSONField()
    made_at = models.DateTimeField()

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "as_of"], name="forecast_once_per_moment"),
            models.CheckConstraint(condition=Q(until__gt=F("as_of")), name="forecast_looks_ahead"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} as of {self.as_of:%Y-%m-%d}"


class PointQuerySet(FrozenQuerySet["ForecastPoint"]):
    """Points of any run; reach them through a run that the reader may see."""


class ForecastPoint(models.Model):
    """Contacts expected in one interval: a median and the ends of an 80 % band."""

    pk = models.CompositePrimaryKey("run", "start_at")
    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="points")
    start_at = models.DateTimeField()
    p10 = models.FloatField()
    p50 = models.FloatField()
    p90 = models.FloatField()
    aht_s = models.FloatField()

    objects = PointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(p10__gte=0, p50__gte=F("p10"), p90__gte=F("p50"), aht_s__gt=0),
                name="forecast_point_is_ordered",
            )
        ]


class OwedForecast(models.Model):
    """A forecast that somebody asked for and that has not been made yet; one at a time for each queue."""

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, primary_key=True, related_name="owed_forecast")
    as_of = models.DateTimeField()
    asked_by = models.CharField(max_length=150)  # username
    asked_at = models.DateTimeField()


class Staffing(models.Model):
    """The assumptions from which the requirements of a run were computed last."""

    run = models.OneToOneField(ForecastRun, on_delete=models.CASCADE, primary_key=True, related_name="staffing")
    model = models.CharField(max_length=20)  # erlang-c, erlang-a, chat or deferred
    inputs = models.JSONField()
    computed_at = models.DateTimeField()


class StaffingRequirement(models.Model):
    """People needed in one interval: on the work (net), and on the payroll for it (gross)."""

    pk = models.CompositePrimaryKey("run", "start_at")
    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="requirements")
    start_at = models.DateTimeField()
    net_p50 = models.FloatField()
    net_p90 = models.FloatField()
    gross_p50 = models.FloatField()
    gross_p90 = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    net_p50__gte=0, net_p90__gte=F("net_p50"), gross_p50__gte=F("net_p50"), gross_p90__gte=F("net_p90")
                ),
                name="requirement_is_ordered",
            )
        ]
