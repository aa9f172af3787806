from django.apps import AppConfig

from ops_dashboard.people.roles import Data


class InsightsConfig(AppConfig):
    name = "insights"
    data_classes = {
        "activeusers": Data.INSIGHTS,
        "tagrule": Data.INSIGHTS,
        "feedbackrun": Data.SYSTEM,
        "feedbackrejection": Data.SYSTEM,
    }
