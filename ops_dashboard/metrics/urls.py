"""Addresses of the engine's own views."""

from django.urls import path, register_converter

from ops_dashboard.metrics import alert_api, alert_views, api, saving, views
from ops_dashboard.metrics.alert_terms import may_keep_rules
from ops_dashboard.metrics.models import AlertFiring
from ops_dashboard.metrics.pages import Link, site
from ops_dashboard.metrics.rendering.exports import FORMATS


class FormatConverter:
    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class StepConverter(FormatConverter):
    regex = "pause|resume|delete"


register_converter(FormatConverter, "export_format")
register_converter(StepConverter, "alert_step")
site.add(
    Link(
        "Alerts",
        "alerts",
        "Operation",
        "bell",
        may_open=may_keep_rules,
        waiting=lambda scope: AlertFiring.objects.visible_to(scope).open(),
    ),
    Link("Catalogue", "catalogue", "Data", "book", may_open=lambda scope: scope.sees_metrics),
    Link("API tokens", "tokens", "Data", "source", may_open=lambda scope: scope.may_configure),
)

urlpatterns = [
    path("export/<slug:metric>.<export_format:form>", views.export_view, name="export"),
    path("alerts/", alert_views.listing, name="alerts"),
    path("alerts/new/", alert_views.new, name="alert-new"),
    path("alerts/<int:pk>/", alert_views.rule, name="alert-rule"),
    path("alerts/<int:pk>/<alert_step:step>/", alert_views.step, name="alert-step"),
    path("alerts/firings/<int:pk>/acknowledge/", alert_views.acknowledge, name="alert-acknowledge"),
    path("catalogue/", views.catalogue_view, name="catalogue"),
    path("views/save/", saving.save, name="view-save"),
    path("views/<int:pk>/change/", saving.change, name="view-change"),
    path("views/<int:pk>/replace/", saving.replace, name="view-replace"),
    path("views/<int:pk>/delete/", saving.delete, name="view-delete"),
    path("api/v1/alerts/", alert_api.firings, name="api-alerts"),
    path("api/v1/alert-rules/", alert_api.rules, name="api-alert-rules"),
    path("api/v1/metrics/", api.metric_list, name="api-metrics"),
    path("api/v1/metrics/<slug:slug>/", api.metric_detail, name="api-metric"),
    path("api/v1/views/", api.view_list, name="api-views"),
]
