"""Addresses of the ticket pages. A ticket's ref may hold any character, slashes included."""

from django.urls import path

from tickets import views

urlpatterns = [
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/<slug:source>/<path:ref>/promises/<slug:kind>/<int:run>/", views.proof, name="proof"),
    path("tickets/<slug:source>/<path:ref>/", views.ticket, name="ticket"),
]
