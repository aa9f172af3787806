"""The writer of insights: from an alarm or by hand, edited as a draft, published by a person; and of quotes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from insights.marking import marked
from insights.models import Alarm, Ask, Feedback, Insight, Quote, Theme
from insights.sizing import size
from ops_dashboard.metrics.local_days import begin_of, day_at
from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.people import audit
from ops_dashboard.people.models import User


class NotReady(ValueError):
    """A step that the insight does not allow; the message says what is missing."""


def from_alarm(alarm: Alarm) -> Insight:
    """The draft that an alarm opens, with what raised it as evidence."""
    worst = max(alarm.context, key=lambda entry: entry["ratio"] or 0.0)
    insight = Insight.objects.create(
        claim=_claim(alarm, worst),
        area=alarm.theme.area,
        alarm=alarm,
        since=alarm.opened_on - timedelta(days=6),
        evidence={"alarm": worst},
    )
    insight.themes.set([alarm.theme])
    return insight


@transaction.atomic
def of_alarm(alarm: Alarm) -> Insight:
    """The insight that the alarm opened; a new draft where there is none any more, one for two who ask at once."""
    held = Alarm.objects.select_for_update(no_key=True, of=("self",)).select_related("theme").get(pk=alarm.pk)
    return Insight.objects.filter(alarm=held).first() or from_alarm(held)


@transaction.atomic
def create(
    *,
    claim: str,
    area: str,
    themes: Iterable[Theme],
    since: date,
    story: str = "",
    by: User | None,
    at: datetime | None = None,
) -> Insight:
    """A draft by hand; its size is frozen as it stands (or stood, at `at`)."""
    made_at = at or timezone.now()
    insight = Insight.objects.create(claim=claim, story=story, area=area, since=since, made_by=by, made_at=made_at)
    chosen = list(themes)
    insight.themes.set(chosen)
    insight.evidence = {"drafted": size(chosen, _day_before(made_at))}
    insight.save(update_fields=["evidence"])
    return insight


def edit(insight: Insight, *, claim: str, story: str, area: str, themes: Sequence[Theme], by: User) -> None:
    """Words can be mended at any time; who mended what is published leaves a trace."""
    with marked("insight", insight.pk):
        insight.refresh_from_db(fields=["state"])
        insight.claim, insight.story, insight.area = claim, story, area
        insight.save(update_fields=["claim", "story", "area"])
        insight.themes.set(themes)
        if insight.state == Insight.State.PUBLISHED:
            audit.record(by.username, "insight_edited", f"insight {insight.pk}")


def publish(insight: Insight, *, by: User | None, at: datetime | None = None) -> None:
    """To the partners of its area, with its size frozen as it stands."""
    if not insight.themes.exists():
        raise NotReady("An insight needs a theme before it is published: its size is counted by theme.")
    with marked("insight", insight.pk):
        insight.refresh_from_db(fields=["evidence", "published_at"])
        published_at = at or timezone.now()
        told = size(list(insight.themes.all()), _day_before(published_at))
        insight.evidence = insight.evidence | {"published": told}
        insight.state, insight.published_by = Insight.State.PUBLISHED, by
        insight.published_at = insight.published_at or published_at
        insight.save(update_fields=["evidence", "state", "published_by", "published_at"])
        audit.record(by.username if by else "system", "insight_published", f"insight {insight.pk}", area=insight.area)


@transaction.atomic
def shelve(insight: Insight, *, by: User) -> None:
    """Out of sight of partners; nothing is lost, and publishing brings it back.

    Not while partners have been told of an ask that is not closed: letters tell what becomes of it until then.
    """
    held = Insight.objects.select_for_update().get(pk=insight.pk)  # so that nothing is asked meanwhile
    left = len(Ask.objects.pending().filter(insight=held).select_for_update())
    if held.published_at and left:
        raise NotReady(f"Not closed yet: {plural(left, 'ask')}. Letters tell what becomes of each; close them first.")
    insight.state = Insight.State.SHELVED
    insight.save(update_fields=["state"])
    audit.record(by.username, "insight_shelved", f"insight {insight.pk}")


@transaction.atomic
def quote(insight: Insight, feedback: Feedback, *, by: User | None) -> Quote:
    """A person chose these words. Where something had to be masked they cannot be quoted at all."""
    if feedback.detections:
        raise NotReady("Personal data had to be masked in this feedback; it cannot be quoted.")
    chosen, _ = Quote.objects.get_or_create(insight=insight, feedback=feedback, defaults={"chosen_by": by})
    audit.record(by.username if by else "system", "feedback_quoted", f"insight {insight.pk}", feedback=feedback.pk)
    return chosen


def unquote(insight: Insight, feedback: int) -> None:
    Quote.objects.filter(insight=insight, feedback=feedback).delete()


def quotable(insight: Insight, *, before: datetime | None = None) -> "list[Feedback]":
    """What an analyst may choose from: the newest feedback about the insight's themes without any detection."""
    tagged = Feedback.objects.filter(
        detections=0,
        tags__theme__in=insight.themes.all(),
        tags__state="accepted",
        occurred_at__gte=begin_of(insight.since),
    )
    if before:
        tagged = tagged.filter(occurred_at__lt=before)
    return list(tagged.exclude(quotes__insight=insight).distinct().order_by("-occurred_at", "-id")[:12])


def _day_before(at: datetime) -> date:
    """The last complete day in the reporting zone."""
    return day_at(at) - timedelta(days=1)


def _claim(alarm: Alarm, worst: dict[str, Any]) -> str:
    """The number in words; a person will say what it means."""
    observed, ratio = worst["observed"], worst["ratio"]
    span = "in seven days" if worst["grain"] == "week" else "in a day"
    if isinstance(ratio, float):
        return f"{alarm.theme.name}: {observed} messages {span}, {ratio:.1f} times the usual {worst['expected']:.0f}"
    return f"{alarm.theme.name}: {observed} messages {span}, where there were none before"
