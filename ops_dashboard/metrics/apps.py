from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MetricsConfig(AppConfig):
    name = "ops_dashboard.metrics"

    def ready(self) -> None:
        """Every app's `metrics` module declares itself, as `admin` modules do."""
        autodiscover_modules("metrics")
