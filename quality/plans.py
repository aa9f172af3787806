"""The only writer of sampling plans. A change counts for draws from now on; what was drawn keeps its chances."""

from collections.abc import Sequence
from math import ceil

from django.db import transaction
from django.db.models import Sum

from ops_dashboard.people import audit
from quality.models import SamplePlan
from quality.sampling import sample_size

RATE, WITHIN = 0.05, 0.03  # an error rate worth knowing, and how well


@transaction.atomic
def save_plan(plan: SamplePlan, *, changed: Sequence[str], by: str) -> None:
    """Keep a checked plan. Of one that stands only `changed` is written, so two who edit it do not undo each other."""
    if plan.pk is None:
        plan.save()
    elif changed:
        plan.save(update_fields=changed)
    audit.record(by, "sample_plan_saved", str(plan)[:200], fields=", ".join(sorted(changed)))


def owed() -> dict[int, int]:
    """Reviews a week that every reviewer owes, by scorecard: the sum over its active plans."""
    active = SamplePlan.objects.filter(is_active=True).order_by().values("scorecard")
    return dict(active.annotate(owed=Sum("reviewer_quota")).values_list("scorecard", "owed"))


def weeks_to_know(plan: SamplePlan) -> int | None:
    """Weeks of draws until an error rate near RATE is known within WITHIN; None by agent, where the size is of each."""
    if plan.strata == SamplePlan.Strata.AGENT:
        return None
    return ceil(sample_size(RATE, WITHIN) / plan.size)
