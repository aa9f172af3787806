"""Facts that figures by theme are counted from. Rebuilt from tags; `facts.py` is the only writer."""

from django.db import models


class ThemeFact(models.Model):
    """One feedback under one theme, as the newest version of the taxonomy counts it."""

    pk = models.CompositePrimaryKey("feedback", "theme")
    feedback = models.BigIntegerField()
    theme = models.IntegerField()  # what a merged theme counts under
    parent = models.IntegerField()  # the theme of the first level: itself where it stands there
    area = models.SlugField(max_length=40, blank=True)  # of the theme
    at = models.DateTimeField()
    team = models.IntegerField()
    channel = models.IntegerField()
    language = models.IntegerField()
    source = models.SlugField(max_length=40, db_default="")  # of the feedback
    rating = models.SmallIntegerField(null=True)
    is_first = models.BooleanField()  # one of a feedback's themes, so that each feedback counts once

    class Meta:
        indexes = [models.Index(fields=["team", "at"], name="theme_fact_by_moment")]
