from django.apps import AppConfig

from ops_dashboard.people.roles import Data


class QualityConfig(AppConfig):
    name = "quality"
    data_classes = {
        "scorecard": Data.REVIEWS,
        "scorecardversion": Data.REVIEWS,
        "criteriongroup": Data.REVIEWS,
        "criterion": Data.REVIEWS,
        "sampleplan": Data.REVIEWS,
        "sample": Data.REVIEWS,
        "sampledticket": Data.REVIEWS,
        "review": Data.REVIEWS,
        "criterionscore": Data.REVIEWS,
        "calibrationpair": Data.REVIEWS,
        "acknowledgement": Data.REVIEWS,
        "dispute": Data.REVIEWS,
        "disputedcriterion": Data.REVIEWS,
    }
