"""The tables of insights, by what they are for."""

from insights.models.feedback import Feedback, FeedbackTheme
from insights.models.taxonomy import TaxonomyVersion, Theme, ThemeChange

__all__ = ["Feedback", "FeedbackTheme", "TaxonomyVersion", "Theme", "ThemeChange"]
