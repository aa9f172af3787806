"""The weekly letter to a partner, who gets it, and what became of it.

`issuing.py` writes digests and their deliveries, `reading.py` subscriptions, receipts and reactions.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from ops_dashboard.people.roles import Scope

USER = settings.AUTH_USER_MODEL


def week_word(day: date) -> str:
    """`2026-W47`: the ISO week of a day."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


class DigestQuerySet(QuerySet["Digest"]):
    def visible_to(self, scope: Scope) -> "DigestQuerySet":
        """A partner: those of its areas that a person has approved."""
        if not scope.sees_insights:
            return self.none()
        if scope.sees_every_area:
            return self
        return self.exclude(state=Digest.State.DRAFT).filter(area__in=scope.product_areas)


class Digest(models.Model):
    """One week of one area. `snapshot` is what `digests.build` told; from approval on it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        SENT = "sent", "Sent"

    week = models.DateField()  # its Monday
    area = models.SlugField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    headline = models.CharField(max_length=240, blank=True)  # a person's; empty: as the figures say it
    narrative = models.TextField(blank=True)
    snapshot = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_default=Now())
    edited_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # when the last of its deliveries was handed over

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "area"]
        constraints = [
            models.UniqueConstraint(fields=["week", "area"], name="digest_once_a_week"),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at__isnull=True) | Q(approved_at__isnull=False),
                name="digest_goes_out_approved",
            ),
        ]

    @property
    def week_word(self) -> str:
        return week_word(self.week)

    def __str__(self) -> str:
        return f"{self.week_word} {self.area}"


class Subscription(models.Model):
    """Who gets the digests of an area. Left ones stay, so that nobody is subscribed again unasked."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="digest_subscriptions")
    area = models.SlugField(max_length=40)
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "area"], name="subscribed_once")]


class Delivery(models.Model):
    """One digest for one reader: the outbox. `message_id` is the same however often it is tried."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        HANDED = "handed", "Handed over"
        FAILED = "failed", "Failed"

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    handed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)  # the reader's first look at the page, after it was handed over
    area = models.SlugField(max_length=40)  # the digest's
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "user"], name="delivered_once"),
            models.CheckConstraint(
                condition=Q(state="handed", handed_at__isnull=False) | (~Q(state="handed") & Q(handed_at__isnull=True)),
                name="delivery_handed_at_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="delivery_waiting", condition=Q(state="waiting")),
            models.Index(fields=["handed_at"], name="delivery_by_moment"),
        ]


class Receipt(models.Model):
    """A reader opened the digest's page, and what the reader made of it."""

    class Reaction(models.TextChoices):
        USEFUL = "useful", "Useful"
        NOT_USEFUL = "not_useful", "Not useful"
        ACT = "act", "We will act"

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    views = models.PositiveIntegerField(default=1)
    reaction = models.CharField(max_length=10, choices=Reaction.choices, blank=True)
    reacted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "user"], name="read_by_each_once"),
            models.CheckConstraint(
                condition=Q(reaction="", reacted_at__isnull=True) | (~Q(reaction="") & Q(reacted_at__isnull=False)),
                name="reaction_has_its_instant",
            ),
        ]


class Mail(models.Model):
    """A letter kept by the demo's mailbox instead of being sent."""

    message_id = models.CharField(max_length=200, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=240)
    text = models.TextField()
    html = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at", "-id"]
