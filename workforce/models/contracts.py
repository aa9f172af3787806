"""What people can do, how much they work, and what an hour of it costs."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from ops_dashboard.people.dated import Dated, ends_after, ends_after_start, one_at_a_time
from ops_dashboard.people.models import Agent, Team, Vendor

MOST_WEEK_MINUTES = 7 * 24 * 60
BEST_LEVEL = 5


class OfAgents(models.QuerySet["AgentSkill | Contract"]):
    """Rows that belong to an agent and are valid for a time."""

    def valid_on(self, day: date) -> Self:
        return self.valid_between(day, day)

    def valid_between(self, first: date, last: date) -> Self:
        """Valid on any day from `first` to `last`, both included."""
        return self.filter(ends_after(first), valid_from__lte=last)


class Skill(models.Model):
    """Something an agent can do that others cannot: a language, a channel, a subject."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgentSkill(Dated):
    """How well an agent does it, from 1 (learning) to 5 (teaches it)."""

    subject = ("agent", "skill")

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="agents")
    level = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(BEST_LEVEL)]
    )

    objects = OfAgents.as_manager()

    class Meta:
        constraints = [
            ends_after_start("agent_skill"),
            one_at_a_time("agent_skill", "agent", "skill"),
            models.CheckConstraint(condition=Q(level__range=(1, BEST_LEVEL)), name="agent_skill_level_known"),
            models.UniqueConstraint(fields=["agent", "skill", "valid_from"], name="agent_skill_once"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} of {self.agent}, from {self.valid_from}"


class Terms(models.Model):
    """How much and how somebody works. Lengths in minutes."""

    week_minutes = models.PositiveIntegerField(default=40 * 60)
    days_a_week = models.PositiveSmallIntegerField(default=5)
    shortest_shift_minutes = models.PositiveSmallIntegerField(default=4 * 60)
    longest_shift_minutes = models.PositiveSmallIntegerField(default=10 * 60)
    daily_rest_minutes = models.PositiveSmallIntegerField(default=11 * 60)
    most_days_running = models.PositiveSmallIntegerField(default=6)

    class Meta:
        abstract = True


def terms_make_sense(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(
            week_minutes__range=(1, MOST_WEEK_MINUTES),
            days_a_week__range=(1, 7),
            shortest_shift_minutes__gt=0,
            longest_shift_minutes__gte=F("shortest_shift_minutes"),
            longest_shift_minutes__lte=24 * 60,
            daily_rest_minutes__lte=24 * 60,
            most_days_running__gt=0,
        ),
        name=f"{name}_terms_make_sense",
    )


class ContractType(Terms):
    """A kind of contract; new contracts start from its terms."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [terms_make_sense("contract_type")]

    def __str__(self) -> str:
        return self.name


class Contract(Terms, Dated):
    """The terms of one agent for a time; a change of the type does not reach back into it."""

    subject = ("agent",)

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="contracts")
    type = models.ForeignKey(ContractType, on_delete=models.PROTECT, related_name="contracts")
    zone = models.CharField(max_length=60)  # where the agent's days are cut

    objects = OfAgents.as_manager()

    class Meta:
        constraints = [
            ends_after_start("contract"),
            one_at_a_time("contract", "agent"),
            terms_make_sense("contract"),
            models.UniqueConstraint(fields=["agent", "valid_from"], name="contract_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.agent}, from {self.valid_from}"


class Rate(Dated):
    """What an hour costs: of a team, of a vendor's people, or of a kind of contract.

    The narrowest one counts: the team's before the vendor's before the contract type's.
    """

    class Basis(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled hours"
        PRODUCTIVE = "productive", "Productive hours"
        PAID = "paid", "Paid hours"

    subject = ("team", "vendor", "contract_type")

    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="rates")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.CASCADE, related_name="rates")
    contract_type = models.ForeignKey(
        ContractType, null=True, blank=True, on_delete=models.CASCADE, related_name="rates"
    )
    minor_an_hour = models.PositiveIntegerField()  # minor units of the currency: cents
    currency = models.CharField(max_length=3, default="USD")
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.PAID)

    class Meta:
        constraints = [
            ends_after_start("rate"),
            *(one_at_a_time(f"rate_of_{subject}", subject) for subject in ("team", "vendor", "contract_type")),
            models.CheckConstraint(
                condition=(
                    Q(team__isnull=False, vendor__isnull=True, contract_type__isnull=True)
                    | Q(team__isnull=True, vendor__isnull=False, contract_type__isnull=True)
                    | Q(team__isnull=True, vendor__isnull=True, contract_type__isnull=False)
                ),
                name="rate_of_one_subject",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="rate_currency_is_a_code"),
            models.CheckConstraint(condition=Q(basis__in=["scheduled", "productive", "paid"]), name="rate_basis_known"),
            models.UniqueConstraint(
                fields=["team", "vendor", "contract_type", "valid_from"], nulls_distinct=False, name="rate_once"
            ),
        ]

    def __str__(self) -> str:
        return f"rate of {self.team or self.vendor or self.contract_type}, from {self.valid_from}"
