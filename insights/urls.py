"""Addresses of feedback, themes and the closed loop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
