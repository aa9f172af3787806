from django.apps import AppConfig

from ops_dashboard.people.roles import Data


class WorkforceConfig(AppConfig):
    name = "workforce"
    data_classes = {
        "skill": Data.ROSTERS,
        "agentskill": Data.ROSTERS,
        "contracttype": Data.ROSTERS,
        "contract": Data.ROSTERS,
        "rate": Data.COSTS,
        "activity": Data.ROSTERS,
        "shifttemplate": Data.ROSTERS,
        "rosterversion": Data.ROSTERS,
        "shift": Data.ROSTERS,
        "shiftsegment": Data.ROSTERS,
        "rosteredit": Data.ROSTERS,
        "timeoff": Data.ROSTERS,
        "calendarfeed": Data.ROSTERS,
        "queue": Data.PLANS,
        "event": Data.PLANS,
    }
