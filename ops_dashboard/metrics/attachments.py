"""What people attach to numbers: the goal in force, and the notes about what happened meanwhile."""

from collections.abc import Iterable
from datetime import date

from ops_dashboard.metrics.models import Annotation, Goal
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.result import Note


def goal_in_force(goals: Iterable[Goal], metric: str, on: date, *, team: int | None) -> float | None:
    """The goal of a day: the one team's own, else everyone's; None where there is neither."""
    valid = [
        goal
        for goal in goals
        if goal.metric == metric
        and goal.valid_from <= on
        and (goal.valid_to is None or goal.valid_to > on)
        and goal.team_id in (None, team)
    ]
    valid.sort(key=lambda goal: (goal.team_id is not None, goal.valid_from))
    return valid[-1].value if valid else None


def notes_within(annotations: Iterable[Annotation], period: Period) -> tuple[Note, ...]:
    return tuple(
        Note(on=a.on, until=a.until, label=a.label, kind=a.kind)
        for a in annotations
        if a.on <= period.end and (a.until or a.on) >= period.start
    )
