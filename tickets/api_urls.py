"""Addresses of the ticket API, below /api/v1/."""

from django.urls import path

from tickets import api

urlpatterns = [
    path("tickets/", api.tickets, name="api-tickets"),
    path("tickets/<slug:source>/<path:ref>/", api.ticket, name="api-ticket"),
]
