"""How far analysts agree about the theme of a feedback that two of them have judged."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import Count, F, Max

from insights.models import FeedbackTheme, Judgement, Theme
from insights.tagging_queue import DONE
from insights.taxonomy import current
from quality.agreement import FEWEST_UNITS, Alpha, Level, Ratings, alpha, percent_agreement

MOST = 2_000  # double-tagged feedbacks: the latest
NONE = "none"


@dataclass(frozen=True)
class Agreement:
    """`share` is percent agreement, 0..1; both are withheld below FEWEST_UNITS double-tagged feedbacks."""

    units: int
    share: float | None = None
    alpha: Alpha | None = None

    @property
    def is_told(self) -> bool:
        return self.units >= FEWEST_UNITS


def agreement() -> Agreement:
    """Of the latest judgements; kept until somebody judges or undoes, or themes change."""
    newest = current()
    told = Judgement.objects.aggregate(last=Max("pk"), n=Count("pk"))
    key = f"tagging-agreement-{told['last']}-{told['n']}-{newest.number if newest else 0}"
    kept: Agreement | None = caches["panels"].get(key)
    if kept is None:
        kept = _computed()
        caches["panels"].set(key, kept)
    return kept


def ratings() -> Ratings:
    """Each person's word on each double-tagged feedback: its themes as one name, or that none fits."""
    judged = Judgement.objects.filter(outcome__in=DONE)
    people = judged.values("feedback").annotate(people=Count("user", distinct=True), last=Max("pk"))
    twice = list(people.filter(people__gte=2).order_by("-last").values_list("feedback", flat=True)[:MOST])
    said = dict.fromkeys(judged.filter(feedback__in=twice).values_list("feedback", "user"), NONE)
    for pair, themes in _themes(twice).items():
        if pair in said:
            said[pair] = "+".join(str(theme) for theme in sorted(themes))
    return Ratings.of([pk for pk, _ in said], [user for _, user in said], list(said.values()))


def _themes(feedback: list[int]) -> dict[tuple[int, int], set[int]]:
    """What was tagged with a merged theme is about its successor."""
    rows = FeedbackTheme.objects.counted().filter(feedback__in=feedback, user__isnull=False)
    merged = dict(Theme.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"))
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for pk, user, theme in rows.values_list("feedback", F("user"), "theme"):
        found[pk, user].add(merged.get(theme) or theme)
    return found


def _computed() -> Agreement:
    told = ratings()
    units = len(told.pairable().counts)
    if units < FEWEST_UNITS:
        return Agreement(units)
    return Agreement(units, percent_agreement(told), alpha(told, Level.NOMINAL))
