from django.apps import AppConfig

from ops_dashboard.people.roles import Data


class TicketsConfig(AppConfig):
    name = "tickets"
    data_classes = {
        "businesscalendar": Data.DEFINITIONS,
        "slapolicy": Data.DEFINITIONS,
        "channel": Data.DEFINITIONS,
        "language": Data.DEFINITIONS,
        "reason": Data.DEFINITIONS,
        "priority": Data.DEFINITIONS,
        "source": Data.SYSTEM,
        "statusmapping": Data.SYSTEM,
        "importrun": Data.SYSTEM,
        "rejectedrow": Data.SYSTEM,
    }
