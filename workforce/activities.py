"""The activities that every installation knows, and how each counts."""

from dataclasses import dataclass

from workforce.models import Activity

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
