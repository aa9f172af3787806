"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from ops_dashboard import api, health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="prometheus"),
    path("", include("ops_dashboard.people.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", api.Schema.as_view(), name="api-schema"),
]
