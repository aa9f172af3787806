"""Roll-ups, what is owed to them, and what people attach to numbers."""

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Now

from ops_dashboard.metrics.periods import Period
from ops_dashboard.people.dated import ends_after_start


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
