"""The tables of insights, by what they are for."""

from insights.models.audience import ActiveUsers
from insights.models.digests import Delivery, Digest, Mail, Receipt, Subscription
from insights.models.facts import ThemeFact
from insights.models.feedback import Feedback, FeedbackTheme
from insights.models.intake import FeedbackRejection, FeedbackRun, FeedbackSource, TicketsRead
from insights.models.loop import (
    Alarm,
    Area,
    Ask,
    AskStep,
    Effect,
    Insight,
    Milestone,
    Program,
    Quote,
    Survey,
)
from insights.models.tagging import Judgement, SuggestionRun, TagRule
from insights.models.taxonomy import TaxonomyVersion, Theme, ThemeChange

__all__ = [
    "ActiveUsers",
    "Alarm",
    "Area",
    "Ask",
    "AskStep",
    "Delivery",
    "Digest",
    "Effect",
    "Feedback",
    "FeedbackRejection",
    "FeedbackRun",
    "FeedbackSource",
    "FeedbackTheme",
    "Insight",
    "Judgement",
    "Mail",
    "Milestone",
    "Program",
    "Quote",
    "Receipt",
    "Subscription",
    "SuggestionRun",
    "Survey",
    "TagRule",
    "TaxonomyVersion",
    "Theme",
    "ThemeChange",
    "ThemeFact",
    "TicketsRead",
]
