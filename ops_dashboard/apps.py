from django.apps import AppConfig
from django.core.checks import register

from ops_dashboard import checks


class OpsDashboardConfig(AppConfig):
    name = "ops_dashboard"

    def ready(self) -> None:
        register(checks.configuration)
