"""Rows that are valid for a time: at most one of a subject on any day, by forms, administration and database.

The last day is not included: a row until the 5th and one from the 5th touch and do not overlap.
"""

from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable

DAY = timedelta(days=1)


class Dated(models.Model):
    """Valid from a day until another, the last day not included; without one, until further notice."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    subject: ClassVar[tuple[str, ...]]  # fields that say what it is about: there is one at a time
    succeeds = False  # it may begin while another is valid, which its writer then ends

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.valid_from and (clash := self.overlapping().first()):
            raise ValidationError({"valid_from": f"It overlaps the one {clash.when()}; end that one before."})

    def of_subject(self) -> QuerySet[Self]:
        """The other rows of the same subject."""
        about: dict[str, Any] = {name: getattr(self, f"{name}_id") for name in self.subject}
        if all(value is None for value in about.values()):
            return self._rows().none()
        told = {name if value is not None else f"{name}__isnull": value or True for name, value in about.items()}
        return self._rows().filter(**told).exclude(pk=self.pk)

    def overlapping(self) -> QuerySet[Self]:
        """Those of them that share a day with this one, the first first; not the one it succeeds."""
        found = self.of_subject().filter(ends_after(self.valid_from))
        if self.valid_to:
            found = found.filter(valid_from__lt=self.valid_to)
        return (found.filter(valid_from__gte=self.valid_from) if self.succeeds else found).order_by("valid_from")

    def when(self) -> str:
        """`from 1 Mar 2026 to 5 Mar 2026`, the last day included."""
        return f"from {self.valid_from:%-d %b %Y} {'to ' + f'{self.last_day:%-d %b %Y}' if self.last_day else 'on'}"

    @property
    def last_day(self) -> date | None:
        return self.valid_to - DAY if self.valid_to else None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def _rows(self) -> QuerySet[Self]:
        return type(self)._default_manager.all()


def ends_after(day: date) -> Q:
    """The rows that are valid on some day from `day` on, if they have begun by then."""
    return Q(valid_to=None) | Q(valid_to__gt=day)


def ends_after_start(name: str) -> models.CheckConstraint:
    """The last day, if there is one, comes after the first; it is not included."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=f"{name}_ends_after_start"
    )


def one_at_a_time(name: str, *subject: str) -> ExclusionConstraint:
    """No two rows of a subject share a day. Ids stand as ranges of one, which takes no extension of the database."""
    number = BigIntegerRangeField()
    expressions: list[tuple[Combinable | str, str]] = [
        (Func(field, field, Value("[]"), function="int8range", output_field=number), "&&") for field in subject
    ]
    days = Func("valid_from", "valid_to", function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=f"{name}_one_at_a_time",
        expressions=[*expressions, (days, "&&")],
        condition=Q(**{f"{field}__isnull": False for field in subject}),
        violation_error_message="It overlaps another one; end that one before.",
    )


def mended_sql(table: str, *columns: str) -> str:
    """Ends what an older version let overlap where the next of its subject begins, as a later row always meant."""
    return f"""
        UPDATE {table} row SET valid_to = following.begins
          FROM (SELECT id, lead(valid_from) OVER (PARTITION BY {", ".join(columns)} ORDER BY valid_from) AS begins
                  FROM {table}) following
         WHERE following.id = row.id AND following.begins > row.valid_from
           AND (row.valid_to IS NULL OR row.valid_to > following.begins)"""
