"""Themes: what people write to us about, in two levels, and every change of that list.

`taxonomy.py` is the only writer. A theme keeps its id for ever; what it was called and where it
stood under an earlier version is told by the changes since.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now


class TaxonomyVersion(models.Model):
    """One published state of the taxonomy. The newest one counts."""

    number = models.PositiveIntegerField(primary_key=True)  # from 1
    note = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"v{self.number}"


class ThemeQuerySet(QuerySet["Theme"]):
    def active(self) -> "ThemeQuerySet":
        return self.filter(is_active=True)

    def leaves(self) -> "ThemeQuerySet":
        """What feedback is tagged with: themes that no active theme stands below."""
        return self.exclude(id__in=Theme.objects.filter(is_active=True, parent__isnull=False).values("parent"))


class Theme(models.Model):
    """One theme as it stands now. `area` is the product area of the partner who owns it."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    definition = models.CharField(max_length=400, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    area = models.SlugField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    # Where its feedback counts now; always a theme that is not merged itself.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    valid_from = models.ForeignKey(TaxonomyVersion, on_delete=models.PROTECT, related_name="themes_from")
    valid_to = models.ForeignKey(  # the first version without it
        TaxonomyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="themes_to"
    )

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["area", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="theme_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False), name="theme_merged_is_not_active"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, valid_to__isnull=True) | Q(is_active=False, valid_to__isnull=False),
                name="theme_ends_when_not_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ThemeChange(models.Model):
    """What one version did to one theme: `before` and `after` hold the fields that changed."""

    class Kind(models.TextChoices):
        ADD = "add", "Added"
        RENAME = "rename", "Renamed"
        MOVE = "move", "Moved"
        MERGE = "merge", "Merged"
        SPLIT = "split", "Split"
        RETIRE = "retire", "Retired"

    version = models.ForeignKey(TaxonomyVersion, on_delete=models.PROTECT, related_name="changes")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    into = models.ManyToManyField(Theme, related_name="+")  # of a merge the one, of a split the new ones

    class Meta:
        ordering = ["version", "id"]
