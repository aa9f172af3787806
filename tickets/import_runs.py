"""The runs of imports of tickets."""

from tickets.held_runs import HeldRuns
from tickets.models import ImportRun, RejectedRow

RUNS = HeldRuns(ImportRun, RejectedRow, family=7_203_004)
