"""Addresses of reviews, disputes, scorecards, samples and calibration."""

from django.urls import path

from quality.views import disputes, reviews

urlpatterns = [
    path("reviews/", reviews.index, name="reviews"),
    path("reviews/claim/", reviews.claim, name="review-claim"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("reviews/<int:pk>/save/", reviews.save, name="review-save"),
    path("reviews/<int:pk>/submit/", reviews.submit, name="review-submit"),
    path("reviews/<int:pk>/release/", reviews.release, name="review-release"),
    path("reviews/<int:pk>/acknowledge/", disputes.acknowledge, name="review-acknowledge"),
    path("reviews/<int:pk>/dispute/", disputes.dispute, name="review-dispute"),
    path("disputes/<int:pk>/", disputes.decide, name="dispute"),
]
