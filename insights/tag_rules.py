"""The writer of rules by which words suggest themes, and what the words of one are found in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from insights.models import Feedback, FeedbackTheme, TagRule
from insights.models.feedback import FeedbackQuerySet
from insights.tagging_queue import untagged
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import today
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Scope

DAYS = 28
EXAMPLES = 5
TOLD = ("theme_id", "words", "match", "language_id", "is_active")  # what the audit trail keeps of a rule


@dataclass(frozen=True)
class Look:
    """Messages of the last DAYS days: `received` with a text, and of those that match what became of each."""

    period: Period
    received: int
    matching: int
    has_it: int  # they bear the rule's theme
    waiting: int  # nobody has tagged them: a run would suggest the theme
    newest: tuple[Feedback, ...]

    @property
    def otherwise(self) -> int:
        """Tagged with other themes, or with none because none fits."""
        return self.matching - self.has_it - self.waiting


def matching(rule: TagRule) -> FeedbackQuerySet:
    phrases = [SearchQuery(phrase, config="simple", search_type="phrase") for phrase in rule.phrases]
    if not phrases:
        return Feedback.objects.none()
    found = Feedback.objects.filter(search=reduce(and_ if rule.match == TagRule.Match.ALL else or_, phrases))
    return found.filter(language=rule.language_id) if rule.language_id else found


def look(rule: TagRule, *, scope: Scope) -> Look:
    """What the rule, saved or not, would have matched until yesterday."""
    period = Period(today() - timedelta(days=DAYS), today() - timedelta(days=1))
    begun, ended = bounds(period.start, period.end)
    recent = Feedback.objects.visible_to(scope).exclude(text="")
    recent = recent.filter(occurred_at__gte=begun, occurred_at__lt=ended)
    found = recent & matching(rule)
    bear_it = FeedbackTheme.objects.counted().filter(feedback=OuterRef("pk"), theme=rule.theme_id)
    return Look(
        period=period,
        received=recent.count(),
        matching=found.count(),
        has_it=found.filter(Exists(bear_it)).count(),
        waiting=untagged(found).count(),
        newest=tuple(found.order_by("-occurred_at", "-id")[:EXAMPLES]),
    )


def suggesting_now(rules: Sequence[TagRule]) -> dict[str, int]:
    """For how many messages each rule suggests its theme, by the rule's key."""
    rows = FeedbackTheme.objects.filter(theme__in={rule.theme_id for rule in rules}, by=FeedbackTheme.By.RULE)
    rows = rows.filter(state=FeedbackTheme.State.SUGGESTED, rule__in=[rule.key for rule in rules])
    return dict(rows.order_by().values_list("rule").annotate(n=Count("id")))


@transaction.atomic
def save(rule: TagRule, *, by: User) -> None:
    """A new rule, or one whose theme, words or language have changed. Suggestions follow with the next run."""
    before = TagRule.objects.select_for_update().filter(pk=rule.pk).first()
    rule.save()
    if before is None:
        audit.record(by.username, "tag_rule_added", f"tag rule {rule.pk}", **_told(rule))
    elif _told(before) != _told(rule):
        audit.record(by.username, "tag_rule_changed", f"tag rule {rule.pk}", before=_told(before), after=_told(rule))


@transaction.atomic
def use(rule: TagRule, *, is_active: bool, by: User) -> None:
    """End it, or take it up again; the row stays, so that its suggestions can be told."""
    if TagRule.objects.filter(pk=rule.pk, is_active=not is_active).update(is_active=is_active):
        action = "tag_rule_resumed" if is_active else "tag_rule_ended"
        audit.record(by.username, action, f"tag rule {rule.pk}", theme_id=rule.theme_id)
    rule.is_active = is_active


def _told(rule: TagRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in TOLD}
