"""The runs of imports of feedback."""

from insights.models import FeedbackRejection, FeedbackRun
from tickets.held_runs import HeldRuns

RUNS = HeldRuns(FeedbackRun, FeedbackRejection, family=7_203_005)
