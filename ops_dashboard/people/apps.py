from django.apps import AppConfig

from ops_dashboard.people.roles import Data


class PeopleConfig(AppConfig):
    name = "ops_dashboard.people"
    data_classes = {
        "site": Data.SYSTEM,
        "vendor": Data.SYSTEM,
        "team": Data.SYSTEM,
        "agent": Data.SYSTEM,
        "membership": Data.SYSTEM,
        "user": Data.SYSTEM,
        "auditentry": Data.AUDIT,
    }
