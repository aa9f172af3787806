"""What a digest does not know about its week, as plain values: data that is late, feedback without a theme, few."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from insights.models import FeedbackSource, FeedbackTheme, Quote, SuggestionRun, Theme, ThemeFact
from insights.surveillance import Class
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.result import SMALL_CELL, Freshness

LATELY = timedelta(weeks=8)  # a source that has been silent for longer is not expected any more
QUIET = timedelta(days=1)  # one that was heard since brings what it has at its own hour
Told = dict[str, Any]


def gaps(
    week: date, until: date, themes: Sequence[Theme], rows: Sequence[Told], *, insights: Sequence[int], fresh: Freshness
) -> Told:
    """`rows` are all themes of the area that had messages, `insights` the ids of those that are told."""
    begun, ended = bounds(week, until)
    reached = fresh.complete_to
    return {
        "complete_to": reached.isoformat() if reached and reached < ended else None,
        "owed": list(fresh.owed),
        "silent": _silent(ended, fresh),
        "tags": _tags(themes, begun, ended),
        "few_themes": sum(row["n"] < SMALL_CELL for row in rows),
        "short_history": sum(row["class"] == Class.TOO_LITTLE for row in rows),
        "withheld_quotes": Quote.objects.filter(insight__in=insights, feedback__detections__gt=0).count(),
    }


def _silent(ended: datetime, fresh: Freshness) -> list[Told]:
    """Feedback that came lately and not since before the week ended or for a day; sources that had stopped by then."""
    quiet_since = min(ended, timezone.now() - QUIET)
    heard = FeedbackSource.objects.filter(last_success_at__lt=quiet_since, last_success_at__gte=quiet_since - LATELY)
    names = [
        *heard.values_list("name", "last_success_at"),
        *((told.name, told.since) for told in fresh.silent if told.since < ended),
    ]
    return [{"name": name, "since": at.isoformat()} for name, at in sorted(names) if at]


def _tags(themes: Sequence[Theme], begun: datetime, ended: datetime) -> Told:
    """How many of the week's counts under these themes no person stands behind, and how often the model is right."""
    same_theme = Q(theme=OuterRef("theme")) | Q(theme__merged_into=OuterRef("theme"))
    people = FeedbackTheme.objects.counted().filter(same_theme, feedback=OuterRef("feedback"), by="person")
    counted = ThemeFact.objects.filter(theme__in=[t.pk for t in themes], at__gte=begun, at__lt=ended)
    run = SuggestionRun.objects.filter(top_1__isnull=False, learned_at__lt=ended).first()
    return {
        "counted": counted.count(),
        "by_no_person": counted.exclude(Exists(people)).count(),
        "model_right": run.top_1 if run else None,
        "model_tried": run.held_out if run else 0,
    }
