"""The only writer of sampling plans. A change counts for draws from now on; what was drawn keeps its chances."""

from collections.abc import Sequence

from django.db import transaction

from ops_dashboard.people import audit
from quality.models import SamplePlan


@transaction.atomic
def save_plan(plan: SamplePlan, *, changed: Sequence[str], by: str) -> None:
    """Keep a checked plan. Of one that stands only `changed` is written, so two who edit it do not undo each other."""
    if plan.pk is None:
        plan.save()
    elif changed:
        plan.save(update_fields=changed)
    audit.record(by, "sample_plan_saved", str(plan)[:200], fields=", ".join(sorted(changed)))
