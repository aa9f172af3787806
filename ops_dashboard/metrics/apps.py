from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules

from ops_dashboard.metrics import sql_views
from ops_dashboard.people.roles import Data


class MetricsConfig(AppConfig):
    name = "ops_dashboard.metrics"
    data_classes = {"goal": Data.DEFINITIONS, "annotation": Data.DEFINITIONS}

    def ready(self) -> None:
        """Every app's `metrics` and `pages` modules declare themselves, as `admin` modules do."""
        autodiscover_modules("metrics", "pages")
        pre_migrate.connect(sql_views.drop_views, sender=self)
        post_migrate.connect(sql_views.make_views, sender=self)
