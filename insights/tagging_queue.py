"""What waits at the tagging desk, in the order in which a look teaches most: least certain first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef

from insights.models import Feedback, FeedbackTheme, Judgement, Theme
from insights.models.feedback import FeedbackQuerySet
from ops_dashboard.metrics.local_days import bounds
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Scope

CHOICES = 5
State, Outcome = FeedbackTheme.State, Judgement.Outcome
DONE = (Outcome.TAGGED, Outcome.NONE)


@dataclass(frozen=True)
class Filters:
    """Which feedback; `second` asks for what exactly one other person has judged, without telling how."""

    source: str = ""
    channel: int = 0
    language: int = 0
    area: str = ""
    second: bool = False

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Filters":
        """From a query string; what is no number is no filter."""
        channel, language = (
            int(v) if (v := told.get(name, "")).isdecimal() and len(v) < 11 else 0 for name in ("channel", "language")
        )
        return cls(
            told.get("source", "")[:40],
            min(channel, 2**31 - 1),
            min(language, 2**31 - 1),
            told.get("area", "")[:40],
            told.get("second") == "1",
        )

    def apply(self, found: FeedbackQuerySet) -> FeedbackQuerySet:
        named = {"source": self.source, "channel": self.channel, "language": self.language, "area": self.area}
        return found.filter(**{name: value for name, value in named.items() if value})


@dataclass(frozen=True)
class Choice:
    """A theme that was suggested; `confidence` None where a rule did."""

    theme: Theme
    confidence: float | None


def left(filters: Filters, *, scope: Scope, user: User) -> FeedbackQuerySet:
    """What still waits for this reader: nobody judged it (or one other did), and it was not skipped today."""
    mine = Judgement.objects.filter(feedback=OuterRef("pk"), user=user)
    skipped = mine.filter(outcome=Outcome.SKIPPED, at__gte=day_began())
    found = filters.apply(Feedback.objects.visible_to(scope)).exclude(text="").exclude(Exists(skipped))
    judged = Judgement.objects.filter(feedback=OuterRef("pk"), outcome__in=DONE)
    if filters.second:
        others = judged.exclude(user=user).order_by().values("feedback")
        once = others.annotate(people=Count("user", distinct=True)).filter(people=1)
        return found.filter(Exists(once)).exclude(Exists(mine.filter(outcome__in=DONE)))
    return untagged(found)


def untagged(found: FeedbackQuerySet) -> FeedbackQuerySet:
    """Feedback without an accepted theme of which nobody has said that none fits."""
    accepted = FeedbackTheme.objects.counted().filter(feedback=OuterRef("pk"))
    none = Judgement.objects.filter(feedback=OuterRef("pk"), outcome=Outcome.NONE)
    return found.exclude(Exists(accepted)).exclude(Exists(none))


def following(waiting: FeedbackQuerySet) -> Feedback | None:
    """The one whose best suggestion is least certain; without any, one that a rule knows, then the newest."""
    open_ = FeedbackTheme.objects.filter(state=State.SUGGESTED, theme__is_active=True)
    best = open_.filter(feedback__in=waiting, confidence__isnull=False).values("feedback")
    first = best.annotate(top=Max("confidence")).order_by("top", "feedback").values_list("feedback", flat=True).first()
    if first is not None:
        return Feedback.objects.get(pk=first)
    ruled = waiting.filter(Exists(open_.filter(feedback=OuterRef("pk"))))
    return ruled.order_by("-occurred_at", "-id").first() or waiting.order_by("-occurred_at", "-id").first()


def choices(feedback: Feedback) -> list[Choice]:
    """What is suggested, the surest first and rules after; each theme once."""
    rows = feedback.tags.filter(state=State.SUGGESTED, theme__is_active=True).select_related("theme__parent")
    found: dict[int, Choice] = {}
    for row in sorted(rows, key=lambda row: (-(row.confidence or 0.0), row.theme_id)):
        found.setdefault(row.theme_id, Choice(row.theme, row.confidence))
    return list(found.values())[:CHOICES]


def done_today(user: User) -> int:
    rows = Judgement.objects.filter(user=user, at__gte=day_began(), outcome__in=DONE)
    return rows.aggregate(n=Count("feedback", distinct=True))["n"] or 0


def day_began() -> datetime:
    """Midnight in the reporting zone."""
    return bounds(today(), today())[0]
