from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "ops_dashboard.metrics"
