"""The writer of suggestions: learns from accepted tags, suggests for what is untagged, and forgets.

What was learned lives for one run only; `SuggestionRun` keeps what it rested on and how good it was
on texts that were held out. Rules suggest in the same run, without a confidence.

What is sure counts in figures. So a run looks for that as far back as alarms compare: were the newest
feedback alone looked at, every theme that is easily known would seem to rise on the day of the first run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from insights import facts
from insights.models import Feedback, FeedbackTheme, SuggestionRun, TagRule
from insights.models.feedback import FeedbackQuerySet, FeedbackThemeQuerySet
from insights.suggestions import CannotLearn, Quality, Suggester, learn
from insights.surveillance import DAILY
from insights.tag_rules import matching
from insights.tagging_queue import day_began, untagged
from insights.taxonomy import current
from ops_dashboard.metrics.copying import tell_planner

State, By = FeedbackTheme.State, FeedbackTheme.By
LEARNED = "learned"  # what the model's suggestions call their tagger
ENOUGH = 50  # newly accepted tags after which it is worth learning again
MOST_TEXTS = 8_000  # the newest accepted tags: some seconds to learn from
MOST_SUGGESTED = 4_000  # feedbacks of one run
FAR_BACK = timedelta(days=DAILY.window + DAILY.gap)
MOST_LOOKED_AT = 100_000  # feedbacks of one run, in search of what is sure: half a minute
BATCH = 500
SUGGESTED = 5  # themes for one feedback
LEAST = 0.02  # less likely themes are not worth a line
HELD_OUT = 5  # one text in five judges the others
FEWEST_HELD_OUT = 40
LOCK = 0x7A4F  # advisory: one run at a time


@dataclass(frozen=True)
class Lesson:
    """What is learned from, side by side: feedback, text, theme id as a word; how many tags that takes together,
    and the versions of the themes that they were given under."""

    ids: list[int]
    texts: list[str]
    labels: list[str]
    tags: int
    versions: list[int]


def is_due() -> bool:
    """Once a day, and after ENOUGH new tags."""
    last = SuggestionRun.objects.first()
    if last is None or last.learned_at < day_began():
        return True
    return _accepted().filter(tagged_at__gt=last.learned_at)[:ENOUGH].count() == ENOUGH


def run(*, most: int = MOST_SUGGESTED) -> SuggestionRun | None:
    """Apply the rules, learn and suggest; None while another run is at it."""
    with _alone() as is_alone:
        if not is_alone:
            return None
        began = timezone.now()
        by_rules = sum(_apply(rule, most) for rule in _rules())
        lesson = learned_from()
        told = _record(lesson) | {"learned_at": began, "by_rules": by_rules}
        try:
            suggester = learn(lesson.texts, lesson.labels)
        except CannotLearn as reason:
            return SuggestionRun.objects.create(**told, note=str(reason)[:200])
        quality = _quality(lesson)
        if quality:
            told |= {"held_out": quality.texts, "top_1": quality.top_1, "top_3": quality.top_3}
            told["calibration_error"] = quality.calibration_error
        told |= {"temperature": suggester.confidence.temperature, "suggested": _suggest(suggester, most, began)}
        with connection.cursor() as cursor:
            tell_planner(cursor, FeedbackTheme)  # which a first run has filled
        return SuggestionRun.objects.create(**told, seconds=(timezone.now() - began).total_seconds())


def learned_from() -> Lesson:
    """The newest texts that people tagged, each with a theme that is still active (a merged one's successor)."""
    rows = _accepted().exclude(feedback__text="").order_by("-tagged_at", "-id")
    named = rows.values_list(
        "feedback", "feedback__text", "theme", "theme__merged_into", "theme__is_active", "version"
    )[:MOST_TEXTS]
    taught = [row for row in named if row[4] or row[3]]
    found = {(pk, into or theme): text for pk, text, theme, into, *_ in taught}
    return Lesson(
        ids=[pk for pk, _ in found],
        texts=list(found.values()),
        labels=[str(theme) for _, theme in found],
        tags=len(taught),
        versions=sorted({version for *_, version in taught}),
    )


def _record(lesson: Lesson) -> dict[str, Any]:
    """What a run keeps of what it was taught."""
    return {
        "tags": lesson.tags,
        "texts": len(lesson.texts),
        "labels": len(set(lesson.labels)),
        "first_version": min(lesson.versions, default=None),
        "last_version": max(lesson.versions, default=None),
    }


def _accepted() -> FeedbackThemeQuerySet:
    return FeedbackTheme.objects.counted().filter(by=By.PERSON)


def _quality(lesson: Lesson) -> Quality | None:
    """How good it is on one feedback in HELD_OUT; None where that would be too few to tell."""
    texts, labels = lesson.texts, lesson.labels
    unseen = [n for n, pk in enumerate(lesson.ids) if pk % HELD_OUT == 0]
    seen = [n for n, pk in enumerate(lesson.ids) if pk % HELD_OUT]
    if len(unseen) < FEWEST_HELD_OUT:
        return None
    try:
        part = learn([texts[n] for n in seen], [labels[n] for n in seen])
    except CannotLearn:
        return None
    return Quality.of(part.probabilities([texts[n] for n in unseen]), part.labels, [labels[n] for n in unseen])


def _suggest(suggester: Suggester, most: int, began: datetime) -> int:
    """Suggest for what was not suggested for yet, then for what an earlier run knew, the newest first; and what is
    sure of all else that no run has suggested for."""
    learned = FeedbackTheme.objects.filter(feedback=OuterRef("pk"), rule=LEARNED)
    waiting = untagged(Feedback.objects.exclude(text="")).annotate(is_known=Exists(learned))
    done = _look(suggester, waiting.order_by("is_known", "-occurred_at", "-id")[:most], LEAST, began)
    unknown = waiting.filter(is_known=False, occurred_at__gt=began - FAR_BACK).order_by("-occurred_at", "-id")
    return done + _look(suggester, unknown[:MOST_LOOKED_AT], facts.SURE, began)


def _look(suggester: Suggester, waiting: FeedbackQuerySet, least: float, began: datetime) -> int:
    """Suggest for these whatever is as likely as `least`; returns for how many there was something."""
    rows, done = list(waiting.values_list("pk", "text")), 0
    for first in range(0, len(rows), BATCH):
        part = rows[first : first + BATCH]
        found = suggester.suggest([text for _, text in part], most=SUGGESTED)
        likely = {pk: [one for one in each if one[1] >= least] for (pk, _), each in zip(part, found, strict=True)}
        told = {pk: each for pk, each in likely.items() if each}
        _write(told, began)
        done += len(told)
    return done


@transaction.atomic
def _write(told: dict[int, list[tuple[str, float]]], began: datetime) -> None:
    """These feedbacks' suggestions in the place of their earlier ones."""
    ids, version = list(told), _version()
    facts.hold(ids)
    FeedbackTheme.objects.filter(feedback__in=ids, rule=LEARNED, by=By.MODEL, state=State.SUGGESTED).delete()
    tags = [
        FeedbackTheme(
            feedback_id=pk, theme_id=int(label), version_id=version, by=By.MODEL, rule=LEARNED,
            confidence=min(1.0, chance), state=State.SUGGESTED, tagged_at=began,
        )
        for pk, likely in told.items()
        for label, chance in likely
    ]  # fmt: skip
    FeedbackTheme.objects.bulk_create(tags, ignore_conflicts=True)
    facts.rebuild(ids)


def _rules() -> list[TagRule]:
    """The rules that hold; open suggestions of any others go."""
    rules = list(TagRule.objects.filter(is_active=True, theme__is_active=True).select_related("theme"))
    open_ = FeedbackTheme.objects.filter(by=By.RULE, state=State.SUGGESTED, rule__startswith="rule ")
    open_.exclude(rule__in=[rule.key for rule in rules]).delete()
    return rules


@transaction.atomic
def _apply(rule: TagRule, most: int) -> int:
    """Suggest the rule's theme where its words are, and take that back where they are not; returns how many are new.

    Without a confidence they count in no figure until somebody accepts them, so no cell changes.
    """
    found = matching(rule)
    mine = FeedbackTheme.objects.filter(by=By.RULE, rule=rule.key, state=State.SUGGESTED)
    mine.exclude(theme=rule.theme).delete()
    mine.exclude(feedback__in=found).delete()
    known = FeedbackTheme.objects.filter(feedback=OuterRef("pk"), rule=rule.key, theme=rule.theme)
    fresh = untagged(found).exclude(Exists(known)).order_by("-occurred_at", "-id")
    ids = list(fresh.values_list("pk", flat=True)[:most])
    tags = [
        FeedbackTheme(
            feedback_id=pk, theme=rule.theme, version_id=_version(), by=By.RULE, rule=rule.key, state=State.SUGGESTED
        )
        for pk in ids
    ]
    FeedbackTheme.objects.bulk_create(tags, ignore_conflicts=True)
    return len(ids)


def _version() -> int:
    newest = current()
    assert newest, "a theme has a version"
    return newest.number


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only run at present."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        is_alone: bool = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
