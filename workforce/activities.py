"""The activities that every installation knows, how each counts, and what hangs on one.

Planners add their own. How an activity counts stays as it is once shifts hold it, since hours that
were told rest on it; only its name changes.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from workforce.models import Activity, ShiftSegment, ShiftTemplate, TimeOff

Kind, Shrinkage = Activity.Kind, Activity.Shrinkage


@dataclass(frozen=True)
class Standard:
    slug: str
    name: str
    kind: Activity.Kind
    is_paid: bool = True
    is_productive: bool = False
    shrinkage: Activity.Shrinkage = Shrinkage.INTERNAL


PLAIN = "work"  # what no other activity covers
STANDARD = (
    Standard(PLAIN, "Work", Kind.WORK, is_productive=True, shrinkage=Shrinkage.NONE),
    Standard("break", "Break", Kind.BREAK),
    Standard("lunch", "Lunch", Kind.BREAK, is_paid=False, shrinkage=Shrinkage.NONE),
    Standard("meeting", "Meeting", Kind.MEETING),
    Standard("coaching", "Coaching", Kind.MEETING),
    Standard("training", "Training", Kind.TRAINING),
    Standard("project", "Project work", Kind.OFFLINE),
    Standard("leave", "Leave", Kind.ABSENCE, shrinkage=Shrinkage.EXTERNAL),
    Standard("sick", "Sick", Kind.ABSENCE, shrinkage=Shrinkage.EXTERNAL),
)
COUNTING = ("kind", "is_paid", "is_productive", "shrinkage")


def clash(kind: str, is_productive: bool, shrinkage: str) -> str:
    """What makes no sense in how an activity counts; "" where nothing does."""
    if is_productive and kind in (Kind.BREAK, Kind.ABSENCE):
        return f"{kind} does not count as staffed"
    if is_productive and shrinkage:
        return "what counts as staffed takes nothing from paid time"
    return ""


def is_counted(activity: Activity) -> bool:
    """Whether hours rest on how it counts; on that of plain work they always do."""
    return activity.slug == PLAIN or activity.shiftsegment_set.exists() or activity.timeoff_set.exists()


def hanging_on(activity: Activity) -> int:
    """What names it. ValidationError for one that every installation has."""
    if activity.slug in {standard.slug for standard in STANDARD}:
        raise ValidationError(f"{activity} is known to every installation and stays.")
    templates = sum(
        any(part[2] == activity.slug for part in segments)
        for segments in ShiftTemplate.objects.values_list("segments", flat=True)
    )
    rows = (model.objects.filter(activity=activity).count() for model in (ShiftSegment, TimeOff))
    return templates + sum(rows)


def known_by_slug() -> dict[str, Activity]:
    """Every activity by its slug."""
    return {activity.slug: activity for activity in Activity.objects.all()}


def ensured() -> dict[str, Activity]:
    """The same for those who write: standard ones that somebody has removed are added again."""
    known = known_by_slug()
    if any(standard.slug not in known for standard in STANDARD):
        Activity.objects.bulk_create(
            (
                Activity(
                    slug=each.slug,
                    name=each.name,
                    kind=each.kind,
                    is_paid=each.is_paid,
                    is_productive=each.is_productive,
                    shrinkage=each.shrinkage,
                )
                for each in STANDARD
                if each.slug not in known
            ),
            ignore_conflicts=True,
        )
        known = known_by_slug()
    return known
