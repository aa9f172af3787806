"""Addresses of the quality API, below /api/v1/."""

from django.urls import path

from quality import api

urlpatterns = [
    path("calibration/", api.agreement, name="api-calibration"),
    path("reviews/", api.reviews, name="api-reviews"),
    path("reviews/<int:pk>/", api.review, name="api-review"),
]
