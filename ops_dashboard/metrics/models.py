"""Roll-ups, what is owed to them, what people attach to numbers, and the questions that they keep."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from ops_dashboard.metrics.alert_verdicts import Kind, Look, Outcome, Side
from ops_dashboard.metrics.metric_rights import metrics_seen_by
from ops_dashboard.metrics.periods import Period
from ops_dashboard.people.dated import ends_after_start
from ops_dashboard.people.roles import Scope


class Cell(models.Model):
    """The roll-up of one source, day and team. Rebuildable from facts at any time."""

    pk = models.CompositePrimaryKey("source", "day", "team")
    source = models.CharField(max_length=40)
    day = models.DateField()
    team = models.IntegerField()  # 0: no team
    n = models.IntegerField()
    totals = ArrayField(models.BigIntegerField())
    hours = models.BinaryField()  # (measure * 24 + hour: u2, amount: i8)*
    histograms = models.BinaryField()  # (measure: u2, bucket: u2, count: u4)*
    block = models.BinaryField()  # Source.dtype rows
    layout = models.SmallIntegerField()  # Source.layout that packed it
    filled_at = models.DateTimeField()
    generation = models.BigIntegerField(default=0)  # of its source, when this was written

    class Meta:
        # Sums over years read this index alone, as does who asks which cells are new; the rows themselves are wide.
        indexes = [models.Index(fields=["source", "day", "team"], include=["totals", "generation"], name="cell_totals")]


class Stock(models.Model):
    """What a level holds after everything that its cells count, of one team. Rebuildable from cells."""

    pk = models.CompositePrimaryKey("metric", "team")
    metric = models.CharField(max_length=60)
    team = models.IntegerField()  # holdings.EVERY: the level has been counted, its other rows stand
    held = models.BinaryField()  # holdings.dtype_of rows


class StaleCell(models.Model):
    """A cell that must be redone. Duplicates are welcome; claimed with skip locked, then deleted."""

    source = models.CharField(max_length=40)
    day = models.DateField()
    team = models.IntegerField()
    marked_at = models.DateTimeField(db_default=Now())


_END = "(SELECT day FROM metrics_cell c WHERE c.source = f.source ORDER BY day {order} LIMIT 1)"
_REACHES = f"SELECT source, {_END.format(order='')}, {_END.format(order='DESC')} FROM metrics_fill f"


class Fills(models.Manager["Fill"]):
    def reaches(self) -> dict[str, Period]:
        """By source the days from its first cell to its last: two looks into the index each."""
        with connection.cursor() as cursor:
            cursor.execute(_REACHES)
            return {source: Period(*days) for source, *days in cursor.fetchall() if all(days)}


class Fill(models.Model):
    """How far a source has been filled. `generation` grows with every change of its cells."""

    source = models.CharField(max_length=40, primary_key=True)
    generation = models.BigIntegerField(default=0)
    layout = models.SmallIntegerField(default=0)
    zone = models.CharField(max_length=60, default="")  # the reporting zone its days were cut in
    ticked_to = models.DateTimeField(null=True)  # facts that came true by time alone, up to here

    objects = Fills()


class Goal(models.Model):
    """A target for a metric, for everyone or one team, from a day until another (not included)."""

    metric = models.CharField(max_length=60)
    team = models.ForeignKey("people.Team", null=True, blank=True, on_delete=models.CASCADE)
    value = models.FloatField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [ends_after_start("goal")]

    def __str__(self) -> str:
        return f"{self.metric} {self.value:g} from {self.valid_from}"


class Annotation(models.Model):
    """Something that happened to the numbers from outside: a launch, an outage, a holiday."""

    class Kind(models.TextChoices):
        LAUNCH = "launch"
        OUTAGE = "outage"
        HOLIDAY = "holiday"
        LEVER = "lever", "Lever change"
        OTHER = "other"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    on = models.DateField()
    until = models.DateField(null=True, blank=True)
    label = models.CharField(max_length=120)
    team = models.ForeignKey("people.Team", null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.label} on {self.on}"


class AlertRules(models.QuerySet["AlertRule"]):
    def visible_to(self, scope: Scope) -> Self:
        """A reader's own."""
        return self.filter(owner__username=scope.username) if scope.sees_metrics else self.none()

    def running(self) -> Self:
        return self.filter(paused_because="")


class AlertRule(models.Model):
    """When its owner wants to be told of a metric. Judged within what the owner may see at that time."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=80)
    metric = models.CharField(max_length=60)
    days = models.SmallIntegerField(choices=[(look.value, look.words) for look in Look], default=Look.DAY.value)
    cuts = models.CharField(max_length=500, blank=True, default="")  # a query string: `team=a&team=b&channel=email`
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    limit = models.FloatField(null=True, blank=True)  # of a threshold, in the metric's unit
    since = models.DateField()  # the first day that it looks at
    paused_because = models.CharField(max_length=200, blank=True, default="")  # empty: it runs
    made_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    looked_to = models.DateField(null=True)  # the last day that was judged, and
    outcome = models.CharField(max_length=20, blank=True, choices=[(each.value, each.value) for each in Outcome])

    objects = AlertRules.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(days__in=[look.value for look in Look]), name="alertrule_looks_at_days"),
            models.CheckConstraint(
                condition=Q(kind=Kind.DEPARTURE.value, limit=None)
                | (Q(kind=Kind.THRESHOLD.value, limit__isnull=False) & ~Q(side=Side.EITHER.value)),
                name="alertrule_threshold_has_a_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlertFirings(models.QuerySet["AlertFiring"]):
    def visible_to(self, scope: Scope) -> Self:
        """A reader's own, as far as the figures in them are still open to the reader."""
        if not scope.sees_metrics or scope.small_cells_hidden:
            return self.none()
        found = self.filter(rule__owner__username=scope.username, metric__in=metrics_seen_by(scope))
        if not scope.sees_people:
            found = found.filter(is_about_people=False)
        return found if scope.teams is None else found.filter(teams__contained_by=sorted(scope.teams))

    def open(self) -> Self:
        return self.filter(acknowledged_at=None)


class AlertFiring(models.Model):
    """A day on which a rule had something to tell, with the figures and the terms of that time."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="firings")
    on = models.DateField()  # the last of the days looked at
    metric = models.CharField(max_length=60)
    days = models.SmallIntegerField()
    cuts = models.CharField(max_length=500, blank=True, default="")
    kind = models.CharField(max_length=20)
    is_above = models.BooleanField()
    value = models.FloatField()
    n = models.IntegerField()
    limit = models.FloatField()  # of a threshold; of a departure the end of the expected range that was passed
    expected = models.FloatField(null=True)
    score = models.FloatField(null=True)  # spreads from what was expected
    teams = ArrayField(models.IntegerField(), null=True)  # that the figures were told of; null: every team
    is_about_people = models.BooleanField(default=False)
    fired_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True, default="")

    objects = AlertFirings.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "on"], name="alertfiring_once_a_day")]

    def __str__(self) -> str:
        return f"{self.metric} on {self.on}"


class SavedViews(models.QuerySet["SavedView"]):
    def of(self, scope: Scope) -> Self:
        """The reader's own."""
        return self.filter(owner__username=scope.username)

    def visible_to(self, scope: Scope, *, pages: Collection[str]) -> Self:
        """The reader's own, and those shared by accounts that stand, of `pages`: all that the reader may open.

        A shared one whose filters name people is for those who see people.
        """
        shared = Q(is_shared=True, owner__is_active=True)
        if not scope.sees_people:
            shared &= Q(names_people=False)
        return self.filter(Q(owner__username=scope.username) | shared, page__in=pages)


class SavedView(models.Model):
    """A question to a page that somebody keeps under a name. Being shared gives nobody a right to its answer."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views")
    page = models.SlugField(max_length=40)  # its URL name
    name = models.CharField(max_length=60)
    querystring = models.TextField()  # canonical, as the page itself writes it
    names_people = models.BooleanField(default=False)  # its filters do
    is_shared = models.BooleanField(default=False)  # with everybody who may open the page
    is_default = models.BooleanField(default=False)  # what the page opens with for its owner
    saved_at = models.DateTimeField()

    objects = SavedViews.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="view_named_once"),
            models.UniqueConstraint(fields=["owner", "page"], condition=Q(is_default=True), name="view_one_default"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(querystring=""), name="view_says_something"),
        ]
        indexes = [models.Index(fields=["page"], condition=Q(is_shared=True), name="view_shared")]

    def __str__(self) -> str:
        return self.name
