"""Addresses of forecast, roster and the day."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
