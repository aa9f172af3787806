"""Addresses of reviews, samples and calibration."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
