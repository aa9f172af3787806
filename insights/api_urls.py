"""Addresses of the insights API, below /api/v1/."""

from django.urls import path

from insights import api
from insights.feedback_api import FeedbackItems
from insights.program_api import programs

urlpatterns = [
    path("feedback/", FeedbackItems.as_view(), name="api-feedback"),
    path("insights/", api.insights, name="api-insights"),
    path("insights/<int:pk>/", api.insight, name="api-insight"),
    path("asks/", api.asks, name="api-asks"),
    path("programs/", programs, name="api-programs"),
    path("digests/", api.digests, name="api-digests"),
]
