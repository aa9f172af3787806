"""The closed loop: alarm -> insight -> ask -> partner's answer -> shipped -> effect; and programs around asks.

Writers: `alarms.py`, `drafting.py` (insights and quotes), `asks.py`, `programs.py`.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from insights.effects import Verdict
from insights.models.feedback import Feedback
from insights.models.taxonomy import Theme
from ops_dashboard.metrics.result import SMALL_CELL
from ops_dashboard.people.roles import Scope

USER = settings.AUTH_USER_MODEL
VERDICTS = [(verdict.value, verdict.value.capitalize()) for verdict in Verdict]


class Area(models.Model):
    """A product area: who answers for it. Themes, asks and digests name it by slug."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def area_name() -> Coalesce:
    """For rows with the slug of an area: its name, else the slug."""
    return Coalesce(
        Subquery(Area.objects.filter(slug=OuterRef("area")).values("name")[:1]),
        F("area"),
        output_field=models.CharField(),
    )


class Survey(models.Model):
    """What one look at all themes found; `findings` as `surveillance.Finding` tells them, with recent counts."""

    class Grain(models.TextChoices):
        DAY = "day", "Day"
        WEEK = "week", "Seven days"

    on = models.DateField()  # the last day looked at
    grain = models.CharField(max_length=4, choices=Grain.choices)
    contacts = models.IntegerField()
    findings = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["on", "grain"], name="surveyed_once")]


class AlarmQuerySet(QuerySet["Alarm"]):
    def open(self) -> "AlarmQuerySet":
        return self.filter(state=Alarm.State.OPEN)


class Alarm(models.Model):
    """A theme that rose beyond chance. One is open per theme; what follows is added to its `context`."""

    class State(models.TextChoices):
        OPEN = "open"
        DISMISSED = "dismissed"  # by a person, with a reason
        OVER = "over"  # calm again

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="alarms")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField()
    last_on = models.DateField()  # the last day that it was seen on
    reopened = models.PositiveSmallIntegerField(default=0)
    context = models.JSONField(default=list)  # one entry for each look that flagged it
    closed_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-last_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["theme"], condition=Q(state="open"), name="one_open_alarm_a_theme"),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(reason=""), name="alarm_is_dismissed_with_a_reason"
            ),
        ]


class InsightQuerySet(QuerySet["Insight"]):
    def published(self) -> "InsightQuerySet":
        return self.filter(state=Insight.State.PUBLISHED)

    def visible_to(self, scope: Scope) -> "InsightQuerySet":
        """Those who see every area also see drafts; a partner sees what is published about its areas."""
        if not scope.sees_insights:
            return self.none()
        if scope.sees_every_area:
            return self
        return self.published().filter(area__in=scope.product_areas)


class Insight(models.Model):
    """A claim about what people tell us, with its size and evidence.

    `evidence` holds what the figures said when the insight was made and again when it was published,
    and the questions (query strings) that tell them anew.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        SHELVED = "shelved", "Shelved"

    claim = models.CharField(max_length=200)
    story = models.TextField(blank=True)  # what, why, who, and what we do not know
    area = models.SlugField(max_length=40)
    themes = models.ManyToManyField(Theme, related_name="insights")
    alarm = models.OneToOneField(Alarm, null=True, blank=True, on_delete=models.SET_NULL, related_name="insight")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    since = models.DateField()  # first day that the claim is about
    evidence = models.JSONField(default=dict)
    made_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = InsightQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["published_at"], name="insight_by_publication")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="shelved") | Q(published_at__isnull=False),
                name="insight_published_at_an_instant",
            )
        ]

    def __str__(self) -> str:
        return self.claim


class Quote(models.Model):
    """A verbatim that a person chose: only from feedback in which nothing had to be masked."""

    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="quotes")
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="quotes")
    chosen_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["insight", "feedback"], name="quoted_once")]


class ProgramQuerySet(QuerySet["Program"]):
    def visible_to(self, scope: Scope) -> "ProgramQuerySet":
        """A partner: those of its areas."""
        if not scope.sees_insights:
            return self.none()
        return self if scope.sees_every_area else self.filter(area__in=scope.product_areas)


class Program(models.Model):
    """An initiative around one or more asks, with the figures that it is meant to move: a theme, a metric or both."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    title = models.CharField(max_length=160)
    aim = models.TextField(blank=True)
    area = models.SlugField(max_length=40)
    owner = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    goal = models.FloatField(null=True, blank=True)  # messages of the theme per 1,000 contacts, after
    target_metric = models.CharField(max_length=60, blank=True)  # slug of any metric of the catalogue
    target_where = models.CharField(max_length=200, blank=True)  # as in an address: team=payments-1&channel=email
    target_value = models.FloatField(null=True, blank=True)  # in the metric's unit; of a count, a week
    target_on = models.DateField(null=True, blank=True)  # by when
    shipped_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(target_metric="") | Q(target_where="", target_value__isnull=True, target_on__isnull=True),
                name="target_is_of_a_metric",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Milestone(models.Model):
    """A step of a program with its date."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=160)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="milestone_done_on_a_day",
            )
        ]


class AskQuerySet(QuerySet["Ask"]):
    def visible_to(self, scope: Scope) -> "AskQuerySet":
        """A partner: those put to its areas, once their insight is published."""
        if not scope.sees_insights:
            return self.none()
        if scope.sees_every_area:
            return self
        return self.filter(area__in=scope.product_areas, insight__state=Insight.State.PUBLISHED)

    def unanswered(self) -> "AskQuerySet":
        return self.filter(status=Ask.Status.OPEN)

    def pending(self) -> "AskQuerySet":
        """What a digest has to tell: everything that is not closed."""
        return self.exclude(status=Ask.Status.CLOSED)


class Ask(models.Model):
    """What we want of a partner because of an insight.

    `registered` is written when the partner accepts: which figure will judge the change, against
    which base and by which rule, before anybody knows how it turns out.
    """

    class Status(models.TextChoices):
        OPEN = "open", "No answer yet"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        SHIPPED = "shipped", "Shipped"
        CLOSED = "closed", "Closed"

    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="asks")
    program = models.ForeignKey(Program, null=True, blank=True, on_delete=models.SET_NULL, related_name="asks")
    area = models.SlugField(max_length=40)
    owner = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    question = models.CharField(max_length=240)
    due_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    registered = models.JSONField(default=dict, blank=True)
    shipped_on = models.DateField(null=True, blank=True)
    users_told = models.PositiveIntegerField(null=True, blank=True)  # how many were told that it is mended
    opened_at = models.DateTimeField(db_default=Now())

    objects = AskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="shipped") | Q(shipped_on__isnull=False), name="ask_shipped_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(users_told__isnull=True) | Q(shipped_on__isnull=False),
                name="users_are_told_of_what_shipped",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def is_late(self, today: date) -> bool:
        return self.status in (self.Status.OPEN, self.Status.ACCEPTED) and self.due_on < today


class AskStep(models.Model):
    """What happened to an ask, in order: the answers with their reasons."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Asked"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        SHIPPED = "shipped", "Shipped"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Asked again"

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    # The first answer says how long it took since the ask was (last) put.
    answer_s = models.BigIntegerField(null=True)
    area = models.SlugField(max_length=40)  # the ask's

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["at"], name="ask_step_by_moment")]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="declined") | ~Q(note=""), name="ask_is_declined_with_a_reason"),
            models.CheckConstraint(condition=Q(answer_s__isnull=True) | Q(answer_s__gte=0), name="answer_takes_time"),
        ]


class Effect(models.Model):
    """What became of a figure after something shipped, as `effects.py` judges it. The latest reading stands."""

    ask = models.OneToOneField(Ask, null=True, on_delete=models.CASCADE, related_name="effect")
    program = models.OneToOneField(Program, null=True, on_delete=models.CASCADE, related_name="effect")
    measured_on = models.DateField()
    verdict = models.CharField(max_length=12, choices=VERDICTS)
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    weeks_after = models.SmallIntegerField()
    base_count = models.IntegerField()
    base_contacts = models.IntegerField()
    after_count = models.IntegerField()
    after_contacts = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ask__isnull=False, program__isnull=True) | Q(ask__isnull=True, program__isnull=False),
                name="effect_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(low__lte=F("high")), name="effect_interval_in_order"
            ),
        ]

    @property
    def is_small(self) -> bool:
        """Whether it rests on counts that not every reader may see."""
        return min(self.base_count, self.after_count) < SMALL_CELL

    def told(self, *, small_hidden: bool) -> dict[str, str | float | int | bool | None]:
        """As snapshots and sentences want it; of small counts the verdict alone where these are hidden."""
        few = small_hidden and self.is_small
        return {
            "verdict": self.verdict,
            "ratio": None if few else self.ratio,
            "low": None if few else self.low,
            "high": None if few else self.high,
            "weeks": self.weeks_after,
            "few": few,
        }
