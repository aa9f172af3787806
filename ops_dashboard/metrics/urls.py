"""Addresses of the engine's own views."""

from django.urls import path, register_converter

from ops_dashboard.metrics import api, saving, views
from ops_dashboard.metrics.pages import Link, site
from ops_dashboard.metrics.rendering.exports import FORMATS


class FormatConverter:
    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormatConverter, "export_format")
site.add(
    Link("Catalogue", "catalogue", "Data", "book", may_open=lambda scope: scope.sees_metrics),
    Link("API tokens", "tokens", "Data", "source", may_open=lambda scope: scope.may_configure),
)

urlpatterns = [
    path("export/<slug:metric>.<export_format:form>", views.export_view, name="export"),
    path("catalogue/", views.catalogue_view, name="catalogue"),
    path("views/save/", saving.save, name="view-save"),
    path("views/<int:pk>/change/", saving.change, name="view-change"),
    path("views/<int:pk>/replace/", saving.replace, name="view-replace"),
    path("views/<int:pk>/delete/", saving.delete, name="view-delete"),
    path("api/v1/metrics/", api.metric_list, name="api-metrics"),
    path("api/v1/metrics/<slug:slug>/", api.metric_detail, name="api-metric"),
    path("api/v1/views/", api.view_list, name="api-views"),
]
