"""Addresses of the workforce API, below /api/v1/."""

from django.urls import path

from workforce import forecast_api

urlpatterns = [
    path("forecasts/", forecast_api.queues, name="api-queues"),
    path("forecasts/<slug:slug>/", forecast_api.forecast, name="api-forecast"),
]
