"""Untagged feedback, and what is suggested for it, in one call."""

from datetime import UTC, datetime, timedelta
from typing import Any

from insights.models import Feedback, FeedbackTheme, TaxonomyVersion, Theme

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def said(text: str, *, minutes: int = 0, **more: Any) -> Feedback:
    ref = f"s{Feedback.objects.count()}"
    return Feedback.objects.create(
        **{"source": "reviews", "ref": ref, "occurred_at": NOON + timedelta(minutes=minutes), "text": text} | more
    )


def suggest(feedback: Feedback, theme: Theme, confidence: float | None) -> FeedbackTheme:
    return FeedbackTheme.objects.create(
        feedback=feedback, theme=theme, confidence=confidence, state="suggested",
        by="rule" if confidence is None else "model", rule="rule 1" if confidence is None else "learned",
        version=TaxonomyVersion.objects.latest("number"),
    )  # fmt: skip


def tags(feedback: Feedback) -> set[tuple[str, str, str]]:
    """(tagger, theme, state) of each tag."""
    return {(t.user.username if t.user else t.by, t.theme.slug, t.state) for t in feedback.tags.all()}
