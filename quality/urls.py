"""Addresses of reviews, disputes, scorecards, samples and calibration."""

from django.urls import path

from quality.calibration_sheet import AGREEMENT, REVIEWERS
from quality.views import calibration, disputes, reviews, samples, scorecards

urlpatterns = [
    path("reviews/", reviews.index, name="reviews"),
    path("reviews/export.csv", reviews.export, {"form": "csv"}, name="reviews-csv"),
    path("reviews/export.xlsx", reviews.export, {"form": "xlsx"}, name="reviews-xlsx"),
    path("reviews/claim/", reviews.claim, name="review-claim"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("reviews/<int:pk>/save/", reviews.save, name="review-save"),
    path("reviews/<int:pk>/submit/", reviews.submit, name="review-submit"),
    path("reviews/<int:pk>/release/", reviews.release, name="review-release"),
    path("reviews/<int:pk>/acknowledge/", disputes.acknowledge, name="review-acknowledge"),
    path("reviews/<int:pk>/dispute/", disputes.dispute, name="review-dispute"),
    path("disputes/<int:pk>/", disputes.decide, name="dispute"),
    path("calibration/", calibration.index, name="calibration"),
    *(
        path(f"calibration/{of}.{form}", calibration.export, {"of": of, "form": form}, name=f"calibration-{of}-{form}")
        for of in (AGREEMENT, REVIEWERS)
        for form in ("csv", "xlsx")
    ),
    path("scorecards/", scorecards.index, name="scorecards"),
    path("scorecards/new/", scorecards.create, name="scorecard-new"),
    path("scorecards/<slug:slug>/", scorecards.scorecard, name="scorecard"),
    path("scorecards/<slug:slug>/edit/", scorecards.edit, name="scorecard-edit"),
    path("samples/", samples.index, name="samples"),
    path("samples/export.csv", samples.export, {"form": "csv"}, name="samples-csv"),
    path("samples/export.xlsx", samples.export, {"form": "xlsx"}, name="samples-xlsx"),
    path("samples/draw/", samples.draw, name="sample-draw"),
    path("samples/<int:pk>/", samples.sample, name="sample"),
    path("samples/plans/new/", samples.plan, name="plan-new"),
    path("samples/plans/<int:pk>/", samples.plan, name="plan"),
]
