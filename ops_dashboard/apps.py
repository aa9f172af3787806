from django.apps import AppConfig
from django.core.checks import register

from ops_dashboard import checks
from ops_dashboard.celery import app as celery_app

__all__ = ["OpsDashboardConfig", "celery_app"]  # loaded with Django, so that `shared_task` finds its broker


class OpsDashboardConfig(AppConfig):
    name = "ops_dashboard"

    def ready(self) -> None:
        register(checks.configuration)
