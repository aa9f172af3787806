"""The tables of quality, by what they are for."""

from quality.models.disputes import Acknowledgement, Dispute, DisputedCriterion
from quality.models.reviews import CalibrationPair, CriterionScore, Review
from quality.models.samples import Sample, SampledTicket, SamplePlan
from quality.models.scorecards import Criterion, CriterionGroup, Scorecard, ScorecardVersion

__all__ = [
    "Acknowledgement",
    "CalibrationPair",
    "Criterion",
    "CriterionGroup",
    "CriterionScore",
    "Dispute",
    "DisputedCriterion",
    "Review",
    "Sample",
    "SamplePlan",
    "SampledTicket",
    "Scorecard",
    "ScorecardVersion",
]
