"""Who works when. `workforce.rosters` is the only writer of shifts and versions."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ops_dashboard.people.models import Agent, Team
from ops_dashboard.people.roles import Scope


class Activity(models.Model):
    """What somebody does during a stretch of a shift, and how it counts."""

    class Kind(models.TextChoices):
        WORK = "work", "Work on the queue"
        BREAK = "break", "Break"
        MEETING = "meeting", "Meeting"
        TRAINING = "training", "Training"
        OFFLINE = "offline", "Other work"
        ABSENCE = "absence", "Absence"

    class Shrinkage(models.TextChoices):
        NONE = "", "None"
        INTERNAL = "internal", "Internal: at work, not on the queue"
        EXTERNAL = "external", "External: paid, not at work"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    is_paid = models.BooleanField(default=True)
    is_productive = models.BooleanField(default=False)  # counts as staffed
    shrinkage = models.CharField(max_length=8, choices=Shrinkage.choices, blank=True, default="")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["work", "break", "meeting", "training", "offline", "absence"]),
                name="activity_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(shrinkage__in=["", "internal", "external"]), name="activity_shrinkage_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ShiftTemplate(models.Model):
    """A shift to be placed on any day, in local wall time.

    `segments` lists what is not plain work: [minutes after the start, minutes long, activity slug].
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="shift_templates")
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    segments = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["starts", "minutes", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(15, 24 * 60)), name="shift_template_within_a_day")
        ]

    def __str__(self) -> str:
        return self.name


class RosterVersions(models.QuerySet["RosterVersion"]):
    def published(self) -> Self:
        return self.filter(state=RosterVersion.State.PUBLISHED)

    def drafts(self) -> Self:
        return self.filter(state=RosterVersion.State.DRAFT)

    def visible_to(self, scope: Scope) -> Self:
        """A lead's own teams; what an agent sees of it are shifts."""
        if not scope.sees_rosters or scope.agent_id is not None:
            return self.none()
        return self if scope.teams is None else self.filter(team__in=scope.teams)


class RosterVersion(models.Model):
    """One telling of a team's week. A week has at most one draft and one published version.

    What was in force at an instant: `published_at` <= it < `superseded_at`. `revision` grows with
    every change of its shifts.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        SUPERSEDED = "superseded", "Superseded"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="rosters")
    week = models.DateField()  # its Monday
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=150)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=150, blank=True)
    superseded_at = models.DateTimeField(null=True)
    diff = models.JSONField(default=dict)  # what publishing it changed: {"added", "removed", "changed"}

    objects = RosterVersions.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published", "superseded"]), name="roster_version_state_known"
            ),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="roster_version_week_is_a_monday"),
            models.CheckConstraint(
                condition=(
                    Q(state="draft", published_at__isnull=True, superseded_at__isnull=True)
                    | Q(state="published", published_at__isnull=False, superseded_at__isnull=True)
                    | Q(state="superseded", published_at__isnull=False, superseded_at__isnull=False)
                ),
                name="roster_version_instants_fit_state",
            ),
            models.UniqueConstraint(
                fields=["team", "week", "state"], condition=~Q(state="superseded"), name="roster_version_one_of_a_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}, week of {self.week:%Y-%m-%d}, {self.state}"

    @property
    def mark(self) -> str:
        """Names this version as it stands now; another one after every change."""
        return f"{self.pk}.{self.revision}"


class Shifts(models.QuerySet["Shift"]):
    def published(self) -> Self:
        """What counts now."""
        return self.filter(version__state=RosterVersion.State.PUBLISHED)

    def published_at(self, at: datetime) -> Self:
        """What counted at an instant, as it was told then."""
        return self.filter(
            Q(version__superseded_at=None) | Q(version__superseded_at__gt=at), version__published_at__lte=at
        )

    def touching(self, start: datetime, end: datetime) -> Self:
        """Shifts with at least a moment in [start, end)."""
        return self.filter(start_at__lt=end, end_at__gt=start)

    def visible_to(self, scope: Scope) -> Self:
        """Those of the reader's teams; an agent sees only their own, once published."""
        if not scope.sees_rosters:
            return self.none()
        if scope.agent_id is not None:
            return self.published().filter(agent=scope.agent_id)
        return self if scope.teams is None else self.filter(team__in=scope.teams)


class Shift(models.Model):
    """One person's stretch of work in one version. `key` stays the same from version to version.

    `on` is the local date of the start in `zone`, and the day the shift belongs to.
    """

    version = models.ForeignKey(RosterVersion, on_delete=models.CASCADE, related_name="shifts")
    key = models.UUIDField(default=uuid.uuid4)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="shifts")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="shifts")
    on = models.DateField()
    zone = models.CharField(max_length=60)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    template = models.ForeignKey(ShiftTemplate, null=True, blank=True, on_delete=models.SET_NULL)
    revision = models.PositiveIntegerField(default=0)

    objects = Shifts.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="shift_ends_after_start"),
            models.UniqueConstraint(fields=["version", "key"], name="shift_once_a_version"),
        ]
        indexes = [
            models.Index(fields=["agent", "start_at"], name="shift_of_agent"),
            models.Index(fields=["team", "start_at"], name="shift_of_team"),
            models.Index(fields=["start_at"], name="shift_by_start"),
        ]


class ShiftSegment(models.Model):
    """A stretch of one activity. The segments of a shift tile it: no gap, no overlap."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="segments")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="shift_segment_ends_after_start"),
            models.UniqueConstraint(fields=["shift", "start_at"], name="shift_segment_once"),
        ]


class RosterEdit(models.Model):
    """One change to a version: `before` and `after` tell each shift it touched (null: there was none)."""

    version = models.ForeignKey(RosterVersion, on_delete=models.CASCADE, related_name="edits")
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=150)
    act = models.CharField(max_length=20)
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["version", "-id"], name="roster_edit_latest")]


class TimeOffs(models.QuerySet["TimeOff"]):
    def approved(self) -> Self:
        return self.filter(state=TimeOff.State.APPROVED)

    def standing(self) -> Self:
        """Asked for or agreed."""
        return self.filter(state__in=[TimeOff.State.REQUESTED, TimeOff.State.APPROVED])

    def touching(self, start: datetime, end: datetime) -> Self:
        return self.filter(start_at__lt=end, end_at__gt=start)


class TimeOff(models.Model):
    """Leave or sickness of an agent, asked for or agreed. `workforce.time_off` writes it."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="time_off")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    decided_by = models.CharField(max_length=150, blank=True)

    objects = TimeOffs.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="time_off_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "approved", "declined", "cancelled"]), name="time_off_state_known"
            ),
            models.UniqueConstraint(
                fields=["agent", "activity", "start_at"],
                condition=Q(state__in=["requested", "approved"]),
                name="time_off_once",
            ),
        ]


class CalendarFeed(models.Model):
    """A secret address under which an agent's calendar program reads their shifts; only its hash is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=150)
    revoked_at = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)
